/// A surface that notes where something is drawn, to find a place where nothing is.
struct CrowdCanvas: Canvas {
  private static let distance = 5.0
  private let frame: Rectangle
  private(set) var points: [Point] = []

  init(_ frame: Rectangle) { self.frame = frame }

  mutating func stroke(_ path: Path, _ stroke: Stroke, _ color: Color) {
    for line in path.lines {
      if line.points.count == 1 { points.append(line.points[0]) }
      for (a, b) in zip(line.points, line.points.dropFirst()) { add(from: a, to: b) }
    }
  }

  mutating func fill(_ path: Path, _ color: Color) {
    for line in path.lines {
      let corners = line.points
      guard let first = corners.first, let last = corners.last else { continue }
      for (a, b) in zip(corners, corners.dropFirst()) { add(from: a, to: b) }
      add(from: last, to: first)
      if corners.count == 4 { addInside(corners) }
    }
  }

  mutating func clip(to rectangle: Rectangle?) {}

  private mutating func add(from a: Point, to b: Point) {
    guard let (a, b) = inFrame(a, b) else { return }
    let length = max(abs(b.x - a.x), abs(b.y - a.y))
    let count = Int(length / Self.distance) + 1
    for index in 0...count {
      let share = Double(index) / Double(count)
      points.append(Point(x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y)))
    }
  }

  // A line that goes far out of the frame has no more points than one that ends at it.
  private func inFrame(_ a: Point, _ b: Point) -> (Point, Point)? {
    let isOutside =
      max(a.x, b.x) < frame.minX || min(a.x, b.x) > frame.maxX || max(a.y, b.y) < frame.minY
      || min(a.y, b.y) > frame.maxY
    if isOutside { return nil }
    func bounded(_ point: Point) -> Point {
      Point(
        x: min(max(point.x, frame.minX - 1000), frame.maxX + 1000),
        y: min(max(point.y, frame.minY - 1000), frame.maxY + 1000))
    }
    return (bounded(a), bounded(b))
  }

  // Bars are full of colour.
  private mutating func addInside(_ corners: [Point]) {
    let (x, y) = (corners.map(\.x), corners.map(\.y))
    guard let left = x.min(), let right = x.max(), let top = y.min(), let bottom = y.max() else {
      return
    }
    let columns = stride(
      from: max(left, frame.minX), to: min(right, frame.maxX), by: 2 * Self.distance)
    for column in columns {
      let rows = stride(
        from: max(top, frame.minY), to: min(bottom, frame.maxY), by: 2 * Self.distance)
      for row in rows { points.append(Point(x: column, y: row)) }
    }
  }

  /// The number of points noted in a box, a few pixels around it included.
  func count(in box: Rectangle) -> Int {
    points.count { point in
      point.x > box.minX - 3 && point.x < box.maxX + 3 && point.y > box.minY - 3
        && point.y < box.maxY + 3
    }
  }
}
