import Foundation
import Testing

@testable import LevinPlots

@Suite struct FillTests {
  @Test func aRectangleAtHalfPixelsCoversTheShareOfEachPixelThatItHolds() throws {
    var picture = try InkPicture()
    picture.fill(Path(Rectangle(x: 2.5, y: 3.25, width: 4, height: 2.25)))
    #expect(abs(picture[2, 3] - 0.375) < 0.005)
    #expect(abs(picture[4, 3] - 0.75) < 0.005)
    #expect(abs(picture[2, 4] - 0.5) < 0.005)
    #expect(picture[4, 4] == 1)
    #expect(abs(picture[6, 5] - 0.25) < 0.005)
    #expect(picture[7, 4] == 0)
    #expect(abs(picture.area - 9) < 0.03)
  }

  @Test func aTriangleHasItsAreaWhicheverWayItIsGoneAround() throws {
    let corners = [Point(x: 3, y: 2), Point(x: 36.5, y: 9.3), Point(x: 12.2, y: 27.8)]
    for points in [corners, corners.reversed()] {
      var picture = try InkPicture()
      picture.fill(Path(points))
      let area = abs(33.5 * 25.8 - 9.2 * 7.3) / 2
      #expect(abs(picture.area - area) < area * 0.002)
    }
  }

  @Test func aCircleHasItsArea() throws {
    var picture = try InkPicture()
    picture.fill(Path(polygon(corners: 400, radius: 11.3, center: Point(x: 20.2, y: 15.1))))
    #expect(abs(picture.area - .pi * 11.3 * 11.3) < 0.5)
  }

  @Test func neighboursThatShareABorderOfPixelsLeaveNoCrack() throws {
    var picture = try InkPicture()
    for column in 0..<8 {
      picture.fill(Path(Rectangle(x: Double(5 * column), y: 0, width: 5, height: 30)))
    }
    #expect(picture.ink.allSatisfy { $0 == 1 })
  }

  @Test func partsOfAPathThatShareAnEdgeWithinPixelsLeaveNoCrack() throws {
    var picture = try InkPicture()
    var path = Path(Rectangle(x: 2, y: 2, width: 8.5, height: 10))
    // The other half is gone around the other way.
    path.add(
      [(10.5, 2), (10.5, 12), (20, 12), (20, 2)].map { Point(x: $0.0, y: $0.1) }, isClosed: true)
    picture.fill(path)
    #expect(picture[10, 5] == 1)
    #expect(abs(picture.area - 180) < 0.01)
  }

  @Test func overlapsAreFilledAndHolesLeftOpenByTheNonzeroRule() throws {
    let outer = Rectangle(x: 2, y: 2, width: 20, height: 20)
    let inner = Path(Rectangle(x: 7, y: 7, width: 10, height: 10)).lines[0].points
    var same = Path(outer)
    same.add(inner, isClosed: true)
    var opposite = Path(outer)
    opposite.add(inner.reversed(), isClosed: true)
    var (filled, open) = (try InkPicture(), try InkPicture())
    filled.fill(same)
    open.fill(opposite)
    #expect(filled.area == 400)
    #expect(open.area == 300)
    #expect(open[12, 12] == 0)
  }

  @Test func twoThinOverlapsInAPixelCountOnce() throws {
    var picture = try InkPicture()
    var path = Path(Rectangle(x: 4, y: 4, width: 10, height: 0.5))
    path.add(Path(Rectangle(x: 4, y: 4, width: 10, height: 0.5)).lines[0].points, isClosed: true)
    picture.fill(path)
    #expect(abs(picture[8, 4] - 0.5) < 0.005)
  }

  @Test func atTwiceTheScaleADrawingHasTwiceThePixelsEachWay() throws {
    var picture = try InkPicture(scale: 2)
    picture.fill(Path(Rectangle(x: 2.5, y: 3, width: 4, height: 2)))
    #expect(picture.canvas.width == 80)
    #expect(picture.canvas.height == 60)
    #expect(picture.area == 32)
    #expect(picture[5, 6] == 1)
  }

  @Test func manyLayersOfAFaintColourReachIt() throws {
    var picture = try InkPicture(4, 3)
    let all = Path(Rectangle(x: 0, y: 0, width: 4, height: 3))
    for _ in 0..<2000 { picture.fill(all, opacity: 0.005) }
    #expect(picture.ink.allSatisfy { $0 > 0.995 })
  }
}
