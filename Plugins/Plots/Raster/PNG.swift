/// A picture in the Portable Network Graphics format (ISO 15948), 8 bits a sample.
enum PNG {
  /// The samples of a pixel.
  enum Pixels: Int {
    case rgb = 3
    case rgba = 4

    /// The format's number for them.
    fileprivate var colorType: UInt8 { self == .rgb ? 2 : 6 }
  }

  /// The bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: The samples, row by row.
  ///   - width: The number of columns.
  ///   - height: The number of rows.
  ///   - pixels: The samples of a pixel.
  static func encode(_ bytes: [UInt8], width: Int, height: Int, _ pixels: Pixels) -> [UInt8] {
    precondition(
      (1...0x7FFF_FFFF).contains(width) && (1...0x7FFF_FFFF).contains(height),
      "a PNG picture has at least one and fewer than 2^31 columns and rows, not \(width) x \(height)"
    )
    precondition(
      bytes.count == width * height * pixels.rawValue,
      "\(bytes.count) bytes are not those of \(width) x \(height) pixels of \(pixels.rawValue)")
    let header = bigEndian(width) + bigEndian(height) + [8, pixels.colorType, 0, 0, 0]
    let filters = PNGFilters(width: width, pixelSize: pixels.rawValue)
    // Lines on plain ground often pack best as they are, and colours that flow if foretold.
    let plain = zlibStream(filters.unfiltered(bytes))
    let foretold = zlibStream(filters.filtered(bytes))
    return [0x89] + Array("PNG\r\n\u{1A}\n".utf8) + chunk("IHDR", header)
      + chunk("IDAT", plain.count < foretold.count ? plain : foretold) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(crc32(body)))
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}

extension RasterCanvas {
  /// The bytes of a PNG file; opacity is part of it only where something shows through.
  func png() -> [UInt8] {
    let pixels: PNG.Pixels = isOpaque ? .rgb : .rgba
    return PNG.encode(
      bytes(withOpacity: pixels == .rgba), width: width, height: height, pixels)
  }
}
