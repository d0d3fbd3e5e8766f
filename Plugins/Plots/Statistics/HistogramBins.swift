import Foundation
import Levin

/// The bins of a histogram.
public enum HistogramBins: Sendable, Hashable, ExpressibleByIntegerLiteral {
  /// One for each integer if all numbers are integers within a few hundred, and otherwise as NumPy's `auto` has them: as
  /// wide as the narrower of the rules of Sturges and of Freedman and Diaconis says, with at most twice as many as the
  /// square root of the count.
  case automatic
  /// So many of equal width, from the least to the greatest number, as NumPy's `histogram` has them.
  case count(Int)
  /// One for each integer, from half below to half above it.
  case integers
  /// Those between edges in ascending order, each from its lower edge up to, but not including, its upper one; the last
  /// includes its upper edge. Numbers outside are in no bin.
  case edges([Double])

  /// So many bins of equal width.
  public init(integerLiteral count: Int) { self = .count(count) }
}

/// Numbers counted in bins.
struct BinnedCounts: Hashable, Sendable {
  /// The edges: one more than there are bins.
  let edges: [Double]
  let counts: [Int]

  /// The heights of bars that have an area of 1 together.
  var densities: [Double] {
    let total = Double(counts.reduce(0, +))
    return counts.indices.map { index in
      counts[index] == 0
        ? 0 : Double(counts[index]) / (edges[index + 1] - edges[index]) / total
    }
  }
}

extension HistogramBins {
  // Beyond that many integers bars are too narrow to be seen one by one.
  private static let mostIntegers = 200.0

  /// Counts numbers.
  func count(_ values: [Double]) -> BinnedCounts {
    let finite = values.filter(\.isFinite)
    switch self {
    case .automatic: return Self.automatic(finite)
    case .count(let bins):
      precondition(bins > 0, "Mark.histogram: \(bins) bins were asked for; take at least 1")
      return Self.equal(finite, bins)
    case .integers: return Self.integers(finite)
    case .edges(let edges):
      precondition(
        edges.count > 1 && zip(edges, edges.dropFirst()).allSatisfy { $0 <= $1 },
        "Mark.histogram: the edges are \(edges); give at least two, in ascending order")
      return Self.counted(finite, between: edges)
    }
  }

  private static func equal(_ values: [Double], _ bins: Int) -> BinnedCounts {
    let histogram = Histogram(of: values, bins: bins)
    return BinnedCounts(edges: histogram.edges, counts: histogram.counts)
  }

  private static func integers(_ values: [Double]) -> BinnedCounts {
    let (low, high) = (values.min()?.rounded() ?? 0, values.max()?.rounded() ?? 0)
    precondition(
      high - low < 1e6,
      "Mark.histogram: bins of integers from \(low) to \(high) are too many; give a number of bins")
    let edges = (0...(Int(high - low) + 1)).map { low + Double($0) - 0.5 }
    return counted(values, between: edges)
  }

  private static func counted(_ values: [Double], between edges: [Double]) -> BinnedCounts {
    var counts = [Int](repeating: 0, count: edges.count - 1)
    for value in values where value >= edges[0] && value <= edges[edges.count - 1] {
      // The number of edges that are not above the value.
      var (low, high) = (0, edges.count)
      while low < high {
        let middle = (low + high) / 2
        if edges[middle] <= value { low = middle + 1 } else { high = middle }
      }
      counts[min(low, counts.count) - 1] += 1
    }
    return BinnedCounts(edges: edges, counts: counts)
  }

  private static func automatic(_ values: [Double]) -> BinnedCounts {
    guard let low = values.min(), let high = values.max() else { return equal(values, 1) }
    if high - low < mostIntegers, values.allSatisfy({ $0 == $0.rounded() }) {
      return integers(values)
    }
    if low == high { return equal(values, 1) }
    let count = Double(values.count)
    let sturges = (high - low) / (log2(count) + 1)
    let quartiles = quantiles(of: values, at: [0.25, 0.75])
    let diaconis = 2 * (quartiles[1] - quartiles[0]) / cbrt(count)
    // A few numbers far away from the others would have thousands of bins.
    let width = min(sturges, max(diaconis, (high - low) / count.squareRoot() / 2))
    return equal(values, Int(min(ceil((high - low) / width), 10_000)))
  }
}
