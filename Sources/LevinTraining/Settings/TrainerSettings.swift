package import LevinNN

/// The settings of a trainer, which fits only read.
package struct TrainerSettings: Sendable {
  package var maxEpochs: Int?
  package var minEpochs = 0
  package var maxSteps: Int?
  package var minSteps = 0
  package var maxTime: Duration?
  package var limitTrainBatches = BatchLimit.all
  package var limitValidationBatches = BatchLimit.all
  package var limitTestBatches = BatchLimit.all
  package var limitPredictBatches = BatchLimit.all
  package var overfitBatches = BatchLimit.batches(0)
  /// The batches of each loop in a trial of the whole program; 0 for a real run.
  package var fastDevRun = 0
  package var validationInterval = ValidationInterval.epochs(1)
  package var sanityValidationBatches = BatchLimit.batches(0)
  /// The steps from one row of steps to the next; 0 for none.
  package var logEveryNSteps = 1
  package var accumulateGradientBatches = 1
  package var gradientClipping: GradientClipping?
  /// Whether there may be checkpoints.
  package var checkpoints = true

  package init(
    maxEpochs: Int? = nil, minEpochs: Int = 0, maxSteps: Int? = nil, minSteps: Int = 0,
    maxTime: Duration? = nil, limitTrainBatches: BatchLimit = .all,
    limitValidationBatches: BatchLimit = .all, limitTestBatches: BatchLimit = .all,
    limitPredictBatches: BatchLimit = .all, overfitBatches: BatchLimit = 0, fastDevRun: Int = 0,
    validationInterval: ValidationInterval = .epochs(1), sanityValidationBatches: BatchLimit = 0,
    logEveryNSteps: Int = 1, accumulateGradientBatches: Int = 1,
    gradientClipping: GradientClipping? = nil, checkpoints: Bool = true
  ) {
    (self.maxEpochs, self.minEpochs) = (maxEpochs, minEpochs)
    (self.maxSteps, self.minSteps, self.maxTime) = (maxSteps, minSteps, maxTime)
    self.limitTrainBatches = limitTrainBatches
    self.limitValidationBatches = limitValidationBatches
    self.limitTestBatches = limitTestBatches
    self.limitPredictBatches = limitPredictBatches
    (self.overfitBatches, self.fastDevRun) = (overfitBatches, fastDevRun)
    self.validationInterval = validationInterval
    self.sanityValidationBatches = sanityValidationBatches
    self.logEveryNSteps = logEveryNSteps
    self.accumulateGradientBatches = accumulateGradientBatches
    self.gradientClipping = gradientClipping
    self.checkpoints = checkpoints
  }

  var isTrial: Bool { fastDevRun > 0 }

  /// The settings in force: a trial has one epoch of few batches, and no sanity check.
  var inForce: TrainerSettings {
    var settings = self
    if isTrial {
      let limit = BatchLimit.batches(fastDevRun)
      (settings.maxEpochs, settings.minEpochs, settings.minSteps) = (1, 0, 0)
      settings.maxSteps = fastDevRun
      (settings.limitTrainBatches, settings.limitValidationBatches) = (limit, limit)
      (settings.limitTestBatches, settings.limitPredictBatches) = (limit, limit)
      settings.overfitBatches = 0
      settings.sanityValidationBatches = 0
      settings.validationInterval = .epochs(1)
    } else if !overfitBatches.isZero {
      settings.limitTrainBatches = overfitBatches
      settings.limitValidationBatches = overfitBatches
    }
    return settings
  }

  /// Throws for the first setting that makes no sense, whatever the data.
  func check() throws(TrainerError) {
    if let maxEpochs, maxEpochs < 0 { throw .invalidMaxEpochs(maxEpochs) }
    if maxEpochs == nil, maxSteps == nil, maxTime == nil, !isTrial { throw .unlimitedFit }
    if let maxSteps, maxSteps < 0 { throw invalid("maxSteps", count: maxSteps, from: 0) }
    try check(minEpochs, "minEpochs", from: 0)
    try check(minSteps, "minSteps", from: 0)
    try check(fastDevRun, "fastDevRun", from: 0)
    try check(logEveryNSteps, "logEveryNSteps", from: 0)
    try check(accumulateGradientBatches, "accumulateGradientBatches", from: 1)
    if let maxTime, maxTime < .zero {
      throw .invalidSetting(name: "maxTime", problem: "it is \(maxTime); give a time from 0 up")
    }
    for (name, problem) in problems {
      if let problem { throw .invalidSetting(name: name, problem: problem) }
    }
  }

  private var problems: [(name: String, problem: String?)] {
    [
      ("limitTrainBatches", limitTrainBatches.problem),
      ("limitValidationBatches", limitValidationBatches.problem),
      ("limitTestBatches", limitTestBatches.problem),
      ("limitPredictBatches", limitPredictBatches.problem),
      ("overfitBatches", overfitBatches.problem),
      ("sanityValidationBatches", sanityValidationBatches.problem),
      ("validationInterval", validationInterval.problem),
      ("gradientClipping", gradientClipping?.settingsProblem),
    ]
  }

  private func check(_ count: Int, _ name: String, from least: Int) throws(TrainerError) {
    if count < least { throw invalid(name, count: count, from: least) }
  }

  private func invalid(_ name: String, count: Int, from least: Int) -> TrainerError {
    .invalidSetting(name: name, problem: "it is \(count); give a number from \(least) up")
  }
}
