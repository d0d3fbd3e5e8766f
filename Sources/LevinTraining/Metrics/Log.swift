public import LevinTensor

/// Logs a number of the running fit under a name.
///
/// Called in a step or a hook, it hands the value to the callbacks of the trainer: from the next callback's hook on,
/// ``Trainer/metrics`` has it under its name. By default a metric is one number an epoch: the mean over the
/// epoch's batches, weighted by their sizes, in double precision; while the epoch runs, that is the mean so far. A
/// tensor is computed together with the step.
///
///     log("train_loss", loss)
///     log("rate", rate, onStep: true)     // a row for every step instead
///
/// With both `onStep` and `onEpoch` the rows have it as `name_step` and `name_epoch`, and ``Trainer/metrics`` has the
/// newest of the two as `name` as well. A value of a step is the last one that was logged before its row. Outside a fit
/// it does nothing; while a fit runs, a call on another thread, also from a task begun in a step, is told of once.
///
/// - Parameters:
///   - name: The name; the same one takes the same options throughout a fit.
///   - value: A tensor of one element.
///   - onStep: Whether every step has its own value.
///   - onEpoch: Whether the epoch has one value; when left out, it has unless `onStep` is asked for.
///   - reduction: What the values of an epoch become: their mean, the least or greatest one, or their sum.
///   - progressBar: Whether the progress bar shows it.
public func log(
  _ name: String, _ value: Tensor, onStep: Bool = false, onEpoch: Bool? = nil,
  reduction: LogReduction = .mean, progressBar: Bool = false
) {
  guard let board = MetricsBoard.current else { return OpenFits.noteLogOutside(name) }
  require(
    value.elementCount == 1,
    "log: '\(name)' has shape \(value.shape); log one element, such as its mean or one index of it")
  board.log(name, value, LogOptions(onStep, onEpoch, progressBar, reduction))
}

/// Logs a Swift number of the running fit under a name.
///
/// Like the form for tensors; a `Float` is recorded with the digits of one.
public func log(
  _ name: String, _ value: some TensorScalar, onStep: Bool = false, onEpoch: Bool? = nil,
  reduction: LogReduction = .mean, progressBar: Bool = false
) {
  guard let board = MetricsBoard.current else { return OpenFits.noteLogOutside(name) }
  board.log(name, value, LogOptions(onStep, onEpoch, progressBar, reduction))
}

/// Logs the distribution of a tensor's elements, for loggers that show histograms.
///
/// The tensor is computed together with the step. It comes with the record of the step or epoch it is logged in.
///
/// - Parameters:
///   - name: The name.
///   - values: A tensor of any shape.
///   - bins: The number of bins, at least 1.
public func logHistogram(_ name: String, _ values: Tensor, bins: Int = 64) {
  guard let board = MetricsBoard.current else { return OpenFits.noteLogOutside(name) }
  require(
    (1...1 << 24).contains(bins),
    "logHistogram: '\(name)' was given \(bins) bins; give from 1 to \(1 << 24)")
  board.logHistogram(name, values.detached(), bins: bins)
}

/// Logs a text, for loggers that show texts.
public func logText(_ name: String, _ text: String) {
  guard let board = MetricsBoard.current else { return OpenFits.noteLogOutside(name) }
  board.log(name, .text(text))
}

/// Logs an image, for loggers that show images.
///
/// - Parameters:
///   - name: The name.
///   - bytes: The contents of an image file.
///   - format: Its format, such as `png` or `jpeg`.
public func logImage(_ name: String, _ bytes: [UInt8], format: String = "png") {
  guard let board = MetricsBoard.current else { return OpenFits.noteLogOutside(name) }
  board.log(name, .image(bytes, format: format))
}

/// The one value that those of an epoch become.
public enum LogReduction: String, Sendable {
  /// The mean, weighted by the sizes of batches.
  case mean
  /// The least value; NaN if one is.
  case min
  /// The greatest value; NaN if one is.
  case max
  /// The sum, whatever the sizes of batches.
  case sum

  /// Takes one more value; that of a mean is of no use.
  func combine(_ value: Double, _ next: Double) -> Double {
    switch self {
    case .mean: next
    case .min: value.isNaN || next.isNaN ? .nan : Swift.min(value, next)
    case .max: value.isNaN || next.isNaN ? .nan : Swift.max(value, next)
    case .sum: value + next
    }
  }
}

/// When a metric is reported.
struct LogOptions: Equatable {
  let onStep: Bool
  let onEpoch: Bool
  let progressBar: Bool
  let reduction: LogReduction

  init(
    _ onStep: Bool, _ onEpoch: Bool?, _ progressBar: Bool, _ reduction: LogReduction = .mean
  ) {
    self.onStep = onStep
    self.onEpoch = onEpoch ?? !onStep
    self.progressBar = progressBar
    self.reduction = reduction
  }

  /// The names under which a metric has rows.
  func outputs(of name: String) -> [String] {
    onStep && onEpoch ? [name + "_step", name + "_epoch"] : [name]
  }
}
