import LevinNN
public import LevinTensor

/// One start of several, and what its fit came to.
public struct RestartRow<Model: LightningModule> {
  /// The index of the start.
  public let index: Int
  /// The model, with the parameters that the fit ended with, or with those of ``bestEpoch``.
  public let model: Model
  /// The values that it started from, by name.
  public let startingPoint: KeyValuePairs<String, any TensorScalar>
  /// The result of the fit; for one that failed, up to then.
  public let result: FitResult
  /// The step whose loss, gradient or new parameter was not finite; nil if there was none.
  public let failure: NonFiniteStep?
  /// The epoch, counted from 0, whose parameters the model has, where the best one is kept; nil otherwise.
  public let bestEpoch: Int?
  /// The value by which starts are compared: that of the metric asked for, or the loss; NaN if there is none, and for a
  /// fit that failed and of which no earlier epoch is kept.
  public let score: Double
  private let kept: KeptMoment?

  init(
    index: Int, start: StartingPoint<Model>, result: FitResult, failure: NonFiniteStep?,
    kept: KeptMoment? = nil, monitor: String? = nil
  ) {
    self.index = index
    model = start.model
    startingPoint = start.values
    self.result = result
    self.failure = failure
    self.kept = kept
    bestEpoch = kept?.epoch
    let last = monitor.map { result.metrics[$0] } ?? result.loss?.value
    score = kept?.value ?? (failure == nil ? last ?? .nan : .nan)
  }

  /// The loss over the last epoch, or over ``bestEpoch``; NaN for a fit that failed and of which no epoch is kept.
  public var loss: Double { lossValue?.value ?? .nan }

  var lossValue: MetricValue? {
    if let kept { return kept.loss }
    return failure == nil ? result.loss : nil
  }

  /// The newest value of a metric at the moment whose parameters the model has.
  func metric(_ name: String) -> MetricValue? {
    if let kept, let value = kept.metrics.value(name) { return value }
    return failure == nil ? result.metrics.value(name) : nil
  }

  /// The value that other starts are compared with; NaN for a fit that failed.
  func lastValue(_ monitor: String?) -> Double {
    if failure != nil { return .nan }
    return (monitor.map { result.metrics[$0] } ?? result.loss?.value) ?? .nan
  }

  /// Whether somebody who could not wait ended the fit.
  var isCutShort: Bool { result.stopReason == .interrupted || result.stopReason == .cancelled }

  /// Words on a fit that did not go as others do.
  var note: String {
    var words: [String] = []
    if let failure { words.append("\(failure)") }
    if isCutShort { words.append("\(result.stopReason)") }
    if result.stopReason == .pruned {
      words.append("\(result.stopReason)" + (result.stopDetail.map { " \($0)" } ?? ""))
    }
    if let bestEpoch { words.append("as of epoch \(bestEpoch)") }
    return words.joined(separator: "; ")
  }
}
