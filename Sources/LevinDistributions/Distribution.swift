public import LevinTensor

/// A probability distribution, or several independent ones side by side.
///
/// A value has the shape sample shape + batch shape + event shape, as in PyTorch: `batchShape` counts
/// the distributions side by side, which the shapes of the parameters give, and `eventShape` is the
/// shape of one draw, empty for a single number. A distribution of one's own says these, its support, a
/// log-probability and how to draw:
///
///     struct Exponential: Distribution {
///       let rate: Tensor
///
///       var batchShape: [Int] { rate.shape }
///       var eventShape: [Int] { [] }
///       var support: Constraint { .positive }
///       var mean: Tensor { 1 / rate }
///       var variance: Tensor { 1 / rate.square() }
///
///       func logProb(_ value: Tensor) -> Tensor { log(rate) - rate * value }
///
///       func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
///         generator.standardExponential(shape: shape + batchShape) / rate.detached()
///       }
///     }
///
/// Parameters aren't checked when they are used; ``ConstrainedDistribution`` says when they are.
public protocol Distribution: Sendable {
  /// The shape of the distributions side by side; empty for one alone.
  var batchShape: [Int] { get }

  /// The shape of one draw; empty for a single number.
  var eventShape: [Int] { get }

  /// The set in which a draw can lie.
  var support: Constraint { get }

  /// The expected value, of shape batch shape + event shape.
  var mean: Tensor { get }

  /// The expected squared distance from the mean, of shape batch shape + event shape.
  var variance: Tensor { get }

  /// The logarithm of the density, or of the probability of a count, at `value`.
  ///
  /// - Parameter value: Numbers whose shape broadcasts with batch shape + event shape.
  /// - Returns: One number for each event: the broadcast shape without the event's axes. It can be
  ///   differentiated with respect to the parameters, and to real values.
  func logProb(_ value: Tensor) -> Tensor

  /// Independent draws.
  ///
  /// They are made at once, in row-major order, and carry no gradient.
  ///
  /// - Parameters:
  ///   - shape: The sample shape: how many draws of each distribution, on how many axes.
  ///   - generator: The source of randomness.
  /// - Returns: Numbers in memory, of shape `shape` + batch shape + event shape.
  func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor
}

extension Distribution {
  /// Independent draws from the default generator, which `seedEverything(_:)` and `withSeed(_:_:)` seed.
  ///
  /// - Parameter shape: The sample shape: how many draws of each distribution, on how many axes.
  /// - Returns: Numbers in memory, of shape `shape` + batch shape + event shape.
  public func sample(_ shape: [Int] = []) -> Tensor {
    showParameters()
    return DefaultGenerator.draw { sample(shape, using: &$0) }
  }
}
