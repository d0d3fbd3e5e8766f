/// The part of a picture that may be painted; its edges may lie within pixels.
struct ClipWindow {
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  /// The columns of pixels that the window meets.
  let columns: Range<Int>
  /// The rows of pixels that the window meets.
  let rows: Range<Int>

  /// The window of a rectangle in pixels; what a picture of this size lacks is cut off.
  init(_ rectangle: Rectangle, width: Int, height: Int) {
    left = bounded(rectangle.minX, 0, Double(width))
    right = bounded(rectangle.maxX, left, Double(width))
    top = bounded(rectangle.minY, 0, Double(height))
    bottom = bounded(rectangle.maxY, top, Double(height))
    columns = left < right ? Int(left)..<Int(right.rounded(.up)) : 0..<0
    rows = top < bottom ? Int(top)..<Int(bottom.rounded(.up)) : 0..<0
  }

  /// The share of a column that lies between the left and the right edge.
  func share(column: Int) -> Double {
    min(Double(column + 1), right) - max(Double(column), left)
  }

  /// The share of a row that lies between the top and the bottom edge.
  func share(row: Int) -> Double {
    min(Double(row + 1), bottom) - max(Double(row), top)
  }
}

/// A number moved into a range of which it lies outside; NaN becomes the lower bound.
func bounded(_ value: Double, _ low: Double, _ high: Double) -> Double {
  value > low ? min(value, high) : low
}
