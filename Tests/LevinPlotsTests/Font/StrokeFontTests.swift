import Testing

@testable import LevinPlots

@Suite struct StrokeFontTests {
  private let origin = Point(x: 100.25, y: 50.5)

  private func path(
    _ text: String, size: Double = 20, anchor: StrokeFont.Anchor = .start, rotation: Double = 0
  ) -> Path {
    StrokeFont.path(text, size: size, at: origin, anchor: anchor, rotation: rotation)
  }

  private func points(_ path: Path) -> [Point] { path.lines.flatMap(\.points) }

  @Test func widthsAddUpAndGrowWithTheSize() {
    let (whole, parts) = ("Ab3 é→", ["A", "b", "3", " ", "é", "→"])
    let sum = parts.reduce(0) { $0 + StrokeFont.width($1, size: 13) }
    #expect(abs(StrokeFont.width(whole, size: 13) - sum) < 1e-9)
    #expect(abs(StrokeFont.width(whole, size: 26) - 2 * sum) < 1e-9)
    #expect(StrokeFont.width("", size: 13) == 0)
    #expect(StrokeFont.width("12.50", size: 20) == StrokeFont.width("98.76", size: 20))
  }

  @Test func capitalsStandOnTheBaselineAndHaveTheirHeight() throws {
    let ys = points(path("H")).map(\.y)
    #expect(ys.max() == origin.y)
    #expect(ys.min() == origin.y - 20 * StrokeFont.capHeight)
    let small = points(path("x")).map(\.y)
    #expect(small.min() == origin.y - 20 * StrokeFont.xHeight)
  }

  @Test(arguments: [9.0, 11, 12, 13, 14.5, 17])
  func lettersEndOnTheSameShareOfPixelsAsTheBaseline(size: Double) throws {
    for (text, height) in [("H", StrokeFont.capHeight), ("z", StrokeFont.xHeight)] {
      let top = try #require(points(path(text, size: size)).map(\.y).min())
      #expect((origin.y - top).rounded() == origin.y - top)
      #expect(abs(origin.y - top - height * size) <= 0.5)
    }
  }

  @Test func aHorizontalOrVerticalBaselineLiesOnTheCentresOfPixels() throws {
    for y in [50.0, 50.2, 50.5, 50.9, 51] {
      let at = Point(x: 10, y: y)
      let lowest = points(StrokeFont.path("H", size: 12, at: at, anchor: .start)).map(\.y).max()
      #expect(try abs(#require(lowest) - y) <= 0.5)
      #expect(lowest == 50.5 || lowest == 51.5)
    }
    let upright = StrokeFont.path(
      "H", size: 12, at: Point(x: 10.1, y: 3.3), anchor: .start, rotation: 90)
    #expect(points(upright).map(\.x).max() == 10.5)
  }

  @Test func anchorsPutTheStartTheMiddleOrTheEndAtThePosition() {
    let width = StrokeFont.width("word", size: 20)
    let starts = points(path("word")).map(\.x)
    let middles = points(path("word", anchor: .middle)).map(\.x)
    let ends = points(path("word", anchor: .end)).map(\.x)
    #expect(zip(starts, middles).allSatisfy { abs($0 - $1 - width / 2) < 1e-9 })
    #expect(zip(starts, ends).allSatisfy { abs($0 - $1 - width) < 1e-9 })
    #expect(starts.allSatisfy { $0 > origin.x && $0 < origin.x + width })
  }

  @Test func aQuarterTurnReadsFromBottomToTop() {
    let (level, upright) = (points(path("Lg")), points(path("Lg", rotation: 90)))
    for (before, after) in zip(level, upright) {
      // What was to the right is above now, and what was above is to the left.
      #expect(abs(after.y - (origin.y - (before.x - origin.x))) < 1e-9)
      #expect(abs(after.x - (100.5 + before.y - origin.y)) < 1e-9)
    }
  }

  @Test func otherAnglesKeepDistances() {
    let (level, tilted) = (
      points(path("Tilt", size: 30)), points(path("Tilt", size: 30, rotation: 30))
    )
    let (first, last) = (level.count / 3, level.count - 1)
    func distance(_ p: [Point]) -> Double {
      let (x, y) = (p[first].x - p[last].x, p[first].y - p[last].y)
      return (x * x + y * y).squareRoot()
    }
    #expect(abs(distance(level) - distance(tilted)) < 1e-9)
    #expect(tilted[last].y < level[last].y)
  }

  @Test func smallTextHasLinesOfAPixelAndLargeTextWiderOnes() {
    #expect(StrokeFont.strokeWidth(size: 8) == 1)
    #expect(StrokeFont.strokeWidth(size: 25) == 2)
  }

  @Test(arguments: [0, -3, .nan, .infinity, .leastNonzeroMagnitude, 1e-300, 1e300])
  func anySizeIsTakenWithoutHarm(size: Double) {
    let count = points(path("Ø8@", size: size)).count
    #expect(count == 0 || size > 0 && size.isFinite)
    #expect(count < 5000)
  }

  @Test func textIsDrawnWithTheInkThatItsLinesHave() throws {
    var picture = try InkPicture(60, 30)
    let text = StrokeFont.path("HI", size: 20, at: Point(x: 5, y: 20), anchor: .start)
    picture.stroke(text, width: 2)
    // Three uprights and two lines between them.
    #expect(abs(picture.area - (3 * 14 + 9) * 2) < 10)
  }
}
