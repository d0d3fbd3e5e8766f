/// The dashes along a line, which go on around its corners.
struct Dashes {
  /// The lengths of dashes and gaps in turn.
  private let lengths: [Double]
  private let period: Double
  /// The position along the pattern where the next segment begins.
  private var position = 0.0

  /// The pattern of these lengths; none if the line has no gaps that one could see.
  ///
  /// An odd number of lengths is taken twice, as SVG does.
  init?(_ lengths: [Double], radius: Double) {
    let pattern = lengths.count.isMultiple(of: 2) ? lengths : lengths + lengths
    period = pattern.reduce(0, +)
    // The round ends fill gaps that are much shorter than the line is wide.
    guard pattern.allSatisfy({ $0 >= 0 }), period.isFinite, period > max(0.1, radius / 8) else {
      return nil
    }
    self.lengths = pattern
  }

  /// The dashes between two distances from the start of a segment, as such distances.
  func forEach(from start: Double, to end: Double, _ body: (_ start: Double, _ end: Double) -> Void)
  {
    // The last repetition of the pattern that begins at or before the start.
    var cursor = ((position + start) / period).rounded(.down) * period - position
    while cursor <= end {
      for (index, length) in lengths.enumerated() {
        let next = cursor + length
        if index.isMultiple(of: 2), next >= start, cursor <= end {
          body(max(cursor, start), min(next, end))
        }
        cursor = next
      }
    }
  }

  /// Goes on to the next segment.
  mutating func advance(by length: Double) {
    position = (position + length).truncatingRemainder(dividingBy: period)
  }
}
