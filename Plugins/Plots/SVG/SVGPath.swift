/// Paths in the notation of SVG.
enum SVGPath {
  // A viewer counts in single precision.
  private static let farthest = 1e5

  /// The path data, in hundredths of pixels and relative to the point before.
  static func data(_ path: Path, isFilled: Bool) -> String {
    var text = ""
    for line in path.lines where !isFilled || line.points.count > 2 {
      let points = line.points.map(hundredths)
      guard let first = points.first else { continue }
      text += "M" + pair(first.x, first.y)
      if points.count == 1 { text += "h0" }
      var last = first
      for point in points.dropFirst() {
        let (dx, dy) = (point.x - last.x, point.y - last.y)
        if dx == 0, dy == 0 { continue }
        text += dy == 0 ? "h" + number(dx) : dx == 0 ? "v" + number(dy) : "l" + pair(dx, dy)
        last = point
      }
      if last == first, points.count > 1, !line.isClosed { text += "h0" }
      if line.isClosed { text += "z" }
    }
    return text
  }

  private struct Position: Equatable {
    let x: Int
    let y: Int
  }

  private static func hundredths(_ point: Point) -> Position {
    func rounded(_ value: Double) -> Int {
      let value = value.isNaN ? 0 : value
      return Int((min(max(value, -farthest), farthest) * 100).rounded())
    }
    return Position(x: rounded(point.x), y: rounded(point.y))
  }

  private static func pair(_ x: Int, _ y: Int) -> String {
    number(x) + (y < 0 ? "" : " ") + number(y)
  }

  // A number of hundredths.
  private static func number(_ hundredths: Int) -> String {
    let (whole, part) = (abs(hundredths) / 100, abs(hundredths) % 100)
    let sign = hundredths < 0 ? "-" : ""
    if part == 0 { return "\(sign)\(whole)" }
    let digits = part % 10 == 0 ? "\(part / 10)" : part < 10 ? "0\(part)" : "\(part)"
    return sign + (whole == 0 ? "" : "\(whole)") + "." + digits
  }

  /// A number with two digits behind the point at most.
  static func number(_ value: Double) -> String {
    number(Int((min(max(value.isNaN ? 0 : value, -farthest), farthest) * 100).rounded()))
  }
}
