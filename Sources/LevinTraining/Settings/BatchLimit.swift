/// The part of the batches of a pass over the data that a loop goes through.
///
///     Trainer(maxEpochs: 3, limitTrainBatches: 100, limitValidationBatches: 0.25)
public enum BatchLimit: Sendable, Hashable {
  /// All batches.
  case all
  /// The first so many batches; 0 leaves the loop out.
  case batches(Int)
  /// A part of the batches, from 0 to 1, rounded down to a number of batches.
  case fraction(Double)

  /// Whether the loop is left out.
  var isZero: Bool {
    switch self {
    case .all: false
    case .batches(let count): count == 0
    case .fraction(let part): part == 0
    }
  }

  /// The number of batches; nil for all of a number that nobody knows.
  ///
  /// - Parameters:
  ///   - total: The number of all batches; nil when nobody knows.
  ///   - name: The argument of the trainer, for errors.
  /// - Throws: ``TrainerError/invalidSetting(name:problem:)`` for a part of an unknown number, and for one that has no
  ///   batch in it.
  func count(of total: Int?, _ name: String) throws(TrainerError) -> Int? {
    switch self {
    case .all: return total
    case .batches(let count): return total.map { min($0, count) } ?? count
    case .fraction(1): return total
    case .fraction(let part):
      guard let total else {
        throw .invalidSetting(
          name: name,
          problem:
            "it is \(part) of a number of batches that the data do not tell; give a number of batches"
        )
      }
      let count = Int(part * Double(total))
      if count == 0 && part > 0 {
        throw .invalidSetting(
          name: name,
          problem:
            "\(part) of \(total) batches is less than one; give at least \(1 / Double(max(total, 1))) or a "
            + "number of batches")
      }
      return count
    }
  }

  /// The problem with the limit by itself; nil when all is well.
  var problem: String? {
    switch self {
    case .all: nil
    case .batches(let count):
      count < 0 ? "it is \(count); give a number of batches from 0 up" : nil
    case .fraction(let part):
      (0...1).contains(part)
        ? nil : "it is \(part); give a part from 0 to 1, or a whole number of batches"
    }
  }
}

extension BatchLimit: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  /// A number of batches.
  public init(integerLiteral count: Int) { self = .batches(count) }

  /// A part of the batches.
  public init(floatLiteral part: Double) { self = .fraction(part) }
}
