import Testing

@testable import LevinPlots

@Suite struct ClipTests {
  private let all = Path(Rectangle(x: -5, y: -5, width: 100, height: 100))

  @Test func nothingIsPaintedOutsideTheRectangle() throws {
    var picture = try InkPicture()
    picture.canvas.clip(to: Rectangle(x: 10, y: 5, width: 20, height: 10))
    picture.fill(all)
    #expect(picture.area == 200)
    picture.stroke(Path([Point(x: 0, y: 0), Point(x: 40, y: 30)]), width: 7)
    #expect(picture.area == 200)
  }

  @Test func anEdgeWithinPixelsLetsTheirShareThrough() throws {
    var picture = try InkPicture()
    picture.canvas.clip(to: Rectangle(x: 10.5, y: 5.25, width: 4, height: 2))
    picture.fill(all)
    #expect(abs(picture[10, 6] - 0.5) < 0.005)
    #expect(abs(picture[11, 5] - 0.75) < 0.005)
    #expect(abs(picture[14, 7] - 0.125) < 0.005)
    #expect(abs(picture.area - 8) < 0.02)
  }

  @Test func noRectangleMeansTheWholePictureAgain() throws {
    var picture = try InkPicture()
    picture.canvas.clip(to: Rectangle(x: 10, y: 5, width: 20, height: 10))
    picture.canvas.clip(to: nil)
    picture.fill(all)
    #expect(picture.area == 1200)
  }

  @Test func theRectangleGrowsWithTheScale() throws {
    var picture = try InkPicture(scale: 2)
    picture.canvas.clip(to: Rectangle(x: 10, y: 5, width: 20, height: 10))
    picture.fill(all)
    #expect(picture.area == 800)
  }

  @Test func aLineThatEntersFromFarAwayIsWhereItWouldBe() throws {
    var (far, near) = (try InkPicture(), try InkPicture())
    far.stroke(Path([Point(x: -4e8, y: -3e8 + 4), Point(x: 4e8, y: 3e8 + 4)]), width: 3)
    near.stroke(Path([Point(x: -40, y: -26), Point(x: 80, y: 64)]), width: 3)
    #expect(zip(far.ink, near.ink).allSatisfy { abs($0 - $1) < 0.005 })
  }

  @Test func dashesOfALineFromFarAwayGoOnInStep() throws {
    var (far, near) = (try InkPicture(), try InkPicture())
    far.stroke(Path([Point(x: -1e7, y: 15), Point(x: 1e9, y: 15)]), width: 2, dash: [6, 4])
    near.stroke(Path([Point(x: -100, y: 15), Point(x: 100, y: 15)]), width: 2, dash: [6, 4])
    #expect(zip(far.ink, near.ink).allSatisfy { abs($0 - $1) < 0.005 })
  }
}
