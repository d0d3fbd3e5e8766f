/// A straight line from a point to another one, in pixels.
struct Segment {
  let start: Point
  /// The end's position from the start.
  let direction: Point

  var length: Double { (direction.x * direction.x + direction.y * direction.y).squareRoot() }

  init(from start: Point, to end: Point) {
    self.start = start
    direction = Point(x: end.x - start.x, y: end.y - start.y)
  }

  /// The point at a share of the length, from 0 to 1.
  func point(_ share: Double) -> Point {
    Point(x: start.x + share * direction.x, y: start.y + share * direction.y)
  }

  /// The part between two shares of the length.
  func part(_ shares: ClosedRange<Double>) -> Segment {
    Segment(from: point(shares.lowerBound), to: point(shares.upperBound))
  }

  /// The coordinate that stands for all beyond it; at this size pixels are still told apart.
  static let farthest = 1e9

  /// Goes along a line; a point without neighbours is a segment of length zero.
  static func forEach(of line: Path.Line, scale: Double, _ body: (Segment) -> Void) {
    var last: Point?
    var isAlone = false
    func end() {
      if isAlone, let last { body(Segment(from: last, to: last)) }
    }
    for point in line.points {
      guard point.x.isFinite, point.y.isFinite else {
        end()
        (last, isAlone) = (nil, false)
        continue
      }
      let next = scaled(point, scale)
      if let last { body(Segment(from: last, to: next)) }
      (last, isAlone) = (next, last == nil)
    }
    end()
    guard line.isClosed, line.points.count > 1, let last, let first = line.points.first,
      first.x.isFinite, first.y.isFinite
    else { return }
    body(Segment(from: last, to: scaled(first, scale)))
  }

  /// A point in pixels, at most so far away that its position is still exact.
  static func scaled(_ point: Point, _ scale: Double) -> Point {
    Point(
      x: bounded(point.x * scale, -farthest, farthest),
      y: bounded(point.y * scale, -farthest, farthest))
  }
}
