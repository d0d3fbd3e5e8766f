/// Fewer points that look like many.
enum Thinning {
  /// Of points one after the other in the same column of pixels the first, the highest, the lowest and the last.
  ///
  /// No extreme is lost, and what is left draws the same pixels.
  static func thinned(_ points: [Point]) -> [Point] {
    var (kept, start) = ([Point](), 0)
    while start < points.count {
      var end = start + 1
      let column = points[start].x.rounded(.down)
      while end < points.count, points[end].x.rounded(.down) == column { end += 1 }
      append(points[start..<end], to: &kept)
      start = end
    }
    return kept
  }

  private static func append(_ run: ArraySlice<Point>, to kept: inout [Point]) {
    guard run.count > 4 else {
      kept += run
      return
    }
    var (lowest, highest) = (run.startIndex, run.startIndex)
    for index in run.indices {
      if run[index].y > run[lowest].y { lowest = index }
      if run[index].y < run[highest].y { highest = index }
    }
    let indices = Set([run.startIndex, lowest, highest, run.endIndex - 1])
    kept += indices.sorted().map { run[$0] }
  }

  /// At most so many points, one in each square of a grid that is as fine as that allows, and the outermost ones.
  static func spread(_ points: [Point], atMost most: Int) -> [Point] {
    if points.count <= most { return points }
    for size in [0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32] {
      let kept = onePerSquare(points, size)
      if kept.count <= most { return kept + outermost(points) }
    }
    return outermost(points)
  }

  private static func onePerSquare(_ points: [Point], _ size: Double) -> [Point] {
    var seen: Set<[Int32]> = []
    return points.filter { point in
      let (column, row) = ((point.x / size).rounded(.down), (point.y / size).rounded(.down))
      return seen.insert([Int32(clamping: Int(column)), Int32(clamping: Int(row))]).inserted
    }
  }

  private static func outermost(_ points: [Point]) -> [Point] {
    [
      points.min { $0.x < $1.x }, points.max { $0.x < $1.x }, points.min { $0.y < $1.y },
      points.max { $0.y < $1.y },
    ].compactMap(\.self)
  }
}
