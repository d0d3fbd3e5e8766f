import Foundation
import Levin
import LevinTestKit
import Testing

@testable import LevinPlots

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite struct FigureTests {
  private func paths(_ svg: String) -> [String] {
    svg.split(separator: " d=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
  }

  @Test(arguments: LayoutTests.cases) func documentsAreXML(_ sample: LayoutTests.Case) {
    let parser = XMLParser(data: Data(sample.figure.svg.utf8))
    #expect(parser.parse())
  }

  @Test func textsAndTitlesAreWrittenForXML() {
    let figure = Figure(.line([1.0, 2], label: "a < b & \"c\""), title: "<x>\u{1}")
    #expect(XMLParser(data: Data(figure.svg.utf8)).parse())
    #expect(figure.svg.contains("aria-label=\"a &lt; b &amp; &quot;c&quot;\""))
    #expect(figure.svg.contains("<title>&lt;x&gt; </title>"))
  }

  @Test func numbersThatAreNotFiniteLeaveGaps() {
    let shape = LineShape(
      x: [0, 1, 2, 3, 4, 5], y: [0, 1, .nan, 3, .infinity, 5], stroke: Stroke(width: 1))
    let frame = PlotFrame(
      rectangle: Rectangle(x: 0, y: 0, width: 10, height: 10),
      x: AxisMap(scale: .linear, lower: 0, upper: 10, start: 0, end: 10),
      y: AxisMap(scale: .linear, lower: 0, upper: 10, start: 10, end: 0))
    let lines = shape.path(in: frame).lines.map(\.points)
    #expect(lines.map(\.count) == [2, 1, 1])
    #expect(lines[0] == [Point(x: 0, y: 10), Point(x: 1, y: 9)])
  }

  @Test func aLogarithmicAxisLeavesOutWhatItCannotShow() {
    let figure = Figure(.line([0.0, 1, 2, 3], [0.0, -1, 10, 100]), yScale: .log)
    let limits = figure.grid[0][0].limits
    #expect(limits.y.lower == 10 && limits.y.upper == 100 && limits.x.lower == 2)
  }

  @Test func aMillionPointsAreAFewKilobytes() {
    let values = (0..<1_000_000).map { sin(Double($0) * 0.37) * Double($0 % 1000) }
    #expect(Figure(.line(values)).svg.utf8.count < 200_000)
    let x = values.indices.map { cos(Double($0) * 0.11) * Double($0 % 777) }
    #expect(Figure(.scatter(x, values)).svg.utf8.count < 200_000)
  }

  @Test func filesHaveTheFormatOfTheirNames() throws {
    try withTemporaryFolder { folder in
      let figure = Figure(.line([1.0, 3, 2]))
      try figure.write(to: folder + "/new/folder/a.svg")
      try figure.write(to: folder + "/a.PNG", scale: 1)
      let svg = try String(contentsOfFile: folder + "/new/folder/a.svg", encoding: .utf8)
      #expect(svg.hasPrefix("<svg ") && svg == figure.svg)
      let png = [UInt8](try Data(contentsOf: URL(filePath: folder + "/a.PNG")))
      #expect(Array(png.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
      // Width and height in the header.
      #expect(Array(png[16..<24]) == [0, 0, 2, 0xD0, 0, 0, 1, 0xB0])
    }
  }

  @Test func aFileThatCannotBeWrittenIsNamedWithTheReason() throws {
    try withTemporaryFolder { folder in
      let figure = Figure(.line([1.0, 3, 2]))
      let name = #expect(throws: FigureError.self) { try figure.write(to: folder + "/a.pdf") }
      #expect(name?.path == folder + "/a.pdf" && name?.reason.contains(".png") == true)
      try figure.write(to: folder + "/a.svg")
      let inside = #expect(throws: FigureError.self) {
        try figure.write(to: folder + "/a.svg/b.svg")
      }
      #expect(inside.map { "\($0)".contains("/a.svg/b.svg: ") } == true)
      let size = #expect(throws: FigureError.self) {
        try figure.write(to: folder + "/big.png", scale: 1e6)
      }
      #expect(size?.reason.contains("scale") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.svg"])
    }
  }

  @Test func marksTakeTheColoursOfTheThemeInTurn() {
    let axes = Axes(
      .line([1.0]), .line([1.0], color: Color(0xFF0000)), .scatter([1.0], [1.0]))
    let cycle = Theme.light.cycle
    #expect(axes.colors(.light) == [cycle[0], Color(0xFF0000), cycle[1]])
  }

  @Test func mapsGoEvenlyFromDarkToLight() {
    func luminance(_ color: Color) -> Double {
      func linear(_ c: Double) -> Double {
        c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
    }
    let sequential = (0...50).map { luminance(ColorMap.sequential.color(at: Double($0) / 50)) }
    #expect(zip(sequential, sequential.dropFirst()).allSatisfy { $0 < $1 })
    #expect(sequential[0] < 0.02 && sequential[50] > 0.8)
    let diverging = (0...50).map { luminance(ColorMap.diverging.color(at: Double($0) / 50)) }
    #expect(diverging.max() == diverging[25])
    #expect(ColorMap.sequential.level(of: .nan, 0, 1) == nil)
    #expect(ColorMap.sequential.level(of: 7, 0, 1) == ColorMap.levels - 1)
  }

  @Test func dataOfSeveralKindsAreTheSame() {
    let numbers: [any PlotData] = [
      [1.0, 2], [Float(1), 2], [1, 2], 1..<3, 1...2, Tensor([Float(1), 2]), [0, 1, 2][1...],
    ]
    for data in numbers { #expect(data.plotValues == [1, 2]) }
  }

  @Test func aTerminalShowsTheShape() {
    let figure = Figure(.bars([0.0, 1, 2], [1.0, 2, 4]), title: "Bars")
    let lines = figure.text(columns: 40, rows: 8).split(separator: "\n").map(String.init)
    #expect(lines[0].contains("Bars"))
    // Each bar is as high as its number: 2, 4 and 8 of 8 rows, but for the margin above.
    func height(_ share: Double) -> Int {
      let column = 5 + Int(33 * share)
      return lines[1...8].count { line in
        let characters = Array(line)
        return column < characters.count && characters[column] != " "
      }
    }
    let heights = [height(0.15), height(0.5), height(0.85)]
    #expect(heights[0] >= 1 && heights[0] < heights[1] && heights[1] < heights[2])
    #expect(heights[2] >= 7)
    #expect(lines.contains { $0.contains("┬") } && lines.contains { $0.contains("┤") })
  }
}
