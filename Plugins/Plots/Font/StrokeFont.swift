#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A font whose letters are lines, so that text is a path like any other.
///
/// All sizes are those of the em in pixels. Lines are centred on the shapes below, and reach half their
/// width beyond them.
enum StrokeFont {
  /// The units of the drawings that the em has.
  private static let unitsPerEm = 20.0

  /// The height of capitals and digits as a share of the size.
  static let capHeight = 14 / unitsPerEm
  /// The height of small letters without ascenders as a share of the size.
  static let xHeight = 10 / unitsPerEm
  /// The most that letters, with accents and the width of lines, rise above the baseline.
  static let ascent = 19.6 / unitsPerEm
  /// The most that letters, with the width of lines, go below the baseline.
  static let descent = 5 / unitsPerEm

  /// The part of a text that is put at a given position, as a share of its width.
  enum Anchor: Double, Sendable {
    case start = 0
    case middle = 0.5
    case end = 1
  }

  /// The width in pixels of the lines that letters of a size are drawn with.
  static func strokeWidth(size: Double) -> Double { max(0.08 * size, 1) }

  /// The width of a text in pixels.
  static func width(_ text: String, size: Double) -> Double {
    text.reduce(0) { $0 + GlyphTable.glyph(of: $1).advance } * size / unitsPerEm
  }

  /// The lines of a text.
  ///
  /// Horizontal and vertical baselines are moved to the nearest centre of pixels, which keeps small text
  /// sharp.
  ///
  /// - Parameters:
  ///   - text: A line of text; a character without a glyph becomes a box.
  ///   - size: The size of the em in pixels.
  ///   - position: A position on the baseline, where the anchor is put.
  ///   - anchor: The start, middle or end of the text.
  ///   - rotation: The angle of the baseline in degrees, counterclockwise as one sees it.
  static func path(
    _ text: String, size: Double, at position: Point, anchor: Anchor = .start, rotation: Double = 0
  ) -> Path {
    guard size > 0, size.isFinite else { return Path() }
    let frame = TextFrame(origin: position, rotation: rotation)
    let fit = GridFit(pixelsPerUnit: size / unitsPerEm)
    let tolerance = min(max(pixelTolerance / fit.pixelsPerUnit, 1e-3), 5)
    var (path, start) = (Path(), -anchor.rawValue * width(text, size: size))
    for character in text {
      let glyph = GlyphTable.glyph(of: character)
      for points in glyph.points(tolerance: tolerance) {
        path.add(
          points.map { frame.point(start + $0.x * fit.pixelsPerUnit, fit.height($0.y)) })
      }
      start += glyph.advance * fit.pixelsPerUnit
    }
    return path
  }

  /// The pixels by which the lines may leave the curves that they stand for.
  private static let pixelTolerance = 0.06
}

/// The position and direction of a baseline.
private struct TextFrame {
  private var origin: Point
  private let sine: Double
  private let cosine: Double

  init(origin: Point, rotation: Double) {
    // Exact at right angles, where rounding would tilt all lines.
    let turns: [Double: (Double, Double)] = [
      0: (0, 1), 90: (1, 0), 180: (0, -1), -90: (-1, 0), 270: (-1, 0),
    ]
    let angle = rotation * .pi / 180
    (sine, cosine) = turns[rotation] ?? (sin(angle), cos(angle))
    self.origin = origin
    if sine == 0 { self.origin.y = (origin.y - 0.5).rounded() + 0.5 }
    if cosine == 0 { self.origin.x = (origin.x - 0.5).rounded() + 0.5 }
  }

  /// A point in the picture, given by its distances along and above the baseline.
  func point(_ along: Double, _ above: Double) -> Point {
    Point(
      x: origin.x + cosine * along - sine * above, y: origin.y - sine * along - cosine * above)
  }
}

/// Moves heights so that letters and capitals end on whole pixels above the baseline.
///
/// Their horizontal lines are then all as sharp as the baseline is, where text is small.
private struct GridFit {
  let pixelsPerUnit: Double
  private let letters: Double
  private let capitals: Double

  init(pixelsPerUnit: Double) {
    self.pixelsPerUnit = pixelsPerUnit
    letters = (10 * pixelsPerUnit).rounded()
    capitals = (14 * pixelsPerUnit).rounded()
  }

  /// A height in pixels.
  func height(_ units: Double) -> Double {
    if units <= 0 { return units * pixelsPerUnit }
    if units <= 10 { return units / 10 * letters }
    if units <= 14 { return letters + (units - 10) / 4 * (capitals - letters) }
    return capitals + (units - 14) * pixelsPerUnit
  }
}
