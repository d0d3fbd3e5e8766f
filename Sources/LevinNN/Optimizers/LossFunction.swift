/// A loss as a function of one vector, the unconstrained values of all parameters of an optimizer one after the other.
public struct LossFunction {
  /// The loss at the present values.
  public let start: LossPoint
  /// The relative spacing of the numbers that losses and parameters are rounded to.
  public let resolution: Double
  private let evaluate: ([Double]) throws -> LossPoint

  /// Describes a loss.
  ///
  /// - Parameters:
  ///   - start: The loss at the present values.
  ///   - resolution: The relative spacing of the numbers that losses and parameters are rounded to.
  ///   - evaluate: The loss at other values.
  public init(
    start: LossPoint, resolution: Double = 0x1p-52,
    evaluate: @escaping (_ values: [Double]) throws -> LossPoint
  ) {
    (self.start, self.resolution, self.evaluate) = (start, resolution, evaluate)
  }

  /// The loss at other values; not finite where it cannot be computed.
  public func callAsFunction(_ values: [Double]) throws -> LossPoint { try evaluate(values) }
}

/// A loss with its derivatives at some values of the parameters.
public struct LossPoint: Sendable {
  /// The values.
  public let values: [Double]
  /// The loss; NaN where it cannot be computed.
  public let loss: Double
  /// The derivative by each value.
  public let gradient: [Double]
  /// The second derivatives, row by row; empty unless the optimizer needs them.
  public let hessian: [Double]

  /// Puts the numbers together.
  public init(values: [Double], loss: Double, gradient: [Double], hessian: [Double] = []) {
    (self.values, self.loss, self.gradient, self.hessian) = (values, loss, gradient, hessian)
  }

  /// Whether the loss and all its derivatives are finite.
  public var isFinite: Bool {
    loss.isFinite && gradient.allSatisfy(\.isFinite) && hessian.allSatisfy(\.isFinite)
  }
}
