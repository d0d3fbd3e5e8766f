import Foundation

extension Figure {
  /// The figure as an SVG document.
  public var svg: String {
    var canvas = SVGCanvas(width: width, height: height, background: theme.background, title: plainTitle)
    FigureLayout(self).draw(on: &canvas)
    return canvas.document
  }

  /// The figure as a PNG file.
  ///
  /// - Parameter scale: The pixels of the file for each pixel of the figure, in both directions.
  public func png(scale: Double = 2) -> [UInt8] {
    var canvas = RasterCanvas(
      width: Int(width.rounded()), height: Int(height.rounded()), background: theme.background,
      scale: scale)
    FigureLayout(self).draw(on: &canvas)
    return canvas.png
  }

  /// Writes the figure to a file, as SVG or PNG by the end of its name.
  ///
  /// The file is replaced at once, or stays as it was.
  ///
  /// - Parameters:
  ///   - path: The path of the file; folders that are missing are made.
  ///   - scale: The pixels of a PNG file for each pixel of the figure.
  /// - Throws: ``FigureError``.
  public func write(to path: String, scale: Double = 2) throws(FigureError) {
    let bytes: [UInt8]
    switch path.split(separator: ".").last?.lowercased() {
    case "svg": bytes = Array(svg.utf8)
    case "png": bytes = png(scale: scale)
    default:
      throw FigureError(path: path, reason: "the name ends neither in .svg nor in .png; give it one of the two")
    }
    let file = URL(filePath: path)
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file, options: .atomic)
    } catch {
      throw FigureError(path: path, reason: Self.words(error))
    }
  }

  // Foundation's errors name the file once more, and the reason in the error beneath.
  private static func words(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    if let underlying, underlying.domain == NSPOSIXErrorDomain {
      return String(cString: strerror(Int32(underlying.code)))
    }
    return error.localizedDescription
  }

  private var plainTitle: String {
    title ?? grid.lazy.flatMap(\.self).compactMap(\.title).first ?? "figure"
  }
}
