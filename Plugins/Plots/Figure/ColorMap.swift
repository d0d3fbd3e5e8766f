import Foundation

/// The colours of a range of values, from the least to the greatest.
///
/// Their lightness rises or falls evenly, in the space OKLab, so they tell values apart for readers who see few colours, and
/// on paper without any.
///
/// Source of the space: B. Ottosson, "A perceptual color space for image processing" (2020).
public struct ColorMap: Sendable, Hashable {
  // Lightness, and distances from grey to red and to yellow.
  private struct Lab: Sendable, Hashable {
    let lightness: Double
    let red: Double
    let yellow: Double
  }

  private let stops: [Lab]
  static let levels = 128

  private init(_ stops: [(Double, Double, Double)]) {
    // A hue is an angle in degrees, from red over yellow to green and blue.
    self.stops = stops.map { lightness, strength, hue in
      Lab(
        lightness: lightness, red: strength * cos(hue * .pi / 180),
        yellow: strength * sin(hue * .pi / 180))
    }
  }

  /// From dark violet over blue and green to light yellow.
  public static let sequential = ColorMap([
    (0.25, 0.11, 310), (0.38, 0.12, 280), (0.50, 0.11, 240), (0.62, 0.11, 190), (0.74, 0.14, 150),
    (0.85, 0.16, 118), (0.96, 0.14, 106),
  ])

  /// From blue over a light grey to orange, for values on both sides of a middle.
  public static let diverging = ColorMap([
    (0.36, 0.12, 255), (0.58, 0.12, 245), (0.80, 0.06, 240), (0.95, 0.005, 90), (0.80, 0.09, 65),
    (0.62, 0.14, 50), (0.42, 0.12, 42),
  ])

  /// The colour of a share of the range, from 0 to 1.
  public func color(at share: Double) -> Color {
    let position = min(max(share.isNaN ? 0 : share, 0), 1) * Double(stops.count - 1)
    let index = min(Int(position), stops.count - 2)
    let (a, b, part) = (stops[index], stops[index + 1], position - Double(index))
    func mixed(_ path: KeyPath<Lab, Double>) -> Double {
      a[keyPath: path] + (b[keyPath: path] - a[keyPath: path]) * part
    }
    return Self.screenColor(mixed(\.lightness), mixed(\.red), mixed(\.yellow))
  }

  /// The index of the colour of a value, of ``levels`` from the least to the greatest; nil for one that is not finite.
  func level(of value: Double, _ lower: Double, _ upper: Double) -> Int? {
    guard value.isFinite else { return nil }
    // Halves, since a difference may be beyond the greatest number.
    let share = (value / 2 - lower / 2) / (upper / 2 - lower / 2)
    if share.isNaN { return 0 }
    return Int(min(max(share, 0), 1) * Double(Self.levels).nextDown)
  }

  /// The colour of an index.
  func color(level: Int) -> Color { color(at: (Double(level) + 0.5) / Double(Self.levels)) }

  private static func screenColor(_ lightness: Double, _ red: Double, _ yellow: Double) -> Color {
    let l = cube(lightness + 0.3963377774 * red + 0.2158037573 * yellow)
    let m = cube(lightness - 0.1055613458 * red - 0.0638541728 * yellow)
    let s = cube(lightness - 0.0894841775 * red - 1.2914855480 * yellow)
    return Color(
      red: encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
      green: encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
      blue: encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s))
  }

  private static func cube(_ value: Double) -> Double { value * value * value }

  // Light is not what files hold: IEC 61966-2-1.
  private static func encoded(_ light: Double) -> Double {
    let light = min(max(light, 0), 1)
    return light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
  }
}
