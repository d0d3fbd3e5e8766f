import Foundation
import Testing

@testable import LevinPlots

@Suite struct CurveTests {
  @Test func aMovingAverageIsTheMeanOfEachWindow() {
    #expect(movingAverage([1.0, 2, 6, 3], window: 2) == [1.5, 4, 4.5])
    #expect(movingAverage([1.0, 2], window: 3).isEmpty)
    let gap = movingAverage([1.0, .nan, 1, 1, 1], window: 2)
    #expect(gap[0].isNaN && gap[1].isNaN && gap[2] == 1 && gap[3] == 1)
  }

  @Test func thinningKeepsTheExtremesOfEachColumn() {
    var points: [Point] = []
    for index in 0..<10_000 {
      points.append(Point(x: Double(index) / 100, y: sin(Double(index) * 0.7) * Double(index)))
    }
    let kept = Thinning.thinned(points)
    #expect(kept.count <= 4 * 100 && kept.count > 200)
    for column in 0..<100 {
      let all = points.filter { Int($0.x) == column }.map(\.y)
      let few = kept.filter { Int($0.x) == column }.map(\.y)
      #expect(all.min() == few.min() && all.max() == few.max())
      #expect(all.first == few.first && all.last == few.last)
    }
  }

  @Test func fewPointsAreAllKept() {
    let points = (0..<5).map { Point(x: Double($0), y: Double($0 * $0)) }
    #expect(Thinning.thinned(points) == points)
    #expect(Thinning.spread(points, atMost: 5) == points)
  }

  @Test func spreadPointsKeepTheOutermost() {
    var points = (0..<50_000).map { Point(x: Double($0 % 250), y: Double($0 / 250)) }
    points.append(Point(x: 900.3, y: -77))
    let kept = Thinning.spread(points, atMost: 3000)
    #expect(kept.count <= 3004 && kept.count > 300)
    #expect(kept.contains(Point(x: 900.3, y: -77)))
    #expect(kept.map(\.x).min() == 0 && kept.map(\.y).max() == 199)
  }

  @Test(arguments: [0.5, 1, 2.5]) func contoursOfADistanceAreCircles(level: Double) {
    let x = (0...80).map { Double($0) / 10 - 4 }
    let values = x.map { y in x.map { ($0 * $0 + y * y).squareRoot() } }
    let lines = ContourLines.lines(of: values, x, x, at: level)
    #expect(lines.count == 1)
    let line = lines[0]
    #expect(line.count > 20 && line[0] == line[line.count - 1])
    for (a, b) in line { #expect(abs((a * a + b * b).squareRoot() - level) < 0.01) }
  }

  @Test func contoursEndAtGapsAndAtTheEdge() {
    let x = [0.0, 1, 2, 3]
    let values: [[Double]] = [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, .nan, 3], [0, 1, 2, 3]]
    let lines = ContourLines.lines(of: values, x, x, at: 0.5)
    #expect(lines.count == 1 && lines[0].map(\.0) == [0.5, 0.5, 0.5, 0.5])
    #expect(lines[0].map(\.1) == [0, 1, 2, 3])
    #expect(ContourLines.lines(of: values, x, x, at: 2.5).map(\.count) == [2])
  }

  @Test func theSaddleIsDividedByItsMiddle() {
    let high = ContourLines.lines(of: [[1, 0], [0, 1]], [0, 1], [0, 1], at: 0.4)
    let low = ContourLines.lines(of: [[1, 0], [0, 1]], [0, 1], [0, 1], at: 0.6)
    // With the high corners joined the lines cut off the low ones.
    func cutsOff(_ corner: (Double, Double), _ lines: [[(Double, Double)]]) -> Bool {
      lines.contains { line in line.allSatisfy { abs($0.0 - corner.0) + abs($0.1 - corner.1) < 1 } }
    }
    #expect(high.count == 2 && cutsOff((1, 0), high) && cutsOff((0, 1), high))
    #expect(low.count == 2 && cutsOff((0, 0), low) && cutsOff((1, 1), low))
  }

  @Test func anEllipseIsAsManyDeviationsFromTheMean() {
    // The inverse of [[2, 0.8], [0.8, 1]] is [[1, -0.8], [-0.8, 2]] / 1.36.
    let shape = EllipseShape(
      mean: (3, -1), covariance: (2, 0.8, 1), deviations: 2, Stroke(width: 1))
    let frame = PlotFrame(
      rectangle: Rectangle(x: 0, y: 0, width: 10, height: 10),
      x: AxisMap(scale: .linear, lower: 0, upper: 10, start: 0, end: 10),
      y: AxisMap(scale: .linear, lower: 0, upper: 10, start: 0, end: 10))
    var canvas = RecordingCanvas()
    shape.draw(on: &canvas, in: frame, Color(0))
    let points = canvas.strokes[0].lines[0].points
    #expect(points.count > 30)
    for point in points {
      let (a, b) = (point.x - 3, point.y + 1)
      let squared = (a * a - 2 * 0.8 * a * b + 2 * b * b) / 1.36
      #expect(abs(squared - 4) < 1e-9)
    }
  }
}

/// A surface that keeps what is drawn on it.
struct RecordingCanvas: Canvas {
  var strokes: [Path] = []
  var fills: [(path: Path, color: Color)] = []
  var labels: [(text: String, path: Path)] = []

  mutating func fill(_ path: Path, _ color: Color) { fills.append((path, color)) }
  mutating func stroke(_ path: Path, _ stroke: Stroke, _ color: Color) { strokes.append(path) }
  mutating func label(_ text: String, _ path: Path, _ stroke: Stroke, _ color: Color) {
    labels.append((text, path))
  }
  mutating func clip(to rectangle: Rectangle?) {}
}
