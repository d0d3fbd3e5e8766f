/// The size of a picture that cannot be made.
public struct PictureSizeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The width of the drawing in pixels.
  public let width: Double
  /// The height of the drawing in pixels.
  public let height: Double
  /// The factor by which the picture has more pixels than the drawing in either direction.
  public let scale: Double

  init(width: Double, height: Double, scale: Double = 1) {
    (self.width, self.height, self.scale) = (width, height, scale)
  }

  /// The size, and the sizes that there can be.
  public var description: String {
    "a picture of \(width) x \(height) pixels at scale \(scale) cannot be made: "
      + "each side must have from 1 to \(RasterCanvas.longestSide) pixels, "
      + "and both together at most \(RasterCanvas.mostPixels); choose another size or scale"
  }
}
