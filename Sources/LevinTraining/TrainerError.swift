/// The reason why a fit could not begin, or had to end.
///
/// Later versions may add cases, so a `switch` over them needs a `default`.
#if compiler(>=6.3)
@nonexhaustive
#endif
public enum TrainerError: Error, Sendable {
  /// A data set has no observations.
  case emptyDataset(DataRole)
  /// A batch size is 0 or negative.
  case invalidBatchSize(Int, DataRole)
  /// Incomplete batches are left out, and there are no others.
  case noCompleteBatch(count: Int, batchSize: Int, DataRole)
  /// The seed of a random stream is negative; `source` names the stream.
  case negativeSeed(Int, source: String)
  /// The number of epochs is negative.
  case invalidMaxEpochs(Int)
  /// Neither epochs, steps nor time are limited.
  case unlimitedFit
  /// An argument of the trainer makes no sense, by itself or beside the data.
  case invalidSetting(name: String, problem: String)
  /// A callback has settings that make no sense.
  case invalidCallback(name: String, problem: String)
  /// A callback watches a metric that nobody logs.
  case unknownMetric(name: String, callback: String, known: [String])
  /// The number of restarts or of threads for them is out of range.
  case invalidRestarts(count: Int, threads: Int)
  /// The module has no parameters.
  case noParameters(module: String)
  /// Parameters lie in classes that do not conform to `Module`, so that nobody trains them.
  case unreachableParameters([String], module: String)
  /// A source of batches gave one with a number of observations that cannot be.
  case invalidObservationCount(Int, DataRole)
  /// The loss of a step is no real number, so it has no gradient.
  case integerLoss(module: String, dtype: String)
  /// A validation, test or prediction was ended by Ctrl-C or by cancelling its task.
  case evaluationCutShort(DataRole)
  /// There is no fit to go on with.
  case nothingToResume(String)
  /// What was kept of a fit does not belong to this one.
  case cannotResume(String)
  /// The trainer runs another fit.
  case trainerInUse
  /// Ctrl-C was pressed during an earlier fit, and nobody has cleared that.
  case interruptedBefore
  /// The module's optimizer was given no parameters.
  case optimizerWithoutParameters(module: String)
  /// The module's optimizer has settings that make no sense.
  case invalidOptimizer(module: String, problem: String)
  /// The loss of a step depends on no parameter of the optimizer.
  case lossWithoutGradient(module: String, step: Int)
  /// A setting of the module cannot be written to the records of the run.
  case invalidHyperparameter(name: String, problem: String)
  /// A metric was logged in a way that cannot be recorded.
  case invalidLog(name: String, problem: String)
  /// The loss, a gradient or a new parameter is not finite, a step could not be computed, or a parameter of a
  /// distribution is outside its domain.
  case nonFinite(NonFiniteStep)
  /// The folder of the run could not be made.
  case runDirectory(path: String, reason: String)
}

extension TrainerError: CustomStringConvertible {
  /// The cause, the place, and what to do about it.
  public var description: String {
    switch self {
    case .emptyDataset, .invalidBatchSize, .noCompleteBatch, .negativeSeed: dataDescription
    case .invalidMaxEpochs(let number):
      "Trainer: maxEpochs is \(number); give 0 or a positive number"
    case .unlimitedFit:
      "Trainer: nothing says when a fit ends; give maxEpochs, maxSteps or maxTime"
    case .invalidSetting(let name, let problem): "Trainer: \(name): \(problem)"
    case .invalidCallback(let name, let problem): "\(name): \(problem)"
    case .unknownMetric(let name, let callback, let known):
      "\(callback): no metric is called '\(name)'; "
        + (known.isEmpty ? "none has been logged" : "logged are \(Self.list(known))")
    case .invalidRestarts(let count, let threads):
      "restarts: \(count) starts on \(threads) threads; give at least 0 starts and 1 thread"
    case .noParameters(let module):
      "\(module) has no parameters; declare what is to be fitted as '@Parameter var name: Tensor'"
    case .unreachableParameters(let names, let module):
      "\(module): \(names.map { "'\($0)'" }.joined(separator: ", ")) would never be trained, since the class "
        + "that holds \(names.count == 1 ? "it" : "them") does not conform to Module; declare it as "
        + "'class ...: Module'"
    case .invalidObservationCount(let count, let role):
      "the \(role): a batch came with \(count) observations; give the number of observations in it, from 1 to 2^53"
    case .integerLoss(let module, let dtype):
      "trainingStep of \(module): the loss is \(dtype), which has no gradient; cast it to float32"
    case .evaluationCutShort(let role): "the pass over the \(role) was ended before it was complete"
    case .nothingToResume(let problem): "fit: there is nothing to go on with: \(problem)"
    case .cannotResume(let problem): "fit: it cannot go on with what was kept: \(problem)"
    case .trainerInUse:
      "Trainer: it runs a fit already, on another thread or in whose hook this one was begun; make a Trainer for "
        + "each fit"
    case .interruptedBefore:
      "Trainer: Ctrl-C ended an earlier fit of this process, so no other begins; to go on all the same, call "
        + "Trainer.clearInterrupt() first"
    case .optimizerWithoutParameters(let module):
      "configureOptimizers of \(module) gives an optimizer without parameters; "
        + "pass it 'parameters'"
    case .invalidOptimizer(let module, let problem): "configureOptimizers of \(module): \(problem)"
    case .lossWithoutGradient(let module, let step):
      "trainingStep of \(module) at step \(step): the loss depends on no parameter of the optimizer; "
        + "compute it from the parameters, outside withoutGradient and without detached()"
    case .invalidHyperparameter(let name, let problem):
      "hyperparameters: '\(name)': \(problem)"
    case .invalidLog(let name, let problem): "log(\"\(name)\"): \(problem)"
    case .nonFinite(let step):
      "\(step); the parameters are as before the step. "
        + "Try a smaller learning rate or other starting values, and check the data"
    case .runDirectory(let path, let reason):
      "Trainer: cannot make the run's folder '\(path)': \(reason); "
        + "choose another 'directory' for the trainer"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: ", ")
  }

  private var dataDescription: String {
    switch self {
    case .emptyDataset(let role): "the \(role) is empty; give at least one observation"
    case .invalidBatchSize(let size, let role):
      "DataLoader for the \(role): batchSize is \(size); give a positive number"
    case .noCompleteBatch(let count, let batchSize, let role):
      "DataLoader for the \(role): dropLast leaves nothing of \(count) observations in batches of "
        + "\(batchSize); give a smaller batchSize or do without dropLast"
    case .negativeSeed(let seed, let source):
      "\(source): the seed is \(seed); give 0 or a positive number"
    default: ""
    }
  }
}
