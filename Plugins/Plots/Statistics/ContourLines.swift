/// The lines along which values on a grid cross a level, by marching squares.
enum ContourLines {
  /// An edge of the grid that a line crosses.
  private struct Crossing: Hashable {
    let row: Int
    let column: Int
    let isHorizontal: Bool
  }

  /// - Parameters:
  ///   - values: The values row by row.
  ///   - x: The coordinates of the columns.
  ///   - y: Those of the rows.
  ///   - level: The value of the lines.
  /// - Returns: The points of each line; a closed one ends where it begins.
  static func lines(
    of values: [[Double]], _ x: [Double], _ y: [Double], at level: Double
  ) -> [[(Double, Double)]] {
    var neighbours: [Crossing: [Crossing]] = [:]
    for row in 0..<max(values.count - 1, 0) {
      for column in 0..<max(values[row].count - 1, 0) {
        for (a, b) in segments(values, row, column, level) {
          neighbours[a, default: []].append(b)
          neighbours[b, default: []].append(a)
        }
      }
    }
    return chains(&neighbours).map { chain in chain.map { point($0, values, x, y, level) } }
  }

  // The pairs of edges of one cell that lines join.
  private static func segments(
    _ values: [[Double]], _ row: Int, _ column: Int, _ level: Double
  ) -> [(Crossing, Crossing)] {
    let corners = [
      values[row][column], values[row][column + 1], values[row + 1][column + 1],
      values[row + 1][column],
    ]
    guard corners.allSatisfy(\.isFinite) else { return [] }
    let edges = [
      Crossing(row: row, column: column, isHorizontal: true),
      Crossing(row: row, column: column + 1, isHorizontal: false),
      Crossing(row: row + 1, column: column, isHorizontal: true),
      Crossing(row: row, column: column, isHorizontal: false),
    ]
    let above = corners.map { $0 > level }
    let crossed = (0..<4).filter { above[$0] != above[($0 + 1) % 4] }
    if crossed.count == 2 { return [(edges[crossed[0]], edges[crossed[1]])] }
    if crossed.isEmpty { return [] }
    // Of a saddle the value in the middle tells which corners belong together.
    let isMiddleAbove = corners.reduce(0, +) / 4 > level
    let pairs = isMiddleAbove == above[0] ? [(0, 1), (2, 3)] : [(3, 0), (1, 2)]
    return pairs.map { (edges[$0.0], edges[$0.1]) }
  }

  private static func chains(_ neighbours: inout [Crossing: [Crossing]]) -> [[Crossing]] {
    var chains: [[Crossing]] = []
    // Open lines first, from their ends, then rings; in the order of the grid, so that files are alike.
    func order(_ a: Crossing, _ b: Crossing) -> Bool {
      (a.row, a.column, a.isHorizontal ? 0 : 1) < (b.row, b.column, b.isHorizontal ? 0 : 1)
    }
    let sorted = neighbours.keys.sorted(by: order)
    let ends = sorted.filter { neighbours[$0]?.count == 1 }
    for start in ends + sorted {
      guard neighbours[start]?.isEmpty == false else { continue }
      var chain = [start]
      while let next = neighbours[chain[chain.count - 1]]?.first {
        remove(chain[chain.count - 1], next, &neighbours)
        chain.append(next)
      }
      chains.append(chain)
    }
    return chains
  }

  private static func remove(
    _ a: Crossing, _ b: Crossing, _ neighbours: inout [Crossing: [Crossing]]
  ) {
    if let index = neighbours[a]?.firstIndex(of: b) { neighbours[a]?.remove(at: index) }
    if let index = neighbours[b]?.firstIndex(of: a) { neighbours[b]?.remove(at: index) }
  }

  // Where the level lies between the values at both ends of an edge.
  private static func point(
    _ edge: Crossing, _ values: [[Double]], _ x: [Double], _ y: [Double], _ level: Double
  ) -> (Double, Double) {
    let (row, column) = (edge.row, edge.column)
    let first = values[row][column]
    let second = edge.isHorizontal ? values[row][column + 1] : values[row + 1][column]
    let share = (level - first) / (second - first)
    return edge.isHorizontal
      ? (x[column] + share * (x[column + 1] - x[column]), y[row])
      : (x[column], y[row] + share * (y[row + 1] - y[row]))
  }
}
