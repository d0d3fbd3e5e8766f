public import LevinTensor

/// A logged number, with the dtype that says how many of its digits mean something.
public struct MetricValue: Sendable, CustomStringConvertible {
  /// The number, in double precision.
  public let value: Double
  /// The dtype of what was logged.
  public let dtype: DType
  /// The integer that was logged, where a double is another number: beyond 2^53.
  public let largeInteger: Int?

  /// Puts a number and its dtype together.
  public init(_ value: Double, _ dtype: DType) {
    self.init(value, dtype, largeInteger: nil)
  }

  init(_ value: Double, _ dtype: DType, largeInteger: Int?) {
    self.value = value
    self.dtype = dtype
    self.largeInteger = largeInteger
  }

  /// The fewest digits that give the number back in the precision in which it was logged.
  public var description: String {
    switch dtype {
    case .float32: return Float(value).description
    case .float64: return value.description
    case .bool, .int32, .int64:
      return (largeInteger ?? Int(exactly: value))?.description ?? value.description
    }
  }
}

/// Metrics by name, in the order in which they first came; names are told apart by their code points.
public struct Metrics: Sendable {
  /// The names.
  public private(set) var names: [String] = []
  private var values: [ExactName: MetricValue] = [:]

  /// The last value of a metric, in double precision; nil if there is none of that name.
  public subscript(_ name: String) -> Double? { values[ExactName(name)]?.value }

  /// The last value of a metric with its dtype, which prints with the digits that mean something.
  public func value(_ name: String) -> MetricValue? { values[ExactName(name)] }

  mutating func update(_ name: String, _ value: MetricValue) {
    if values.updateValue(value, forKey: ExactName(name)) == nil { names.append(name) }
  }
}

extension Metrics: Sequence {
  /// Goes through names and values in order.
  public func makeIterator() -> AnyIterator<(name: String, value: MetricValue)> {
    var index = 0
    return AnyIterator {
      guard index < names.count, let value = values[ExactName(names[index])] else { return nil }
      defer { index += 1 }
      return (names[index], value)
    }
  }
}

extension Metrics: CustomStringConvertible {
  /// A line for each metric: its name and its value.
  public var description: String {
    let width = names.map(\.count).max() ?? 0
    return map { "\(Text.padded($0.name, to: width))  \($0.value)" }.joined(separator: "\n")
  }
}

/// Metrics that became known together: a row of a table.
public struct MetricsRecord: Sendable {
  /// The epoch, counted from 0.
  public let epoch: Int
  /// The last step taken, counted from 0 over all epochs.
  public let step: Int
  /// The index of the batch within its validation, for the row of a validation step; nil for all other rows.
  public let batchIndex: Int?
  /// The metrics, in the order in which they were logged.
  public let metrics: [(name: String, value: MetricValue)]
  /// Histograms, texts and images, for loggers that show them.
  public let media: [(name: String, value: LoggedMedia)]

  /// Puts a record together, as the trainer does and tests of loggers may.
  public init(
    epoch: Int, step: Int, batchIndex: Int? = nil,
    metrics: [(name: String, value: MetricValue)],
    media: [(name: String, value: LoggedMedia)] = []
  ) {
    self.epoch = epoch
    self.step = step
    self.batchIndex = batchIndex
    self.metrics = metrics
    self.media = media
  }
}
