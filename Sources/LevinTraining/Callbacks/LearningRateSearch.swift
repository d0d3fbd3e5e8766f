internal import Foundation
internal import LevinNN
internal import LevinTensor

/// The losses of a few steps whose learning rate grows from step to step, which tell a rate that learns fast.
///
/// L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017, section 3.3.
public struct LearningRateSearch: Sendable {
  /// The rate of each step.
  public let learningRates: [Double]
  /// The loss before each step, smoothed by an exponential average without bias.
  public let losses: [Double]

  /// The rate at which the loss falls most steeply; nil when there are too few finite losses.
  ///
  /// - Parameters:
  ///   - first: The number of steps at the beginning that do not count.
  ///   - last: The number of steps at the end that do not count.
  public func suggestion(skippingFirst first: Int = 10, last: Int = 1) -> Double? {
    let range = first..<max(losses.count - last, first)
    let points = range.filter { losses[$0].isFinite }
    if points.count < 2 { return nil }
    let values = points.map { losses[$0] }
    // Differences as of `numpy.gradient`: to both sides, and to one at the ends.
    let slopes = values.indices.map { index -> Double in
      let (before, after) = (max(index - 1, 0), min(index + 1, values.count - 1))
      return (values[after] - values[before]) / Double(after - before)
    }
    return slopes.indices.min { slopes[$0] < slopes[$1] }.map { learningRates[points[$0]] }
  }
}

extension Trainer {
  /// Tries learning rates from a small to a large one, for a few steps of a fit that is taken back.
  ///
  ///     let search = try trainer.findLearningRate(model, train: loader)
  ///     model.learningRate = search.suggestion() ?? 0.01
  ///
  /// The rate grows by the same factor with each step. The search ends before its last step when the loss is far above the
  /// least one, or no longer finite. The module, the data and all draws are as before when it is over.
  ///
  /// - Parameters:
  ///   - model: The module.
  ///   - train: The training data.
  ///   - least: The rate that is begun with, above 0.
  ///   - greatest: The rate of the last step.
  ///   - steps: The number of steps.
  ///   - threshold: The factor above the least smoothed loss at which the search ends; nil for none.
  /// - Throws: ``TrainerError`` for settings and data that make no sense, and whatever the module or the data throw.
  public func findLearningRate<Model: LightningModule>(
    _ model: Model, train: some BatchSource<Model.Batch>, from least: Double = 1e-8,
    to greatest: Double = 1, steps: Int = 100, endingAbove threshold: Double? = 4
  ) throws -> LearningRateSearch {
    let range = LearningRateRange(
      least: least, greatest: greatest, steps: steps, threshold: threshold)
    return try exclusively { try range.search(model, train: train, for: self) }
  }
}

/// The rates that a search goes through.
struct LearningRateRange {
  let least: Double
  let greatest: Double
  let steps: Int
  let threshold: Double?

  var problem: String? {
    if !(least > 0 && least < greatest && greatest.isFinite) {
      return
        "the rates go from \(least) to \(greatest); give positive numbers, the smaller one first"
    }
    if steps < 1 { return "the number of steps is \(steps); give at least 1" }
    if let threshold, !(threshold > 1) {
      return "the threshold is \(threshold); give a number above 1"
    }
    return nil
  }

  /// Runs the steps on a trainer of their own, and takes all that they did back.
  func search<Model: LightningModule>(
    _ model: Model, train: some BatchSource<Model.Batch>, for trainer: Trainer
  ) throws -> LearningRateSearch {
    if let problem { throw TrainerError.invalidSetting(name: "findLearningRate", problem: problem) }
    var settings = trainer.settings.inForce
    (settings.maxEpochs, settings.maxTime, settings.maxSteps) = (nil, nil, steps)
    (settings.minEpochs, settings.minSteps) = (0, 0)
    settings.fastDevRun = 0
    let growing = GrowingRate(self)
    let inner = Trainer(
      settings, callbacks: [growing], progressBar: false, summary: false, console: trainer.console)
    let (before, data) = (model.state(), train.state())
    let outcome = Result {
      try withDefaultGenerator(DefaultGenerator.streamInForce) {
        _ = try inner.fit(model, train: train)
      }
    }
    try model.restore(from: before)
    var source = train
    try source.restore(from: data)
    do { try outcome.get() } catch TrainerError.nonFinite where !growing.losses.isEmpty {
      // As far as one can go.
    }
    return LearningRateSearch(learningRates: growing.rates, losses: growing.losses)
  }
}

/// Lets the rate grow from step to step, and notes the losses.
private final class GrowingRate: Callback {
  private let range: LearningRateRange
  private(set) var rates: [Double] = []
  private(set) var losses: [Double] = []
  private var average = 0.0
  private var best = Double.infinity
  private static let momentum = 0.98

  init(_ range: LearningRateRange) { self.range = range }

  override func onTrainBatchStart(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) {
    let part = Double(trainer.globalStep + 1) / Double(range.steps)
    let rate = range.least * pow(range.greatest / range.least, part)
    for optimizer in trainer.optimizers { optimizer.learningRate = rate }
  }

  override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) {
    guard case .taken(let loss) = outcome else { return }
    rates.append(trainer.optimizers.first?.learningRate ?? 0)
    average = Self.momentum * average + (1 - Self.momentum) * loss
    let smoothed = average / (1 - pow(Self.momentum, Double(losses.count + 1)))
    losses.append(smoothed)
    best = min(best, smoothed)
    if let threshold = range.threshold, losses.count > 1, smoothed > threshold * best {
      trainer.stop("the loss is far above the least one")
    }
  }
}
