public import LevinTensor

/// Logs a number of the running fit under a name.
///
/// Called in a step or a hook, it hands the value to the callbacks of the trainer; outside a fit it does
/// nothing. By default a metric is one number an epoch: the mean over the epoch's batches, weighted by
/// their sizes, in double precision. A tensor is computed together with the step.
///
///     log("train_loss", loss)
///     log("rate", rate, onStep: true)     // a row for every step instead
///
/// With both `onStep` and `onEpoch` the metric appears as `name_step` and `name_epoch`.
///
/// - Parameters:
///   - name: The name; the same one takes the same options throughout a fit.
///   - value: A tensor of one element.
///   - onStep: Whether every step has its own value.
///   - onEpoch: Whether the epoch has the mean; when left out, it has unless `onStep` is asked for.
///   - progressBar: Whether the progress bar shows it.
public func log(
  _ name: String, _ value: Tensor, onStep: Bool = false, onEpoch: Bool? = nil,
  progressBar: Bool = false
) {
  guard let running = RunningLog.current else { return }
  require(
    value.elementCount == 1,
    "log: '\(name)' has shape \(value.shape); log one element, such as its mean or one place of it")
  let options = LogOptions(onStep, onEpoch, progressBar)
  running.active.log(name, .tensor(value), options, dtype: value.dtype)
}

/// Logs a Swift number of the running fit under a name.
///
/// Like the form for tensors; a `Float` is recorded with the digits of one.
public func log(
  _ name: String, _ value: some TensorScalar, onStep: Bool = false, onEpoch: Bool? = nil,
  progressBar: Bool = false
) {
  guard let running = RunningLog.current else { return }
  let options = LogOptions(onStep, onEpoch, progressBar)
  running.active.log(name, .number(value.doubleValue), options, dtype: type(of: value).dtype)
}

/// When a metric is reported.
struct LogOptions: Equatable {
  let onStep: Bool
  let onEpoch: Bool
  let progressBar: Bool

  init(_ onStep: Bool, _ onEpoch: Bool?, _ progressBar: Bool) {
    self.onStep = onStep
    self.onEpoch = onEpoch ?? !onStep
    self.progressBar = progressBar
  }

  /// The names under which a metric appears.
  func outputs(of name: String) -> [String] {
    onStep && onEpoch ? [name + "_step", name + "_epoch"] : [name]
  }
}

/// Where `log` finds the fit it is called in.
///
/// It is reached through a task-local, which belongs to the thread of the fit; that is why it need not
/// be safe for use from several.
final class RunningLog: @unchecked Sendable {
  @TaskLocal static var current: RunningLog?

  let training = MetricCollector()
  let validation = MetricCollector()
  /// The collector of the phase that the fit is in.
  private(set) var active: MetricCollector

  init() { active = training }

  /// Lets `body` log to the validation's metrics.
  func validating(_ body: () throws -> Void) rethrows {
    active = validation
    defer { active = training }
    try body()
  }
}
