/// The reason why data cannot be loaded as asked for.
///
/// Later versions may add cases, so a `switch` over them needs a `default`.
#if compiler(>=6.3)
@nonexhaustive
#endif
public enum DataError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A data set cannot be cut into these parts.
  case invalidSplit(String)
  /// A sampler has settings that make no sense.
  case invalidSampler(String, DataRole)
  /// A sampler gave another number of indices or batches than it says there are.
  case samplerCount(expected: Int, found: Int)
  /// A number of workers or of batches to load ahead makes no sense.
  case invalidPrefetch(String, DataRole)
  /// An epoch has fewer batches than it had when the fit that goes on was stopped.
  case tooFewBatches(epoch: Int, expected: Int, found: Int)

  /// The cause, the place, and what to do about it.
  public var description: String {
    switch self {
    case .invalidSplit(let problem): "randomSplit: \(problem)"
    case .invalidSampler(let problem, let role): "sampler for the \(role): \(problem)"
    case .samplerCount(let expected, let found):
      "sampler: an epoch has \(found) indices or batches, where its count says \(expected); make both the same"
    case .invalidPrefetch(let problem, let role): "the \(role): \(problem)"
    case .tooFewBatches(let epoch, let expected, let found):
      "epoch \(epoch) was stopped after \(expected) batches, and now has only \(found); go on with the data that it "
        + "was begun with"
    }
  }
}
