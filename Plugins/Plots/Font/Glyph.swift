#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The drawing of a character, in units of which the em has twenty; y grows upwards from the baseline.
struct Glyph: Hashable, Sendable {
  /// A step of the pen.
  enum Step: Hashable, Sendable {
    /// A straight line to a point.
    case line(Point)
    /// A straight line to the start of an arc, and the arc; angles in degrees, counterclockwise.
    case arc(center: Point, radii: Point, from: Double, to: Double)
    /// A cubic Bézier curve.
    case curve(Point, Point, Point)
  }

  /// The lines, each of which begins with a step to its first point.
  var strokes: [[Step]] = []
  /// The distance from the start of this character to the start of the next one.
  var advance: Double

  /// The glyph moved and made larger or smaller.
  func placed(x: Double = 0, y: Double = 0, scale: Double = 1) -> Glyph {
    func place(_ p: Point) -> Point { Point(x: x + scale * p.x, y: y + scale * p.y) }
    let strokes = strokes.map { stroke in
      stroke.map { step -> Step in
        switch step {
        case .line(let end): .line(place(end))
        case .curve(let first, let second, let end): .curve(place(first), place(second), place(end))
        case .arc(let center, let radii, let from, let to):
          .arc(
            center: place(center), radii: Point(x: scale * radii.x, y: scale * radii.y), from: from,
            to: to)
        }
      }
    }
    return Glyph(strokes: strokes, advance: scale * advance)
  }

  /// The glyph with more space beside it.
  func padded(left: Double, right: Double) -> Glyph {
    var result = placed(x: left)
    result.advance = left + advance + right
    return result
  }

  /// The lines' points, so close to each other that curves are off by at most a tolerance in units.
  func points(tolerance: Double) -> [[Point]] {
    strokes.map { stroke in
      stroke.reduce(into: []) { $1.append(to: &$0, tolerance: tolerance) }
    }
  }

  /// The smallest rectangle around the lines; its y is the lowest one.
  var bounds: Rectangle {
    let points = points(tolerance: 0.01).joined()
    let (xs, ys) = (points.map(\.x), points.map(\.y))
    let (left, bottom) = (xs.min() ?? 0, ys.min() ?? 0)
    return Rectangle(
      x: left, y: bottom, width: (xs.max() ?? 0) - left, height: (ys.max() ?? 0) - bottom)
  }
}

extension Glyph.Step {
  /// Adds the step's points to those so far.
  fileprivate func append(to points: inout [Point], tolerance: Double) {
    switch self {
    case .line(let end): points.append(end)
    case .arc(let center, let radii, let from, let to):
      let angle = (to - from) * .pi / 180
      let count = Self.sides(angle: angle, radius: max(radii.x, radii.y), tolerance)
      for index in 0...count {
        let turn = from * .pi / 180 + angle * Double(index) / Double(count)
        points.append(Point(x: center.x + radii.x * cos(turn), y: center.y + radii.y * sin(turn)))
      }
    case .curve(let first, let second, let end):
      guard let start = points.last else { return }
      let count = Self.sides([start, first, second, end], tolerance)
      for index in 1...count {
        let (t, s) = (Double(index) / Double(count), 1 - Double(index) / Double(count))
        let weights = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
        func mix(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> Double {
          weights.0 * a + weights.1 * b + weights.2 * c + weights.3 * d
        }
        points.append(
          Point(
            x: mix(start.x, first.x, second.x, end.x), y: mix(start.y, first.y, second.y, end.y)))
      }
    }
  }

  /// The number of chords that leave an arc by at most a tolerance: each by r (1 - cos(angle / 2)).
  private static func sides(angle: Double, radius: Double, _ tolerance: Double) -> Int {
    let chord = 2 * acos(max(1 - tolerance / max(radius, tolerance), 0))
    return max(Int((abs(angle) / chord).rounded(.up)), 2)
  }

  /// The number of chords for a curve: each is off by at most an eighth of the second derivative,
  /// which the differences of the control points bound.
  private static func sides(_ p: [Point], _ tolerance: Double) -> Int {
    func bend(_ a: Point, _ b: Point, _ c: Point) -> Double {
      let (x, y) = (a.x - 2 * b.x + c.x, a.y - 2 * b.y + c.y)
      return (x * x + y * y).squareRoot()
    }
    let bend = 6 * max(bend(p[0], p[1], p[2]), bend(p[1], p[2], p[3]))
    return max(Int((bend / (8 * tolerance)).squareRoot().rounded(.up)), 2)
  }
}
