// Lines with round ends and corners.
//
// Such a line is all that is nearer to a path than half its width, so the share of a pixel follows from
// the distance of its centre alone: the length that a strip as wide as the line has in common with a
// pixel that lies across it. The pixel's share is the largest of those of the segments, which are laid
// down one by one; so segments that meet or cross leave no seam, whatever their number. For lines along
// the axes this is exact; for others the pixel is taken to be turned along with them.

extension Coverage {
  /// Covers the lines of a path; points, width and dashes are multiplied by a scale.
  ///
  /// A point that is not finite interrupts a line.
  mutating func stroke(_ path: Path, _ stroke: Stroke, scale: Double, within clip: ClipWindow) {
    let radius = bounded(stroke.width * scale / 2, 0, Segment.farthest)
    guard radius > 0, !clip.rows.isEmpty, !clip.columns.isEmpty else { return }
    let pen = Pen(radius: radius, clip: clip)
    for line in path.lines {
      var dashes = Dashes(stroke.dash.map { $0 * scale }, radius: radius)
      Segment.forEach(of: line, scale: scale) { segment in
        let visible = pen.visiblePart(of: segment)
        guard dashes != nil else {
          if let visible { cover(segment.part(visible), pen) }
          return
        }
        let length = segment.length
        if let visible {
          dashes?.forEach(from: visible.lowerBound * length, to: visible.upperBound * length) {
            cover(length > 0 ? segment.part($0 / length...$1 / length) : segment, pen)
          }
        }
        dashes?.advance(by: length)
      }
    }
  }

  /// Covers all that is nearer to a segment than the pen's radius.
  private mutating func cover(_ segment: Segment, _ pen: Pen) {
    let (start, along, width) = (segment.start, segment.direction, width)
    let square = along.x * along.x + along.y * along.y
    let inverse = square > 0 ? 1 / square : 0
    let (radius, ink) = square > 0 ? (pen.radius, 1) : pen.dot
    let rows = pen.rows(of: segment)
    shares.withUnsafeMutableBufferPointer { shares in
      for row in rows {
        let y = Double(row) + 0.5 - start.y
        for column in pen.columns(of: segment, row: row) {
          let x = Double(column) + 0.5 - start.x
          let share = min(max((x * along.x + y * along.y) * inverse, 0), 1)
          let (dx, dy) = (x - share * along.x, y - share * along.y)
          let distance = (dx * dx + dy * dy).squareRoot()
          let common = min(distance + radius, 0.5) - min(max(distance - radius, -0.5), 0.5)
          let index = row * width + column
          shares[index] = max(shares[index], Float(ink * common))
        }
      }
    }
    touch(rows: rows, columns: pen.columns(of: segment))
  }
}

/// A round tip that is drawn along segments.
private struct Pen {
  let radius: Double
  let clip: ClipWindow
  /// The distance within which the centres of pixels are covered at least a little.
  private var reach: Double { radius + 0.5 }

  /// The radius and the ink with which a dot has its area, although pixels blur it in all directions.
  ///
  /// The shares of a dot add up to pi (r^2 + 1/12) unless it is much smaller than a pixel.
  var dot: (radius: Double, ink: Double) {
    ((max(radius * radius, 0.25) - 1 / 12).squareRoot(), min(4 * radius * radius, 1))
  }

  init(radius: Double, clip: ClipWindow) {
    (self.radius, self.clip) = (radius, clip)
  }

  /// The rows of pixels that the pen meets.
  func rows(of segment: Segment) -> Range<Int> {
    let (start, end) = (segment.start.y, segment.point(1).y)
    return Self.pixels(min(start, end) - reach, max(start, end) + reach, clip.rows)
  }

  /// The columns of pixels that the pen meets.
  func columns(of segment: Segment) -> Range<Int> {
    let (start, end) = (segment.start.x, segment.point(1).x)
    return Self.pixels(min(start, end) - reach, max(start, end) + reach, clip.columns)
  }

  /// The columns of a row that the pen may meet: those near the part of the segment near the row.
  func columns(of segment: Segment, row: Int) -> Range<Int> {
    let rise = segment.direction.y
    guard abs(rise) > 1e-6 else { return columns(of: segment) }
    let y = Double(row) + 0.5 - segment.start.y
    let (one, other) = ((y - reach) / rise, (y + reach) / rise)
    return columns(
      of: segment.part(bounded(min(one, other), 0, 1)...bounded(max(one, other), 0, 1)))
  }

  /// The pixels of a range whose centres lie between two positions.
  private static func pixels(_ low: Double, _ high: Double, _ all: Range<Int>) -> Range<Int> {
    let bounds = (Double(all.lowerBound), Double(all.upperBound))
    let first = Int(bounded((low - 0.5).rounded(.up), bounds.0, bounds.1))
    let end = Int(bounded((high + 0.5).rounded(.down), bounds.0, bounds.1))
    return first..<max(first, end)
  }

  /// The shares of a segment between which the pen meets the window; none if it misses it.
  func visiblePart(of segment: Segment) -> ClosedRange<Double>? {
    var (low, high) = (0.0, 1.0)
    func keep(_ start: Double, _ change: Double, _ near: Double, _ far: Double) {
      guard change != 0 else {
        if start < near || start > far { high = -1 }
        return
      }
      let (one, other) = ((near - start) / change, (far - start) / change)
      low = max(low, min(one, other))
      high = min(high, max(one, other))
    }
    let (start, along) = (segment.start, segment.direction)
    keep(start.x, along.x, clip.left - reach, clip.right + reach)
    keep(start.y, along.y, clip.top - reach, clip.bottom + reach)
    return low <= high ? low...high : nil
  }
}
