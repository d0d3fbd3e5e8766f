// The area that a path surrounds, by the nonzero rule.
//
// Each row of pixels is cut into 16 lines. Where a line crosses the path's edges is known exactly, so
// its spans inside are summed with exact ends: 16 levels in height, all levels in width. A span is
// entered as two differences between neighbouring pixels, whose running sum is the row; so a wide
// shape costs no more than a narrow one until that sum. Edges are kept only while a line crosses
// them, which bounds the memory by the path's size, wherever its points may lie.

private let linesPerRow = 16

/// A side of a path, in terms of the lines that cross it.
private struct Edge {
  /// The first line that crosses the edge.
  let first: Int
  /// The line after the last one.
  let end: Int
  /// The position along the first line.
  let x: Double
  /// The change of position from line to line.
  let step: Double
  /// Whether the edge goes down (1) or up (-1).
  let winding: Int

  init?(_ start: Point, _ stop: Point, _ clip: ClipWindow) {
    let isDown = start.y < stop.y
    let (upper, lower) = isDown ? (start, stop) : (stop, start)
    let lines = Double(linesPerRow)
    let bounds = (Double(clip.rows.lowerBound) * lines, Double(clip.rows.upperBound) * lines)
    first = Int(bounded((upper.y * lines - 0.5).rounded(.up), bounds.0, bounds.1))
    end = Int(bounded((lower.y * lines - 0.5).rounded(.up), bounds.0, bounds.1))
    guard first < end else { return nil }
    let slope = (lower.x - upper.x) / (lower.y - upper.y)
    x = upper.x + ((Double(first) + 0.5) / lines - upper.y) * slope
    step = slope / lines
    winding = isDown ? 1 : -1
  }
}

/// A position where a line meets an edge.
private struct Crossing {
  let x: Double
  let winding: Int
}

extension Coverage {
  /// Covers what a path surrounds; its points are multiplied by a scale.
  ///
  /// Points that are NaN are left out; those at infinity lie very far away.
  mutating func fill(_ path: Path, scale: Double, within clip: ClipWindow) {
    var edges = edges(of: path, scale: scale, clip)
    guard let bottom = edges.map(\.end).max() else { return }
    edges.sort { $0.first < $1.first }
    var sweep = Sweep(edges: edges, columns: clip.columns)
    let rows = (edges[0].first / linesPerRow)..<((bottom + linesPerRow - 1) / linesPerRow)
    for row in rows { sweep.add(row: row, to: &shares, at: row * width) }
    touch(rows: rows, columns: clip.columns.clamped(to: sweep.touched))
  }

  private func edges(of path: Path, scale: Double, _ clip: ClipWindow) -> [Edge] {
    guard !clip.rows.isEmpty, !clip.columns.isEmpty else { return [] }
    var edges: [Edge] = []
    for line in path.lines {
      let points = line.points.compactMap { farthest($0, scale: scale) }
      guard var last = points.last else { continue }
      for point in points {
        if let edge = Edge(last, point, clip) { edges.append(edge) }
        last = point
      }
    }
    return edges
  }
}

/// A point in pixels, not so far away that its distance is no more exact; none for NaN.
private func farthest(_ point: Point, scale: Double) -> Point? {
  guard !point.x.isNaN, !point.y.isNaN else { return nil }
  return Point(x: bounded(point.x * scale, -1e9, 1e9), y: bounded(point.y * scale, -1e9, 1e9))
}

/// The edges that a line crosses, as it moves down the picture.
private struct Sweep {
  private let edges: [Edge]
  private let columns: Range<Int>
  private var next = 0
  private var active: [Edge] = []
  private var crossings: [Crossing] = []
  /// The differences between the pixels of a row, the first of which is that to nothing.
  private var differences: [Float]
  /// The columns between the outermost ends of the spans so far.
  private(set) var touched: Range<Int>

  init(edges: [Edge], columns: Range<Int>) {
    (self.edges, self.columns) = (edges, columns)
    differences = [Float](repeating: 0, count: columns.count + 2)
    touched = columns.upperBound..<columns.upperBound
  }

  /// Sums the lines of a row of pixels.
  mutating func add(row: Int, to shares: inout [Float], at start: Int) {
    for line in (row * linesPerRow)..<((row + 1) * linesPerRow) {
      active.removeAll { $0.end <= line }
      while next < edges.count, edges[next].first <= line {
        if edges[next].end > line { active.append(edges[next]) }
        next += 1
      }
      if !active.isEmpty { addSpans(line: line) }
    }
    sum(into: &shares, at: start)
  }

  private mutating func addSpans(line: Int) {
    crossings.removeAll(keepingCapacity: true)
    let (low, high) = (Double(columns.lowerBound), Double(columns.upperBound))
    for edge in active {
      let x = bounded(edge.x + Double(line - edge.first) * edge.step, low, high)
      insert(Crossing(x: x - low, winding: edge.winding))
    }
    if crossings.count > Self.insertionLimit { crossings.sort { $0.x < $1.x } }
    var winding = 0
    for crossing in crossings {
      let before = winding
      winding += crossing.winding
      if before == 0 { turn(at: crossing.x, 1) }
      if winding == 0 { turn(at: crossing.x, -1) }
    }
  }

  private static let insertionLimit = 24

  /// Adds a crossing; a few are kept in order, many are sorted afterwards.
  private mutating func insert(_ crossing: Crossing) {
    var index = crossings.count
    crossings.append(crossing)
    guard index < Self.insertionLimit else { return }
    while index > 0, crossings[index - 1].x > crossing.x {
      crossings[index] = crossings[index - 1]
      index -= 1
    }
    crossings[index] = crossing
  }

  /// Begins or ends a span.
  private mutating func turn(at x: Double, _ sign: Float) {
    let column = Int(x)
    let part = Float(x - Double(column))
    let level = sign / Float(linesPerRow)
    differences[column] += level * (1 - part)
    differences[column + 1] += level * part
    let (low, high) = (columns.lowerBound + column, columns.lowerBound + column + 1)
    if touched.isEmpty {
      touched = low..<high
    } else if low < touched.lowerBound || high > touched.upperBound {
      touched = min(low, touched.lowerBound)..<max(high, touched.upperBound)
    }
  }

  private mutating func sum(into shares: inout [Float], at start: Int) {
    let count = columns.count
    var level: Float = 0
    shares.withUnsafeMutableBufferPointer { shares in
      differences.withUnsafeMutableBufferPointer { differences in
        let part = touched.clamped(to: columns)
        for column in part {
          level += differences[column - columns.lowerBound]
          shares[start + column] = min(max(level, 0), 1)
          differences[column - columns.lowerBound] = 0
        }
        differences[count] = 0
        differences[count + 1] = 0
        if part.upperBound < columns.upperBound {
          differences[part.upperBound - columns.lowerBound] = 0
        }
      }
    }
  }
}
