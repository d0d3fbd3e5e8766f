import Foundation
import Testing

@testable import LevinPlots

@Suite struct StrokeTests {
  private func line(_ coordinates: (Double, Double)...) -> Path {
    Path(coordinates.map { Point(x: $0.0, y: $0.1) })
  }

  @Test(arguments: [0.3, 1, 1.5, 2, 5.25])
  func aLineIsAsWideAsItsStroke(width: Double) throws {
    var picture = try InkPicture()
    picture.stroke(line((-20, 15.2), (60, 15.2)), width: width)
    let column = (0..<30).map { picture[20, $0] }
    #expect(abs(column.reduce(0, +) - width) < 0.01)
  }

  @Test func aLineOnACentreOfPixelsIsSharp() throws {
    var picture = try InkPicture()
    picture.stroke(line((5.5, 0), (5.5, 30)), width: 1)
    #expect(picture[5, 10] == 1)
    #expect(picture[4, 10] == 0)
    #expect(picture[6, 10] == 0)
  }

  @Test func aLineHasRoundEndsAndASinglePointIsADot() throws {
    var (long, dot) = (try InkPicture(), try InkPicture())
    long.stroke(line((12, 15), (27, 15)), width: 8)
    dot.stroke(line((20, 15)), width: 8)
    #expect(abs(dot.area - .pi * 16) < 0.6)
    #expect(abs(long.area - (15 * 8 + .pi * 16)) < 0.6)
    #expect(dot[20, 15] == 1)
    #expect(dot[23, 18] < 0.3)
  }

  @Test(arguments: [0.25, 0.5, 1, 1.5, 2, 3, 5])
  func aDotHasItsAreaOnTheAverageOfItsPositions(width: Double) throws {
    var sum = 0.0
    for offset in 0..<16 {
      var picture = try InkPicture(10, 10)
      let (column, row) = (Double(offset % 4) / 4, Double(offset / 4) / 4)
      picture.stroke(line((4.1 + column, 5.1 + row)), width: width)
      sum += picture.area / 16
    }
    #expect(abs(sum - .pi * width * width / 4) < 0.03)
  }

  @Test func cornersAreRound() throws {
    var picture = try InkPicture()
    picture.stroke(line((10, 25), (10, 10), (30, 10)), width: 8)
    #expect(picture[7, 14] == 1)
    #expect(picture[14, 7] == 1)
    // Within the square around the corner, but outside the circle.
    #expect(picture[6, 6] == 0)
    #expect(picture[7, 8] == 1)
  }

  @Test func aSlantedLineHasItsArea() throws {
    var picture = try InkPicture()
    picture.stroke(line((6, 5), (34, 23)), width: 2)
    let length = (28.0 * 28 + 18 * 18).squareRoot()
    let area = length * 2 + .pi
    #expect(abs(picture.area - area) < area * 0.02)
  }

  @Test func aFaintLineCoversEachPixelOnceWhereItCrossesOrMeetsItself() throws {
    var picture = try InkPicture()
    let knot = line((5, 5), (35, 25), (35, 5), (5, 25), (5, 5), (35, 25))
    picture.stroke(knot, width: 6, opacity: 0.5)
    let highest = try #require(picture.ink.max())
    #expect(abs(highest - 0.5) < 0.005)
    #expect(abs(picture[20, 15] - 0.5) < 0.005)
  }

  @Test func cuttingALineIntoManyPiecesChangesNothing() throws {
    var (whole, pieces) = (try InkPicture(), try InkPicture())
    whole.stroke(line((5, 6), (35, 21)), width: 1.5)
    pieces.stroke(
      Path((0...600).map { Point(x: 5 + Double($0) / 20, y: 6 + Double($0) / 40) }), width: 1.5)
    let differences = zip(whole.ink, pieces.ink).map { abs($0 - $1) }
    #expect(differences.allSatisfy { $0 < 0.005 })
  }

  @Test func dashesAndGapsAlternateAroundCorners() throws {
    var picture = try InkPicture()
    picture.stroke(line((2, 5.5), (12, 5.5), (12, 25.5)), width: 1, dash: [6, 8])
    let along = (0..<40).map { picture[$0, 5] }
    #expect(along[3] == 1 && along[6] == 1)
    #expect(along[9] == 0 && along[11] == 0)
    // The second dash lies between the distances 14 and 20, which is below the corner.
    let below = (0..<30).map { picture[11, $0] + picture[12, $0] }
    #expect(below[6] == 0)
    #expect(below[10] > 0.9 && below[14] > 0.9)
    #expect(below[18] == 0)
  }

  @Test func dashesOfNoLengthAreDots() throws {
    var picture = try InkPicture()
    picture.stroke(line((2, 15.5), (38, 15.5)), width: 2, dash: [0, 6])
    #expect(picture[2, 15] > 0.9)
    #expect(picture[5, 15] == 0)
    #expect(picture[8, 15] > 0.9)
  }

  @Test(arguments: [[0, 0], [-1, 3], [.nan, 2], [.infinity, 2], [1e-9, 1e-9], [0]])
  func whatIsNoPatternOfDashesLeavesTheLineWhole(dash: [Double]) throws {
    var (dashed, whole) = (try InkPicture(), try InkPicture())
    dashed.stroke(line((2, 15.5), (38, 15.5)), width: 2, dash: dash)
    whole.stroke(line((2, 15.5), (38, 15.5)), width: 2)
    #expect(dashed.ink == whole.ink)
  }

  @Test func aClosedLineJoinsItsEnds() throws {
    var picture = try InkPicture()
    picture.stroke(
      Path(
        [(5.5, 5.5), (30.5, 5.5), (30.5, 20.5)].map { Point(x: $0.0, y: $0.1) }, isClosed: true),
      width: 1)
    #expect(picture[18, 13] > 0.5)
  }

  @Test func scaledStrokesAndDashesGrowAlong() throws {
    var picture = try InkPicture(scale: 2)
    picture.stroke(line((0, 10), (40, 10)), width: 2, dash: [5, 5])
    #expect(abs((0..<60).reduce(0) { $0 + picture[6, $1] } - 4) < 0.01)
    #expect(picture[15, 20] == 0)
  }
}
