/// A logged value other than a number, for the loggers that show such values; others leave it out.
///
/// Later versions may add cases, so a `switch` over them needs a `default`.
#if compiler(>=6.3)
@nonexhaustive
#endif
public enum LoggedMedia: Sendable, Hashable {
  /// The distribution of many numbers.
  case histogram(Histogram)
  /// A text.
  case text(String)
  /// The bytes of an image file, and its format such as `png`.
  case image([UInt8], format: String)
}

/// Counts of numbers in bins of equal width.
public struct Histogram: Sendable, Hashable {
  /// The edges of the bins, ascending: one more than there are bins.
  public let edges: [Double]
  /// The number of values in each bin, from its lower edge up to, but not including, its upper one; the last bin
  /// includes its upper edge.
  public let counts: [Int]
  /// The number of values that are not finite, which are in no bin.
  public let nonFiniteCount: Int
  /// The sum of the finite values.
  public let sum: Double
  /// The sum of the squares of the finite values.
  public let sumOfSquares: Double

  /// Counts numbers between the least and the greatest of them, as NumPy's `histogram(values, bins)` does.
  ///
  /// - Parameters:
  ///   - values: The numbers. If all are equal, the bins go from half below to half above; if there are none, from 0
  ///     to 1.
  ///   - bins: The number of bins, at least 1.
  public init(of values: some Sequence<Double>, bins: Int) {
    let all = Array(values)
    let finite = all.filter(\.isFinite)
    var (lower, upper) = (finite.min() ?? 0, finite.max() ?? 1)
    if lower == upper { (lower, upper) = (lower - 0.5, upper + 0.5) }
    let bins = max(bins, 1)
    let edges = (0...bins).map { index in
      index == bins ? upper : lower + (upper - lower) * (Double(index) / Double(bins))
    }
    var counts = [Int](repeating: 0, count: bins)
    for value in finite { counts[Self.bin(of: value, edges, bins)] += 1 }
    self.edges = edges
    self.counts = counts
    nonFiniteCount = all.count - finite.count
    sum = finite.reduce(0, +)
    sumOfSquares = finite.reduce(0) { $0 + $1 * $1 }
  }

  // The division may round to the neighbouring bin, so the edges decide.
  private static func bin(of value: Double, _ edges: [Double], _ bins: Int) -> Int {
    let share = (value - edges[0]) / (edges[bins] - edges[0])
    var index = min(max(Int(share * Double(bins)), 0), bins - 1)
    while index > 0 && value < edges[index] { index -= 1 }
    while index < bins - 1 && value >= edges[index + 1] { index += 1 }
    return index
  }
}
