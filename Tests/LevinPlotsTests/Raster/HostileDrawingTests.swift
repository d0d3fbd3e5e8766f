import Testing

@testable import LevinPlots

@Suite struct HostileDrawingTests {
  private static let odd: [Double] = [
    .nan, .infinity, -.infinity, 1e9, -1e9, 1e300, -1e300, .greatestFiniteMagnitude, 0, -0.0,
    .leastNonzeroMagnitude, 15, 1e18,
  ]

  @Test func anyCoordinatesAreDrawnWithoutHarm() throws {
    var picture = try InkPicture()
    let points = Self.odd.flatMap { x in Self.odd.map { Point(x: x, y: $0) } }
    for width in Self.odd {
      picture.stroke(Path(points, isClosed: true), width: width)
      picture.stroke(Path(points), width: 1, dash: [width, 3])
      picture.stroke(Path(points), width: width, dash: [0.11, 0])
    }
    for step in 1..<12 {
      let some = stride(from: 0, to: points.count, by: step).map { points[$0] }
      picture.fill(Path(some))
      picture.fill(Path(some.reversed(), isClosed: true))
    }
    #expect(picture.ink.allSatisfy { (0...1).contains($0) })
  }

  @Test func anyRectanglesClipAndFillWithoutHarm() throws {
    var picture = try InkPicture()
    for x in Self.odd {
      for width in Self.odd {
        let rectangle = Rectangle(x: x, y: width, width: width, height: x)
        picture.canvas.clip(to: rectangle)
        picture.fill(Path(Rectangle(x: 0, y: 0, width: 40, height: 30)))
        picture.stroke(Path([Point(x: 5, y: 5)]), width: 3)
        picture.canvas.clip(to: nil)
        picture.fill(Path(rectangle))
      }
    }
    #expect(picture.ink.allSatisfy { (0...1).contains($0) })
  }

  @Test func anEmptyPathAndAnInvisibleStrokePaintNothing() throws {
    var picture = try InkPicture()
    picture.fill(Path())
    picture.fill(Path([]))
    picture.fill(Path([Point(x: 5, y: 5)]))
    picture.fill(Path([Point(x: 5, y: 5), Point(x: 25, y: 15)]))
    picture.stroke(Path(), width: 3)
    picture.stroke(Path([Point(x: 5, y: 5), Point(x: 25, y: 15)]), width: 0)
    picture.stroke(Path([Point(x: .nan, y: 5), Point(x: 25, y: .infinity)]), width: 3)
    #expect(picture.area == 0)
  }

  @Test func aPointThatIsNotFiniteInterruptsALine() throws {
    var picture = try InkPicture()
    let points = [(2.0, 15.5), (10, 15.5), (15, .nan), (20, 15.5), (30, 15.5)]
    picture.stroke(Path(points.map { Point(x: $0.0, y: $0.1) }), width: 1)
    #expect(picture[6, 15] == 1)
    #expect(picture[15, 15] == 0)
    #expect(picture[25, 15] == 1)
  }

  @Test func aBarToInfinityReachesTheEdge() throws {
    var picture = try InkPicture()
    let corners: [(Double, Double)] = [(10, 20), (14, 20), (14, -.infinity), (10, -.infinity)]
    picture.fill(Path(corners.map { Point(x: $0.0, y: $0.1) }))
    #expect(picture.area == 80)
  }

  @Test func coloursOutOfRangeAreTheNearestOnes() throws {
    let wild = Color(red: .nan, green: 7, blue: -2, opacity: .infinity)
    let canvas = try RasterCanvas(width: 1, height: 1, background: wild)
    #expect(canvas.bytes(withOpacity: true) == [0, 255, 0, 255])
  }

  @Test(
    arguments: [
      (0, 10, 1), (10, -1, 1), (.nan, 10, 1), (10, 10, 0), (.infinity, 10, 1), (40_000, 1, 1),
      (20_000, 20_000, 1), (10, 10, 1e9),
    ] as [(Double, Double, Double)])
  func aSizeThatNoPictureHasIsReported(width: Double, height: Double, scale: Double) throws {
    let error = try #require(throws: PictureSizeError.self) {
      try RasterCanvas(width: width, height: height, scale: scale, background: Color(0))
    }
    #expect("\(error)".contains("at scale \(scale) cannot be made"))
  }
}
