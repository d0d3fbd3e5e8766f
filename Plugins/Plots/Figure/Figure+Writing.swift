import Foundation

extension Figure {
  /// The figure as an SVG document.
  public var svg: String {
    var canvas = SVGCanvas(
      width: width, height: height, background: theme.background, title: plainTitle)
    FigureLayout(self).draw(on: &canvas)
    return canvas.document
  }

  /// The figure as the bytes of a PNG file.
  ///
  /// - Parameter scale: The pixels of the file for each pixel of the figure, in both directions.
  /// - Throws: ``PictureSizeError``.
  public func png(scale: Double = 2) throws(PictureSizeError) -> [UInt8] {
    var canvas = try RasterCanvas(
      width: width, height: height, scale: scale, background: theme.background)
    FigureLayout(self).draw(on: &canvas)
    return canvas.png()
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
    let bytes = try content(path, scale)
    let file = URL(filePath: path)
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file, options: .atomic)
    } catch {
      throw FigureError(path: path, reason: FigureError.words(error))
    }
  }

  private func content(_ path: String, _ scale: Double) throws(FigureError) -> [UInt8] {
    switch path.split(separator: ".").last?.lowercased() {
    case "svg": return Array(svg.utf8)
    case "png":
      do { return try png(scale: scale) } catch {
        throw FigureError(path: path, reason: "\(error)")
      }
    default:
      throw FigureError(
        path: path, reason: "the name ends neither in .svg nor in .png; give it one of the two")
    }
  }

  private var plainTitle: String {
    title ?? grid.lazy.flatMap(\.self).compactMap(\.title).first ?? "figure"
  }
}
