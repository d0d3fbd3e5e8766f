/// A grid of characters that each show two by two pixels, which are there or not.
struct BlockCanvas: Canvas {
  private let columns: Int
  private let rows: Int
  private var isSet: [Bool]

  init(columns: Int, rows: Int) {
    (self.columns, self.rows) = (columns, rows)
    isSet = [Bool](repeating: false, count: 4 * columns * rows)
  }

  private static let blocks: [Character] = [
    " ", "▘", "▝", "▀", "▖", "▌", "▞", "▛", "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█",
  ]

  /// The lines of characters from the top.
  var lines: [String] {
    (0..<rows).map { row in
      String(
        (0..<columns).map { column in
          let (x, y) = (2 * column, 2 * row)
          let bits = [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)].enumerated()
          return Self.blocks[
            bits.reduce(0) {
              $0 + (isSet[$1.element.1 * 2 * columns + $1.element.0] ? 1 << $1.offset : 0)
            }]
        })
    }
  }

  private mutating func set(_ x: Double, _ y: Double) {
    let (width, height) = (Double(2 * columns), Double(2 * rows))
    // What lies on the lower or right edge is in the last pixel.
    guard x >= -0.5, y >= -0.5, x <= width + 0.5, y <= height + 0.5 else { return }
    let column = min(max(Int(x), 0), 2 * columns - 1)
    let row = min(max(Int(y), 0), 2 * rows - 1)
    isSet[row * 2 * columns + column] = true
  }

  mutating func stroke(_ path: Path, _ stroke: Stroke, _ color: Color) {
    for line in path.lines {
      if line.points.count == 1 { set(line.points[0].x, line.points[0].y) }
      for (a, b) in zip(line.points, line.points.dropFirst()) { draw(a, b) }
      if line.isClosed, let first = line.points.first, let last = line.points.last {
        draw(last, first)
      }
    }
  }

  private mutating func draw(_ a: Point, _ b: Point) {
    let (width, height) = (Double(2 * columns), Double(2 * rows))
    if max(a.x, b.x) < -1 || min(a.x, b.x) > width + 1 || max(a.y, b.y) < -1
      || min(a.y, b.y) > height + 1
    {
      return
    }
    let count = Int(min(max(abs(b.x - a.x), abs(b.y - a.y)) * 2, 4000)) + 1
    for index in 0...count {
      let share = Double(index) / Double(count)
      set(a.x + share * (b.x - a.x), a.y + share * (b.y - a.y))
    }
  }

  /// Fills between the crossings of each row of pixels with the lines of the path.
  mutating func fill(_ path: Path, _ color: Color) {
    for line in path.lines where line.points.count > 2 {
      for row in 0..<(2 * rows) {
        let y = Double(row) + 0.5
        let crossings = zip(line.points, line.points.dropFirst() + [line.points[0]])
          .compactMap { a, b -> Double? in
            guard (a.y > y) != (b.y > y) else { return nil }
            return a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)
          }.sorted()
        for index in stride(from: 0, to: crossings.count - 1, by: 2) {
          fill(row, crossings[index], crossings[index + 1])
        }
      }
    }
  }

  private mutating func fill(_ row: Int, _ start: Double, _ end: Double) {
    let first = max(Int((max(start, 0) + 0.5).rounded(.down)), 0)
    let last = min(Int((min(end, Double(2 * columns)) - 0.5).rounded(.down)), 2 * columns - 1)
    if first > last { return }
    for column in first...last { isSet[row * 2 * columns + column] = true }
  }

  mutating func clip(to rectangle: Rectangle?) {}

  mutating func label(_ text: String, _ path: Path, _ stroke: Stroke, _ color: Color) {}
}
