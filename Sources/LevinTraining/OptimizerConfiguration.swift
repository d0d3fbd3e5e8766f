public import LevinNN
public import LevinTensor

/// The result of a training step: a loss, or none for a batch to be skipped.
///
/// `Tensor` and `Tensor?` conform.
public protocol StepOutput {
  /// The loss, a tensor of one element; nil when nothing is to be learnt.
  var loss: Tensor? { get }
}

extension Tensor: StepOutput {
  /// The tensor itself.
  public var loss: Tensor? { self }
}

extension Optional: StepOutput where Wrapped == Tensor {
  /// The tensor, if there is one.
  public var loss: Tensor? { self }
}

/// The outcome of a batch.
public enum StepOutcome: Sendable, Hashable {
  /// A step was taken; its loss is the one before the step.
  case taken(loss: Double)
  /// The gradients were added to those of other batches, of which a later one makes a step; the loss is that of the batch.
  case accumulated(loss: Double)
  /// The module gave no loss, so nothing was learnt from the batch.
  case skipped

  /// The loss; nil for a batch that was skipped.
  public var loss: Double? {
    switch self {
    case .taken(let loss), .accumulated(let loss): loss
    case .skipped: nil
    }
  }

  var isAccumulated: Bool {
    if case .accumulated = self { true } else { false }
  }

  var isTaken: Bool {
    if case .taken = self { true } else { false }
  }
}

/// The way in which the parameters of a module are optimised.
///
///     let optimizer = Adam(parameters, learningRate: 0.1)
///     return OptimizerConfiguration(optimizer, StepLR(optimizer, stepSize: 30, gamma: 0.1))
public struct OptimizerConfiguration {
  /// The moments at which a schedule takes a step.
  public enum Interval: Sendable, Hashable {
    /// After each step of the optimizer.
    case step
    /// At the end of each epoch.
    case epoch
  }

  /// A schedule of learning rates with the moments at which it takes a step.
  public struct Schedule {
    enum Kind {
      case plain(any LearningRateScheduler)
      case metric(any MetricScheduler, monitor: String, isStrict: Bool)
    }

    let kind: Kind
    /// The moments that are counted.
    public let interval: Interval
    /// The number of moments from one step to the next.
    public let frequency: Int

    /// A schedule that follows the steps or epochs.
    public init(
      _ scheduler: some LearningRateScheduler, interval: Interval = .epoch, frequency: Int = 1
    ) {
      (kind, self.interval, self.frequency) = (.plain(scheduler), interval, frequency)
    }

    /// A schedule that follows a metric.
    ///
    /// - Parameters:
    ///   - scheduler: The schedule.
    ///   - monitor: The name of the metric.
    ///   - interval: The moments that are counted.
    ///   - frequency: The number of moments from one step to the next.
    ///   - strict: Whether a metric that nobody logs is an error, rather than a warning.
    public init(
      _ scheduler: some MetricScheduler, monitor: String, interval: Interval = .epoch,
      frequency: Int = 1, strict: Bool = true
    ) {
      kind = .metric(scheduler, monitor: monitor, isStrict: strict)
      (self.interval, self.frequency) = (interval, frequency)
    }
  }

  /// The optimizer that takes the steps.
  public let optimizer: any Optimizer
  /// The schedules of its learning rates.
  public let schedules: [Schedule]

  /// Uses one optimizer throughout.
  public init(_ optimizer: some Optimizer) { self.init(optimizer, schedules: []) }

  /// Uses an optimizer, and schedules of its learning rates.
  public init(_ optimizer: some Optimizer, schedules: [Schedule]) {
    (self.optimizer, self.schedules) = (optimizer, schedules)
  }

  /// Uses an optimizer, and a schedule that follows the steps or epochs.
  public init(
    _ optimizer: some Optimizer, _ scheduler: some LearningRateScheduler,
    interval: Interval = .epoch, frequency: Int = 1
  ) {
    self.init(
      optimizer, schedules: [.init(scheduler, interval: interval, frequency: frequency)])
  }

  /// Uses an optimizer, and a schedule that follows a metric, as `ReduceLROnPlateau` does.
  public init(
    _ optimizer: some Optimizer, _ scheduler: some MetricScheduler, monitor: String,
    interval: Interval = .epoch, frequency: Int = 1, strict: Bool = true
  ) {
    let schedule = Schedule(
      scheduler, monitor: monitor, interval: interval, frequency: frequency, strict: strict)
    self.init(optimizer, schedules: [schedule])
  }
}
