import Foundation
import Levin

func heading(_ title: String) { print("\n== \(title)\n") }

/// A number with some decimals, at the right of a column.
func column(_ number: Double, width: Int = 9, decimals: Int = 4) -> String {
  let text = String(format: "%.\(decimals)f", number)
  return String(repeating: " ", count: max(width - text.count, 0)) + text
}

/// Text at the left of a column.
func column(_ text: String, width: Int) -> String {
  text + String(repeating: " ", count: max(width - text.count, 1))
}

/// Prints how many numbers lie in bins of one width, as bars.
func printHistogram(_ numbers: Tensor, bins: Int = 12) {
  let histogram = numbers.histogram(bins: bins)
  for (lower, count) in zip(histogram.edges.scalars, histogram.counts.scalars) {
    print(column(lower, decimals: 2), String(repeating: "#", count: Int(count)))
  }
}

/// The groups of a mixture, in the order of their first coordinates.
struct Components {
  /// One of them.
  struct Component {
    var weight: Double
    var locs: [Double]
    var scales: [Double]
  }

  private(set) var components: [Component] = []

  /// Makes them of the values of the sites, of whichever shapes the model has for them.
  init(_ values: [String: Tensor]) {
    let weights = values["weights", default: 1].scalars
    let locs = values["locs", default: 0]
    let scales = values["scale", default: 1].expanded(to: locs.shape)
    let (locRows, scaleRows) = (Self.rows(locs, weights.count), Self.rows(scales, weights.count))
    for (index, weight) in weights.enumerated() {
      components.append(Component(weight: weight, locs: locRows[index], scales: scaleRows[index]))
    }
    components.sort { $0.locs[0] < $1.locs[0] }
  }

  // A row for each component, wherever the axis of components is.
  private static func rows(_ tensor: Tensor, _ count: Int) -> [[Double]] {
    let rows = tensor.shape[0] == count ? tensor : tensor.transposed()
    return (0..<count).map { rows[$0].scalars }
  }

  fileprivate var lines: [String] {
    components.map { component in
      ([component.weight] + component.locs + component.scales).map { column($0) }.joined()
    }
  }

  fileprivate var header: String {
    let names = components[0].locs.count == 1 ? [""] : [" x", " y"]
    let titles = ["weight"] + names.map { "loc\($0)" } + names.map { "scale\($0)" }
    return titles.map { String(repeating: " ", count: 9 - $0.count) + $0 }.joined()
  }
}

/// Prints the simulated values and the fitted ones, component by component.
func printValues(simulated: [String: Tensor], fitted: [String: Tensor]? = nil) {
  let (truth, estimate) = (Components(simulated), fitted.map(Components.init))
  print(column("component", width: 13) + truth.header)
  for (index, line) in truth.lines.enumerated() {
    print(column("\(index + 1) simulated", width: 13) + line)
    if let estimate { print(column("  fitted", width: 13) + estimate.lines[index]) }
  }
}
