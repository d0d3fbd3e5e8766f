public import LevinTensor

/// Gradients held against differences of values, in double precision along one direction.
///
/// A gradient in one direction takes four values of the function, however many numbers it has; the
/// five-point rule leaves an error of some 1e-11 of the function's size where it is smooth.
public struct CentralDifferences: Sendable {
  private let function: @Sendable ([Tensor]) -> Tensor
  private let points: [[Double]]
  private let shapes: [[Int]]
  private let step: Double

  /// Prepares a check at a point.
  ///
  /// - Parameters:
  ///   - points: The numbers of each argument, in row-major order.
  ///   - shapes: The shape of each argument; one axis when left out.
  ///   - step: How far apart the values are taken.
  ///   - function: A tensor of any shape made from `float64` arguments.
  public init(
    at points: [[Double]], shapes: [[Int]]? = nil, step: Double = 1e-3,
    of function: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    self.points = points
    self.shapes = shapes ?? points.map { [$0.count] }
    self.step = step
    self.function = function
  }

  /// The slope of a projection of the function, by the gradient and by differences.
  public struct Slopes: Sendable {
    /// From the gradient.
    public let gradient: Double
    /// From differences of values.
    public let difference: Double

    /// The distance of both, relative to their size where that is above 1.
    public var error: Double {
      let distance = abs(gradient - difference)
      return distance.isNaN ? .infinity : distance / max(1, abs(gradient), abs(difference))
    }
  }

  /// The slope of the function.
  public func first(seed: Int = 1) -> Slopes { slopes(of: { projected(function($0)) }, seed: seed) }

  /// The slope of the function's slope in another direction, by the gradient of a gradient.
  public func second(seed: Int = 2) -> Slopes {
    slopes(of: { slope(of: function, at: $0, seed: 7) }, seed: seed)
  }

  private func slopes(of scalar: ([Tensor]) -> Tensor, seed: Int) -> Slopes {
    let direction = Self.direction(points, seed: seed)
    let arguments = leaves(moved: 0, along: direction)
    let parts = gradients(of: scalar(arguments), at: arguments)
    let gradient = zip(parts, direction).reduce(0) { total, part in
      total + (part.0.map { zip($0.scalars, part.1).reduce(0) { $0 + $1.0 * $1.1 } } ?? 0)
    }
    func value(_ distance: Double) -> Double {
      scalar(leaves(moved: distance, along: direction)).item()
    }
    let near = value(step) - value(-step)
    let far = value(2 * step) - value(-2 * step)
    return Slopes(gradient: gradient, difference: (8 * near - far) / (12 * step))
  }

  private func leaves(moved distance: Double, along direction: [[Double]]) -> [Tensor] {
    points.indices.map { index in
      let numbers = zip(points[index], direction[index]).map { $0 + distance * $1 }
      return Tensor(numbers, shape: shapes[index]).requiringGradient()
    }
  }

  // The gradient in a fixed direction, as a graph that can be differentiated again.
  private func slope(
    of function: ([Tensor]) -> Tensor, at arguments: [Tensor], seed: Int
  ) -> Tensor {
    let parts = gradients(of: projected(function(arguments)), at: arguments)
    var total = Tensor(0.0)
    for (index, part) in parts.enumerated() {
      guard let part else { continue }
      let weights = Self.direction([points[index]], seed: seed + index)[0]
      total = total + (part * Tensor(weights, shape: shapes[index])).sum()
    }
    return total
  }

  // A weighted sum of all elements, no two weights alike.
  private func projected(_ result: Tensor) -> Tensor {
    let weights = Self.direction([[Double](repeating: 0, count: result.elementCount)], seed: 99)[0]
    return (result * Tensor(weights, shape: result.shape)).sum()
  }

  private static func direction(_ points: [[Double]], seed: Int) -> [[Double]] {
    var random = PCG64(seed: seed)
    return points.map {
      $0.map { _ in random.uniform(in: 0.5..<1.5) * (random.uniform() < 0.5 ? 1 : -1) }
    }
  }
}
