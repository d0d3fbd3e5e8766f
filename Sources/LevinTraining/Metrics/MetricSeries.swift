public import LevinTensor

/// The values that a metric has had in a run, in order.
public struct MetricSeries: Sendable, Hashable {
  /// The steps that were completed when the values were logged, counted from 0.
  public private(set) var steps: [Int] = []
  /// The epochs in which they were logged, counted from 0.
  public private(set) var epochs: [Int] = []
  /// The values.
  public private(set) var values: [Double] = []

  /// No values yet.
  public init() {}

  /// Adds a value.
  public mutating func append(_ value: Double, step: Int, epoch: Int) {
    steps.append(step)
    epochs.append(epoch)
    values.append(value)
  }
}

extension MetricSeries: Stateful {
  /// The values with their steps and epochs.
  public func state() -> State {
    var state = State()
    state["steps"] = .tensor(Tensor(steps))
    state["epochs"] = .tensor(Tensor(epochs))
    state["values"] = .tensor(Tensor(values))
    return state
  }

  /// Takes over the values of another series.
  ///
  /// - Throws: `StateError` when the state was taken from something else.
  public mutating func restore(from state: State) throws {
    let values = try state.tensor("values")
    let (steps, epochs) = (try state.tensor("steps"), try state.tensor("epochs"))
    for (name, tensor) in [("steps", steps), ("epochs", epochs)]
    where tensor.shape != values.shape || tensor.dtype != .int64 {
      throw StateError.mismatch(
        path: name, expected: "int64 of shape \(values.shape)",
        found: "\(tensor.dtype) of shape \(tensor.shape)")
    }
    self.steps = steps.scalars(as: Int.self)
    self.epochs = epochs.scalars(as: Int.self)
    self.values = values.scalars
  }
}
