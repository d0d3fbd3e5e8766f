/// A position in a picture, in pixels from its upper left corner; y grows downwards.
struct Point: Hashable, Sendable {
  var x: Double
  var y: Double
}

/// A rectangle with sides parallel to those of the picture.
struct Rectangle: Hashable, Sendable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var minX: Double { x }
  var maxX: Double { x + width }
  var minY: Double { y }
  var maxY: Double { y + height }
  var center: Point { Point(x: x + width / 2, y: y + height / 2) }

  /// The rectangle with other sides, each moved inwards by a number of pixels.
  func inset(left: Double = 0, top: Double = 0, right: Double = 0, bottom: Double = 0) -> Rectangle
  {
    Rectangle(
      x: x + left, y: y + top, width: max(width - left - right, 0),
      height: max(height - top - bottom, 0))
  }
}

/// Lines from point to point, one after the other.
struct Path: Hashable, Sendable {
  /// Points that lines join; a single point is a dot as wide as the stroke.
  struct Line: Hashable, Sendable {
    var points: [Point]
    /// Whether another line joins the last point to the first.
    var isClosed = false
  }

  var lines: [Line] = []

  init() {}

  init(_ points: [Point], isClosed: Bool = false) {
    lines = [Line(points: points, isClosed: isClosed)]
  }

  init(_ rectangle: Rectangle) {
    let (r, corners) = (rectangle, [(0.0, 0.0), (1, 0), (1, 1), (0, 1)])
    self.init(
      corners.map { Point(x: r.x + $0.0 * r.width, y: r.y + $0.1 * r.height) }, isClosed: true)
  }

  mutating func add(_ points: [Point], isClosed: Bool = false) {
    lines.append(Line(points: points, isClosed: isClosed))
  }
}

/// A way to draw a path's lines, with round ends and corners.
struct Stroke: Hashable, Sendable {
  /// The width in pixels.
  var width: Double
  /// The lengths of dashes and gaps in turn, in pixels; none for a line without gaps.
  var dash: [Double] = []
}
