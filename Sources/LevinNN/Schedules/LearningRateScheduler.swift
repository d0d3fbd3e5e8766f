public import LevinTensor

/// A rule by which learning rates change from step to step.
///
/// The unit of ``step()`` is the caller's: an epoch, as PyTorch's examples have it, or an optimizer step. Rates are
/// those of the optimizer's ``Optimizer/groups``, one for each.
///
///     let optimizer = Adam(model.parameters, learningRate: 0.1)
///     let scheduler = CosineAnnealingLR(optimizer, tMax: 100)
///     for _ in 0..<100 {
///       try optimizer.step { model.loss(data) }
///       scheduler.step()
///     }
///
/// ``LRScheduler`` is the base of those of the house and of those of one's own.
public protocol LearningRateScheduler: AnyObject, Stateful {
  /// The optimizer whose learning rates it sets.
  var optimizer: any Optimizer { get }

  /// The learning rates in force, one for each of the optimizer's groups.
  var learningRates: [Double] { get }

  /// The first problem with the settings, in a sentence for the user; nil when all is well.
  var settingsProblem: String? { get }

  /// Puts the next learning rates in force.
  func step()

  /// Everything that changes from step to step, the learning rates included.
  func state() -> State

  /// Goes on where another schedule of the same settings was, and puts its rates in force.
  ///
  /// - Throws: ``StateError`` when the state was taken from something else; nothing is changed then.
  func restore(from state: State) throws
}

/// A rule by which learning rates follow a metric, such as the loss of the validation.
public protocol MetricScheduler: AnyObject, Stateful {
  /// The optimizer whose learning rates it sets.
  var optimizer: any Optimizer { get }

  /// The learning rates in force, one for each of the optimizer's groups.
  var learningRates: [Double] { get }

  /// The first problem with the settings, in a sentence for the user; nil when all is well.
  var settingsProblem: String? { get }

  /// Looks at the newest value of the metric, and changes the learning rates if it asks for that.
  func step(_ metric: Double)

  /// Everything that changes from step to step, the learning rates included.
  func state() -> State

  /// Goes on where another schedule of the same settings was, and puts its rates in force.
  ///
  /// - Throws: ``StateError`` when the state was taken from something else; nothing is changed then.
  func restore(from state: State) throws
}
