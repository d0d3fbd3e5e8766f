public import LevinDistributions
public import LevinTensor
public import LevinTraining

/// A module that fits a distribution to observations.
///
///     class CountModel: DistributionModule {
///       @Parameter var rawRate: Tensor = [1]
///
///       func forward() -> any Distribution { Poisson(rate: rawRate.softplus()) }
///
///       func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
///         -forward().logProb(batch).mean()
///       }
///
///       func configureOptimizers() -> OptimizerConfiguration {
///         .init(Adam(parameters, learningRate: 0.1))
///       }
///     }
///
/// Before the first step of a fit the distribution's parameters are checked, the shape of the data against its batch
/// shape and event shape, and every observation once against its support.
public protocol DistributionModule: DataCheckingModule where Batch == Tensor {
  /// The distribution of the observations, made of the parameters as they are.
  func forward() -> any Distribution
}

extension DistributionModule {
  /// The distribution of the observations: `model()` is `model.forward()`.
  public func callAsFunction() -> any Distribution { forward() }

  /// Looks at the shape of observations, for a parameter of the distribution outside its domain, and for an observation
  /// outside its support.
  ///
  /// - Throws: `DomainViolation` for the first parameter, or ``DistributionModuleError``: `outsideSupport` for the first
  ///   observation, or `unfittingShapes`.
  public func check(_ data: Tensor, role: DataRole, firstIndex: Int) throws {
    let distribution = forward()
    try UnfittingShapes.check(data.shape, role: role, of: self, against: distribution)
    try OutsideSupport.check(
      data, role: role, firstIndex: firstIndex, of: self, against: distribution)
  }
}

/// A module that fits a distribution whose parameters depend on inputs: a regression.
///
///     class CountRegression: ConditionalDistributionModule {
///       @Parameter var weights: Tensor = [0, 0]
///
///       func forward(_ input: Tensor) -> any Distribution {
///         Poisson(rate: (input * weights).sum(axis: -1).exp())
///       }
///
///       func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
///         -forward(batch.0).logProb(batch.1).mean()
///       }
///
///       func configureOptimizers() -> OptimizerConfiguration { .init(Adam(parameters)) }
///     }
///
/// A batch is a pair of inputs and targets. Before the first step of a fit the distribution's parameters are checked, the
/// shape of the targets against its batch shape and event shape, and every target once against its support.
public protocol ConditionalDistributionModule: DataCheckingModule
where Batch == (Tensor, Tensor) {
  /// The distribution of the targets that belong to inputs.
  func forward(_ input: Tensor) -> any Distribution
}

extension ConditionalDistributionModule {
  /// The distribution of the targets: `model(input)` is `model.forward(input)`.
  public func callAsFunction(_ input: Tensor) -> any Distribution { forward(input) }

  /// Looks at the shape of targets, for a parameter of the distribution outside its domain, and for a target outside its
  /// support.
  ///
  /// - Throws: `DomainViolation` for the first parameter, or ``DistributionModuleError``: `outsideSupport` for the first
  ///   target, or `unfittingShapes`.
  public func check(_ data: (Tensor, Tensor), role: DataRole, firstIndex: Int) throws {
    let distribution = forward(data.0)
    try UnfittingShapes.check(data.1.shape, role: role, of: self, against: distribution)
    try OutsideSupport.check(
      data.1, role: role, firstIndex: firstIndex, of: self, against: distribution)
  }
}
