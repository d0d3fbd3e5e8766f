/// A colour in sRGB, as screens and files have it.
public struct Color: Hashable, Sendable {
  /// The share of red, from 0 to 1.
  public var red: Double
  /// The share of green, from 0 to 1.
  public var green: Double
  /// The share of blue, from 0 to 1.
  public var blue: Double
  /// The opacity, from 0 (invisible) to 1.
  public var opacity: Double

  /// Mixes a colour.
  ///
  /// - Parameters:
  ///   - red: The share of red, from 0 to 1.
  ///   - green: The share of green, from 0 to 1.
  ///   - blue: The share of blue, from 0 to 1.
  ///   - opacity: The opacity, from 0 to 1.
  public init(red: Double, green: Double, blue: Double, opacity: Double = 1) {
    (self.red, self.green, self.blue, self.opacity) = (red, green, blue, opacity)
  }

  /// The colour of a hexadecimal number such as `0x1F77B4`.
  public init(_ hexadecimal: UInt32) {
    func share(_ shift: UInt32) -> Double { Double(hexadecimal >> shift & 0xFF) / 255 }
    self.init(red: share(16), green: share(8), blue: share(0))
  }

  /// The same colour with another opacity, from 0 to 1.
  public func opacity(_ opacity: Double) -> Color {
    Color(red: red, green: green, blue: blue, opacity: opacity)
  }
}
