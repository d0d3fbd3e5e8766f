import Foundation

/// An estimate of a density from numbers, by a normal kernel around each, as SciPy's `gaussian_kde`.
///
/// f(x) = 1 / (n h) Σᵢ φ((x − xᵢ) / h), where h is the standard deviation of the numbers times a factor, n^(−1/5) by
/// Scott's rule.
///
/// Source: D. W. Scott, "Multivariate Density Estimation", Wiley (1992).
public struct KernelDensity: Sendable {
  private let values: [Double]
  /// The standard deviation of the kernel.
  public let bandwidth: Double

  /// Estimates a density.
  ///
  /// - Parameters:
  ///   - values: The numbers, of which those that are not finite are left out.
  ///   - bandwidth: The factor of their standard deviation; Scott's rule unless given.
  public init(_ values: some PlotData, bandwidth: Double? = nil) {
    self.values = values.plotValues.filter(\.isFinite).sorted()
    let count = Double(self.values.count)
    let mean = self.values.reduce(0, +) / count
    let squares = self.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / (count - 1)).squareRoot()
    precondition(
      deviation > 0,
      "KernelDensity: of \(self.values.count) finite numbers no two differ; there is no density to estimate"
    )
    self.bandwidth = deviation * (bandwidth ?? pow(count, -0.2))
  }

  /// The density at some numbers.
  public func density(at positions: some PlotData) -> [Double] {
    let factor = 1 / (Double(values.count) * bandwidth * (2 * Double.pi).squareRoot())
    return positions.plotValues.map { position in
      // Kernels further away are 0 in double precision.
      let near = values[index(of: position - 40 * bandwidth)..<index(of: position + 40 * bandwidth)]
      let sum = near.reduce(0.0) { sum, value in
        let distance = (position - value) / bandwidth
        return sum + exp(-0.5 * distance * distance)
      }
      return sum * factor
    }
  }

  /// Evenly spaced numbers that the density is shown at, from below the least to above the greatest number.
  func positions(count: Int) -> [Double] {
    let (low, high) = (values[0] - 3 * bandwidth, values[values.count - 1] + 3 * bandwidth)
    return (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
  }

  // The first number that is not below another.
  private func index(of value: Double) -> Int {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
