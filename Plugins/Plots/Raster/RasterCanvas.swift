/// A grid of pixels that paths are drawn on, with smooth edges.
///
/// Colours are mixed as browsers mix them, by their values in sRGB.
struct RasterCanvas: Canvas {
  /// The number of columns of pixels.
  let width: Int
  /// The number of rows of pixels.
  let height: Int
  /// The number of pixels that one pixel of a drawing becomes in either direction.
  let scale: Double
  /// Red, green, blue and opacity of each pixel in turn, from 0 to 1; the colours are multiplied by
  /// the opacity.
  private var samples: [Float]
  private var coverage: Coverage
  private var window: ClipWindow

  /// The most pixels that a side may have.
  static let longestSide = 32_768
  /// The most pixels that a picture may have.
  static let mostPixels = 1 << 26

  /// An empty picture of a drawing of this size, which a scale multiplies.
  ///
  /// - Throws: `PictureSizeError` if that is no size of a picture, or a very large one.
  init(
    width: Double, height: Double, scale: Double = 1, background: Color
  ) throws(PictureSizeError) {
    let (columns, rows) = ((width * scale).rounded(.up), (height * scale).rounded(.up))
    let sides = 1...Double(Self.longestSide)
    guard sides.contains(columns), sides.contains(rows), columns * rows <= Double(Self.mostPixels)
    else { throw PictureSizeError(width: width, height: height, scale: scale) }
    (self.width, self.height, self.scale) = (Int(columns), Int(rows), scale)
    coverage = Coverage(width: self.width, height: self.height)
    samples = Self.samples(of: background, count: self.width * self.height)
    let whole = Rectangle(x: 0, y: 0, width: columns, height: rows)
    window = ClipWindow(whole, width: self.width, height: self.height)
  }

  private static func samples(of color: Color, count: Int) -> [Float] {
    let pixel = Paint(color).samples
    return [Float](unsafeUninitializedCapacity: 4 * count) { buffer, initialized in
      for index in 0..<count {
        buffer.initializeElement(at: 4 * index, to: pixel.0)
        buffer.initializeElement(at: 4 * index + 1, to: pixel.1)
        buffer.initializeElement(at: 4 * index + 2, to: pixel.2)
        buffer.initializeElement(at: 4 * index + 3, to: pixel.3)
      }
      initialized = 4 * count
    }
  }

  mutating func fill(_ path: Path, _ color: Color) {
    coverage.fill(path, scale: scale, within: window)
    paint(color)
  }

  mutating func stroke(_ path: Path, _ stroke: Stroke, _ color: Color) {
    coverage.stroke(path, stroke, scale: scale, within: window)
    paint(color)
  }

  mutating func clip(to rectangle: Rectangle?) {
    var part = Rectangle(x: 0, y: 0, width: Double(width), height: Double(height))
    if let rectangle {
      part = Rectangle(
        x: rectangle.x * scale, y: rectangle.y * scale, width: rectangle.width * scale,
        height: rectangle.height * scale)
    }
    window = ClipWindow(part, width: width, height: height)
  }

  /// Lays a colour over what is covered.
  private mutating func paint(_ color: Color) {
    let (red, green, blue, opacity) = Paint(color).samples
    let (width, window) = (width, window)
    samples.withUnsafeMutableBufferPointer { samples in
      coverage.drain { row, firstColumn, shares in
        let rowShare = Float(window.share(row: row))
        for (offset, share) in shares.enumerated() where share > 0 {
          let column = firstColumn + offset
          let part = share * rowShare * Float(window.share(column: column))
          let (index, rest) = (4 * (row * width + column), 1 - part * opacity)
          samples[index] = samples[index] * rest + red * part
          samples[index + 1] = samples[index + 1] * rest + green * part
          samples[index + 2] = samples[index + 2] * rest + blue * part
          samples[index + 3] = samples[index + 3] * rest + opacity * part
        }
      }
    }
  }

  /// Whether all pixels are opaque.
  var isOpaque: Bool {
    stride(from: 3, to: samples.count, by: 4).allSatisfy { samples[$0] >= Self.opaque }
  }

  /// The opacity from which on a byte says 255.
  private static let opaque: Float = 254.5 / 255

  /// The picture's bytes, row by row: red, green, blue and, if asked for, opacity of each pixel.
  func bytes(withOpacity: Bool) -> [UInt8] {
    let (count, channels) = (width * height, withOpacity ? 4 : 3)
    return [UInt8](unsafeUninitializedCapacity: count * channels) { bytes, initialized in
      samples.withUnsafeBufferPointer { samples in
        for index in 0..<count {
          let opacity = samples[4 * index + 3]
          let factor = withOpacity && opacity > 0 ? 255 / opacity : 255
          for channel in 0..<3 {
            bytes[channels * index + channel] = byte(samples[4 * index + channel] * factor)
          }
          if withOpacity { bytes[channels * index + 3] = byte(opacity * 255) }
        }
      }
      initialized = count * channels
    }
  }
}

private func byte(_ value: Float) -> UInt8 { UInt8(min(value + 0.5, 255)) }

/// A colour as it is laid over others.
private struct Paint {
  /// Red, green and blue, multiplied by the opacity, and the opacity, from 0 to 1.
  let samples: (Float, Float, Float, Float)

  init(_ color: Color) {
    func share(_ value: Double) -> Float { Float(bounded(value, 0, 1)) }
    let opacity = share(color.opacity)
    samples = (
      share(color.red) * opacity, share(color.green) * opacity, share(color.blue) * opacity, opacity
    )
  }
}
