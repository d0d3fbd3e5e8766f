import Foundation

@testable import LevinPlots

/// A white picture on which black ink is measured.
struct InkPicture {
  var canvas: RasterCanvas

  init(_ width: Double = 40, _ height: Double = 30, scale: Double = 1) throws {
    canvas = try RasterCanvas(
      width: width, height: height, scale: scale, background: Color(0xFFFFFF))
  }

  mutating func fill(_ path: Path, opacity: Double = 1) {
    canvas.fill(path, Color(0).opacity(opacity))
  }

  mutating func stroke(_ path: Path, width: Double, dash: [Double] = [], opacity: Double = 1) {
    canvas.stroke(path, Stroke(width: width, dash: dash), Color(0).opacity(opacity))
  }

  /// The share of ink of each pixel, from 0 to 1, row by row.
  var ink: [Double] {
    let bytes = canvas.bytes(withOpacity: false)
    return stride(from: 0, to: bytes.count, by: 3).map { 1 - Double(bytes[$0]) / 255 }
  }

  /// The ink of all pixels together, in pixels.
  var area: Double { ink.reduce(0, +) }

  subscript(column: Int, row: Int) -> Double { ink[row * canvas.width + column] }
}

/// The points of a regular polygon, a circle where there are many.
func polygon(corners: Int, radius: Double, center: Point) -> [Point] {
  (0..<corners).map { index in
    let angle = 2 * Double.pi * Double(index) / Double(corners)
    return Point(x: center.x + radius * cos(angle), y: center.y + radius * cos(angle - .pi / 2))
  }
}
