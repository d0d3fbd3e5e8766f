/// The moments of a fit at which it is tried on the validation data.
public enum ValidationInterval: Sendable, Hashable {
  /// At the end of each so many epochs.
  case epochs(Int)
  /// After each so many batches of training, counted anew in each epoch or on from one to the next.
  case batches(Int, acrossEpochs: Bool = false)
  /// After each such part of an epoch, above 0 and at most 1.
  case fraction(Double)
  /// After the batch in which so much time has passed since the last validation.
  case time(Duration)

  /// The number of batches between validations; nil where it is not counted so.
  ///
  /// - Parameter total: The number of batches in an epoch; nil when nobody knows.
  func batchCount(of total: Int?) throws(TrainerError) -> (count: Int, acrossEpochs: Bool)? {
    switch self {
    case .epochs, .time: return nil
    case .batches(let count, let acrossEpochs):
      if !acrossEpochs, let total, count > total {
        throw .invalidSetting(
          name: "validationInterval",
          problem:
            "it is \(count) batches, and an epoch has \(total), so there would be no validation; give at most "
            + "\(total), or .batches(\(count), acrossEpochs: true)")
      }
      return (count, acrossEpochs)
    case .fraction(let part):
      guard let total else {
        throw .invalidSetting(
          name: "validationInterval",
          problem:
            "it is \(part) of a number of batches that the data do not tell; give .batches(n)")
      }
      return (max(Int(part * Double(total)), 1), false)
    }
  }

  /// The problem with the interval by itself; nil when all is well.
  var problem: String? {
    switch self {
    case .epochs(let count) where count < 1: "it is \(count) epochs; give at least 1"
    case .batches(let count, _) where count < 1: "it is \(count) batches; give at least 1"
    case .fraction(let part) where !(part > 0 && part <= 1):
      "it is \(part) of an epoch; give a part above 0 and at most 1"
    case .time(let time) where time <= .zero: "it is \(time); give a time above 0"
    default: nil
    }
  }
}
