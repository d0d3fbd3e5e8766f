import Foundation
import Levin
import Testing

@testable import LevinPlots

@Suite struct LayoutTests {
  static let x = (0..<60).map { Double($0) / 6 }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let figure: Figure
    var testDescription: String { name }
  }

  static let cases: [Case] = {
    let waves = x.map { sin($0) * 1e4 }
    let names = ["a", "a name that is much longer", "zero-inflated negative binomial", "d"]
    return [
      Case(name: "bare", figure: Figure(.line(x, waves))),
      Case(
        name: "labelled",
        figure: Figure(
          .line(x, waves, label: "waves"), .scatter(x, x, label: "a longer name"), title: "Title",
          xLabel: "x", yLabel: "value")),
      Case(
        name: "log",
        figure: Figure(.line(x, x.map { exp($0) }, label: "up"), yLabel: "y", yScale: .log)),
      Case(name: "names", figure: Figure(.bars(names, [1.0, 2, 3, 4]), yLabel: "height")),
      Case(
        name: "colours",
        figure: Figure(
          .heatMap(Tensor([[Float(1), 2], [3, 400]]), valueLabel: "value"), title: "Heat")),
      Case(
        name: "crowded",
        figure: Figure(
          .scatter(
            (0..<4000).map { Double($0 % 63) }, (0..<4000).map { Double($0 % 61) },
            label: "all over"))),
      Case(
        name: "small",
        figure: Figure(
          .line(x, waves, label: "waves"), title: "T", xLabel: "x", yLabel: "y", width: 300,
          height: 200)),
      Case(
        name: "grid",
        figure: Figure(
          grid: [
            [Axes(.line(x, x), title: "one", xLabel: "x", yLabel: "y"), Axes(.line(x, waves))],
            [
              Axes(.histogram(x, bins: 5), xLabel: "x"), Axes(.line(x, x, label: "l"), yLabel: "y"),
            ],
          ], title: "Four")),
    ]
  }()

  private func drawn(_ figure: Figure) -> RecordingCanvas {
    var canvas = RecordingCanvas()
    FigureLayout(figure).draw(on: &canvas)
    return canvas
  }

  private func box(_ path: Path) -> Rectangle? {
    let points = path.lines.flatMap(\.points)
    guard let left = points.map(\.x).min(), let right = points.map(\.x).max(),
      let top = points.map(\.y).min(), let bottom = points.map(\.y).max()
    else { return nil }
    return Rectangle(x: left, y: top, width: right - left, height: bottom - top)
  }

  @Test(arguments: cases) func noTextIsCutOff(_ sample: Case) {
    let labels = drawn(sample.figure).labels
    #expect(labels.count > 3)
    for (text, path) in labels {
      guard let box = box(path) else { continue }
      #expect(
        box.minX >= 1 && box.minY >= 1 && box.maxX <= sample.figure.width - 1
          && box.maxY <= sample.figure.height - 1, "\(text)")
    }
  }

  @Test(arguments: cases) func noTwoTextsOverlap(_ sample: Case) {
    // Turned names lie beside each other in boxes that overlap.
    let labels = drawn(sample.figure).labels.filter {
      !(sample.name == "names" && $0.text.count > 1)
    }
    for (index, first) in labels.enumerated() {
      for second in labels[(index + 1)...] {
        guard let a = box(first.path), let b = box(second.path) else { continue }
        let isApart =
          a.maxX < b.minX || b.maxX < a.minX || a.maxY < b.minY || b.maxY < a.minY
        #expect(isApart, "\(first.text) and \(second.text)")
      }
    }
  }

  private func layout(_ figure: Figure) throws -> FigureLayout.Cell {
    let area = Rectangle(x: 0, y: 0, width: figure.width, height: figure.height)
    return try #require(FigureLayout(figure).cells(in: area).first)
  }

  @Test func theLegendStandsWhereNothingIs() throws {
    // A line that falls from the upper left to the lower right.
    let figure = Figure(.line(Self.x, Self.x.map { -$0 }, label: "down"))
    let cell = try layout(figure)
    let box = try #require(cell.layout.legendBox(in: cell.frame))
    var crowd = CrowdCanvas(cell.frame)
    cell.layout.drawMarks(on: &crowd, in: cell.layout.frame(cell.frame))
    #expect(!crowd.points.isEmpty && crowd.count(in: box) == 0)
    #expect(box.minX > cell.frame.center.x && box.maxY < cell.frame.center.y)
  }

  @Test func aLegendWithoutRoomStandsBesideTheFrame() throws {
    let cell = try layout(Self.cases[5].figure)
    let box = try #require(cell.layout.legendBox(in: cell.frame))
    #expect(box.minX > cell.frame.maxX && box.maxX < Self.cases[5].figure.width)
  }

  @Test func aLegendStandsWhereItIsAskedFor() throws {
    let figure = Figure(.line(Self.x, Self.x, label: "up"), legend: .bottomLeft)
    let cell = try layout(figure)
    let box = try #require(cell.layout.legendBox(in: cell.frame))
    #expect(box.minX < cell.frame.minX + 20 && box.maxY > cell.frame.maxY - 20)
    let hidden = try layout(Figure(.line(Self.x, Self.x, label: "up"), legend: .hidden))
    #expect(hidden.layout.legendBox(in: hidden.frame) == nil)
  }

  @Test func framesShareTheirAxes() {
    let figure = Figure(
      grid: [
        [Axes(.line([0.0, 1], [0.0, 1])), Axes(.line([0.0, 4], [-3.0, 1]))],
        [Axes(.line([2.0, 9], [0.0, 100]))],
      ], sharesX: true, sharesY: true)
    let area = Rectangle(x: 0, y: 0, width: figure.width, height: figure.height)
    let cells = FigureLayout(figure).cells(in: area)
    #expect(cells.count == 3)
    #expect(cells[0].layout.ends.y == cells[1].layout.ends.y)
    #expect(cells[0].layout.ends.x == cells[2].layout.ends.x)
    #expect(cells[0].layout.ends.x != cells[1].layout.ends.x)
    #expect(cells[0].frame.minX == cells[2].frame.minX)
    #expect(
      cells[0].frame.minY == cells[1].frame.minY && cells[0].frame.maxY == cells[1].frame.maxY)
    // The second row has only its own column below the first.
    #expect(!cells[0].layout.showsX && cells[1].layout.showsX && cells[2].layout.showsX)
    #expect(cells[0].layout.showsY && !cells[1].layout.showsY)
  }

  @Test func barsStandOnTheAxis() throws {
    let cell = try layout(Figure(.bars([1.0, 2], [3.0, 5])))
    #expect(cell.layout.ends.y.0 == 0 && cell.layout.ends.y.1 > 5)
    var canvas = RecordingCanvas()
    cell.layout.drawMarks(on: &canvas, in: cell.layout.frame(cell.frame))
    let first = try #require(box(Path(canvas.fills[0].path.lines[0].points)))
    #expect(abs(first.maxY - cell.frame.maxY) < 1e-9)
    let unit = cell.frame.height / cell.layout.ends.y.1
    #expect(abs(first.height - 3 * unit) < 1e-9)
  }

  @Test func rangesThatAreGivenAreKept() throws {
    let figure = Figure(.line(Self.x, Self.x), xRange: -1...20, yRange: 0...2)
    let ends = try layout(figure).layout.ends
    #expect(ends.x == (-1, 20) && ends.y == (0, 2))
  }

  @Test func figuresWithoutMarksOrFramesAreDrawn() {
    #expect(drawn(Figure()).labels.count > 3)
    #expect(drawn(Figure(grid: [])).labels.isEmpty)
    #expect(drawn(Figure(grid: [[], []], title: "T")).labels.map(\.text) == ["T"])
    #expect(
      drawn(Figure(.line([Double.nan], [1.0]), .scatter([Double](), [Double]()))).labels.count > 3)
  }
}
