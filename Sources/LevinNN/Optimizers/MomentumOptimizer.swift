/// An optimizer whose momentum a schedule may change from step to step, as ``OneCycleLR`` does.
public protocol MomentumOptimizer: Optimizer {
  /// The momentum, or the first of the betas where there are two.
  var momentum: Double { get set }
}
