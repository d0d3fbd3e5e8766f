public import LevinTensor

/// A distribution whose draws can be differentiated with respect to its parameters.
///
/// A draw is then a function of the parameters and of randomness that does not depend on them, so the
/// gradient of an expectation is the expectation of gradients.
public protocol ReparameterizedDistribution: Distribution {
  /// Independent draws with gradients.
  ///
  /// - Parameters:
  ///   - shape: The sample shape: how many draws of each distribution, on how many axes.
  ///   - generator: The source of randomness.
  /// - Returns: Numbers of shape `shape` + batch shape + event shape, made from the parameters. The
  ///   randomness is drawn at once, in row-major order.
  func reparameterizedSample(_ shape: [Int], using generator: inout PCG64) -> Tensor
}

extension ReparameterizedDistribution {
  /// Independent draws with gradients, from the default generator, which `seedEverything(_:)` and
  /// `withSeed(_:_:)` seed.
  ///
  /// - Parameter shape: The sample shape: how many draws of each distribution, on how many axes.
  /// - Returns: Numbers of shape `shape` + batch shape + event shape, made from the parameters.
  public func reparameterizedSample(_ shape: [Int] = []) -> Tensor {
    showParameters()
    return DefaultGenerator.draw { reparameterizedSample(shape, using: &$0) }
  }
}
