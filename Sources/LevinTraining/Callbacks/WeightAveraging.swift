internal import LevinNN
public import LevinTensor

/// Averages the parameters over the steps of a fit; validations look at the averages, and the module has them when the fit
/// is over.
///
/// Checkpoints have the averages under the plain names of parameters, so that a file's weights are those that were
/// validated; a fit that goes on from one has the values that training had come to.
///
///     WeightAveraging()                                  // the mean over all steps
///     WeightAveraging(.exponential(decay: 0.99))         // an exponential moving average
///
/// Unconstrained values are averaged, so that averages are within the constraints of parameters.
public final class WeightAveraging: Callback {
  /// The kind of average.
  public enum Kind: Sendable, Hashable {
    /// The mean of the values after each update.
    case mean
    /// decay × average + (1 - decay) × value at each update.
    case exponential(decay: Double)
  }

  /// The kind of average.
  public let kind: Kind
  /// Whether buffers are averaged too; otherwise they are those of the last step.
  public let usesBuffers: Bool
  /// The steps from one update to the next.
  public let updateEveryNSteps: Int
  /// The first step whose values count.
  public let startingAtStep: Int
  /// The first epoch whose values count.
  public let startingAtEpoch: Int

  /// The number of updates.
  public private(set) var updateCount = 0
  private var averages: [Tensor] = []
  private var current: [Tensor]?
  private var slots: [Slot] = []

  private struct Slot {
    let get: () -> Tensor
    let set: (Tensor) -> Void
  }

  /// Averages parameters.
  ///
  /// - Parameters:
  ///   - kind: The kind of average.
  ///   - usesBuffers: Whether buffers are averaged too.
  ///   - updateEveryNSteps: The steps from one update to the next.
  ///   - startingAtStep: The first step whose values count.
  ///   - startingAtEpoch: The first epoch whose values count.
  public init(
    _ kind: Kind = .mean, usesBuffers: Bool = true, updateEveryNSteps: Int = 1,
    startingAtStep: Int = 0, startingAtEpoch: Int = 0
  ) {
    (self.kind, self.usesBuffers) = (kind, usesBuffers)
    self.updateEveryNSteps = updateEveryNSteps
    (self.startingAtStep, self.startingAtEpoch) = (startingAtStep, startingAtEpoch)
    super.init()
  }

  /// The problem with decay or intervals, if there is one.
  public override func settingsProblem(_ trainer: Trainer) -> String? {
    if case .exponential(let decay) = kind, !(decay >= 0 && decay < 1) {
      return "decay is \(decay); give a number from 0 up and below 1"
    }
    if updateEveryNSteps < 1 {
      return "updateEveryNSteps is \(updateEveryNSteps); give at least 1"
    }
    return trainer.callbacks.count(where: { $0 is WeightAveraging }) > 1
      ? "the trainer has several, and validations can look at the averages of one; give one" : nil
  }

  /// Begins anew.
  public override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    if !trainer.isFitting { return }
    (updateCount, averages, current) = (0, [], nil)
    slots = module.parameters.map { parameter in
      Slot(get: { parameter.unconstrained }, set: parameter.restore)
    }
    guard usesBuffers else { return }
    slots += module.buffers.filter { $0.wrappedValue.dtype.isFloatingPoint }.map { buffer in
      Slot(get: { buffer.wrappedValue }, set: buffer.restore)
    }
  }

  /// Takes the new values into the averages.
  public override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) {
    guard case .taken = outcome, isDue(trainer.globalStep - 1, trainer.currentEpoch) else { return }
    update()
  }

  private func isDue(_ step: Int, _ epoch: Int) -> Bool {
    step >= startingAtStep && epoch >= startingAtEpoch
      && (step - startingAtStep).isMultiple(of: updateEveryNSteps)
  }

  private func update() {
    let values = slots.map { $0.get() }
    if updateCount == 0 {
      averages = values.map { $0.detached() }
    } else {
      let weight =
        switch kind {
        case .mean: 1 / Double(updateCount + 1)
        case .exponential(let decay): 1 - decay
        }
      averages = withoutGradient {
        zip(averages, values).map { ($0 + ($1 - $0) * weight).detached() }
      }
      evaluateOrStop(averages)
    }
    updateCount += 1
  }

  /// Puts the averages into the module.
  public override func onValidationEpochStart(
    _ trainer: Trainer, _ module: any LightningModule
  ) {
    if trainer.isFitting, !trainer.isSanityChecking { useAverages() }
  }

  /// Puts the values of training back.
  public override func onValidationEpochEnd(_ trainer: Trainer, _ module: any LightningModule) {
    useCurrent()
  }

  /// Leaves the averages in the module.
  public override func onTrainEnd(_ trainer: Trainer, _ module: any LightningModule) {
    useAverages()
    current = nil
  }

  /// Whether the averages are in the module, and training goes on with other values.
  var isInUse: Bool { current != nil }

  /// Puts the averages into the module.
  func useAverages() {
    guard updateCount > 0, current == nil else { return }
    current = slots.map { $0.get().detached() }
    for (slot, value) in zip(slots, averages) { slot.set(value) }
  }

  /// Puts the values of training back, if the averages are in the module.
  func useCurrent() {
    guard let current else { return }
    self.current = nil
    for (slot, value) in zip(slots, current) { slot.set(value) }
  }

  /// The averages and the number of updates.
  public override func state() -> State {
    var state = State()
    state["updateCount"] = .integer(updateCount)
    for (index, average) in averages.enumerated() { state["\(index)"] = .tensor(average) }
    return state
  }

  /// Goes on from another one's averages.
  public override func restore(from state: State) throws {
    let count = try state.integer("updateCount")
    let averages =
      count == 0
      ? []
      : try slots.enumerated().map { index, slot in
        try state.tensor("\(index)", like: slot.get())
      }
    (updateCount, self.averages) = (count, averages)
  }
}
