internal import LevinTensor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Everything that a fit has logged: from the call of `log`, over the mean of an epoch, to what callbacks and loggers see.
///
/// A metric has a slot. Since a step logs the same names in the same order each time, the slot after the last one
/// used is tried first, and a name is looked up only when that fails. What is logged stays pending until the step
/// has computed it, or until the end of the hook that logged it; then it is current under its name.
package final class MetricsBoard: @unchecked Sendable {
  /// The board of the fit that `log` is called in.
  ///
  /// Tasks that are begun in a step inherit the task-local and run on other threads, where the board is not theirs:
  /// it is not safe for use from several.
  static var current: MetricsBoard? {
    guard let board = inherited, pthread_equal(board.thread, pthread_self()) != 0 else {
      return nil
    }
    return board
  }

  /// The board of the fit in which this code, or the task that it runs in, was begun.
  @TaskLocal static var inherited: MetricsBoard?

  private let thread = pthread_self()

  typealias NamedValues = [(name: String, value: MetricValue)]

  /// The loops and hooks that values are logged in.
  enum Phase: String {
    case training
    case validation
    /// `onMetrics`, which comes in any of the others.
    case records
  }

  /// The way in which values are taken in.
  enum Intake {
    /// As they come.
    case open
    /// In answer to a record: names in the set are known already, and none is recorded again.
    case answering(Set<ExactName>)
    /// Not at all: the loggers have closed.
    case closed
    /// Not at all: a step is run once more to see why it failed.
    case muted
  }

  enum Pending {
    case tensor(slot: Int, Tensor)
    case number(slot: Int, Double, largeInteger: Int?)
    case histogram(name: String, Tensor, bins: Int)
    /// For whoever asked, who keeps it.
    case computed(Tensor)
  }

  // A board is on one thread and calls nobody back while it changes, so exclusive access need not be checked in
  // every step.
  @exclusivity(unchecked) private(set) var slots: [MetricSlot] = []
  @exclusivity(unchecked) private var positions: [ExactName: Int] = [:]
  // The names under which metrics have rows.
  @exclusivity(unchecked) private var outputs: Set<ExactName> = []
  @exclusivity(unchecked) private var next = 0
  @exclusivity(unchecked) private var pending: [Pending] = []
  @exclusivity(unchecked) private var media: [(name: String, value: LoggedMedia)] = []
  @exclusivity(unchecked) private var rejection: TrainerError?
  @exclusivity(unchecked) private var hasClosed = false
  /// Whether something was settled that has not been in a row of steps.
  @exclusivity(unchecked) private(set) var isFresh = false
  /// The phase of what is logged now.
  @exclusivity(unchecked) var phase = Phase.training
  @exclusivity(unchecked) var intake = Intake.open
  /// The observations of the batch that values are logged for.
  @exclusivity(unchecked) var batchWeight = 1.0
  /// The steps that the module took itself in the batch that runs.
  @exclusivity(unchecked) var manualSteps = ManualSteps()
  /// The number of observations in the batch of the training step that runs; nil outside of one.
  @exclusivity(unchecked) var trainingBatch: Int?
  /// The number of observations in all training data; nil when nobody knows.
  var trainingCount: Int?
  /// What is added to names, to tell the data of several validations apart.
  var suffix = ""
  /// Tells the user of what is not taken in.
  var warn: (String) -> Void = { _ in }
  private var toldOf: Set<ExactName> = []

  init() {}

  // MARK: - Taking in

  func log(_ name: String, _ value: Tensor, _ options: LogOptions) {
    let name = suffix.isEmpty ? name : name + suffix
    guard takes(name) else { return }
    pending.append(.tensor(slot: slot(name, options, value.dtype), value))
  }

  func log(_ name: String, _ number: some TensorScalar, _ options: LogOptions) {
    let name = suffix.isEmpty ? name : name + suffix
    guard takes(name) else { return }
    let slot = slot(name, options, type(of: number).dtype)
    pending.append(
      .number(slot: slot, number.doubleValue, largeInteger: number.largeInteger))
  }

  func log(_ name: String, _ value: LoggedMedia) {
    guard takes(name) else { return }
    media.append((name, value))
    isFresh = true
  }

  func logHistogram(_ name: String, _ values: Tensor, bins: Int) {
    if takes(name) { pending.append(.histogram(name: name, values, bins: bins)) }
  }

  /// Has a tensor computed with what was logged.
  func compute(_ tensor: Tensor) { pending.append(.computed(tensor)) }

  private func takes(_ name: String) -> Bool {
    switch intake {
    case .open: return true
    case .muted: return false
    case .answering(let known):
      if !known.contains(ExactName(name)), toldOf.insert(ExactName(name)).inserted {
        warn(
          "log(\"\(name)\") in onMetrics answers a record that is an answer itself, and is not "
            + "recorded; log it when the first record comes, or in another hook")
      }
    case .closed:
      if toldOf.insert(ExactName(name)).inserted {
        warn(
          "log(\"\(name)\") in teardown comes when the loggers have closed, and is not recorded; log "
            + "it in onFitEnd")
      }
    }
    return false
  }

  private func slot(_ name: String, _ options: LogOptions, _ dtype: DType) -> Int {
    let index = position(name, options, dtype)
    if slots[index].options != options {
      reject(name, "it was logged before with other options; a name keeps those it began with")
    }
    if slots[index].phase != phase {
      // The mean of an epoch is of one phase; values of steps may come from both.
      if options.onEpoch { rejectSecondValue(name) } else { slots[index].phase = phase }
    }
    slots[index].dtype = dtype
    return index
  }

  private func position(_ name: String, _ options: LogOptions, _ dtype: DType) -> Int {
    if next < slots.count, ExactName.areSame(slots[next].name, name) {
      defer { next += 1 }
      return next
    }
    if let index = positions[ExactName(name)] {
      next = index + 1
      return index
    }
    check(name, options)
    positions[ExactName(name)] = slots.count
    slots.append(MetricSlot(name: name, options: options, dtype: dtype, phase: phase))
    next = slots.count
    return slots.count - 1
  }

  private func check(_ name: String, _ options: LogOptions) {
    if ["epoch", "step", "validation_batch", ""].contains(name) {
      reject(
        name,
        "every row has columns 'epoch', 'step' and 'validation_batch' already; choose another name")
    }
    if name.dropLast(suffix.count).contains("/dataloader_idx_") {
      reject(
        name,
        "names with '/dataloader_idx_' are those of several validation sources; choose another")
    }
    for output in options.outputs(of: name) where !outputs.insert(ExactName(output)).inserted {
      reject(name, "another metric appears as '\(output)' already; choose another name")
    }
    if !options.onStep && !options.onEpoch {
      reject(name, "both onStep and onEpoch are false, so it would appear nowhere; set one of them")
    }
  }

  // `log` cannot throw from within a step, so the loop does when it settles.
  private func reject(_ name: String, _ problem: String) {
    rejection = rejection ?? .invalidLog(name: name, problem: problem)
  }

  private func rejectSecondValue(_ name: String) {
    reject(
      name,
      "it has a value in this epoch already, from the training or validation step or a hook; give "
        + "them different names, such as 'train_\(name)' and 'val_\(name)'")
  }

  // MARK: - Settling

  /// The pending tensors, to be computed with a step.
  var pendingTensors: [Tensor] {
    pending.compactMap { entry in
      switch entry {
      case .tensor(_, let tensor), .histogram(_, let tensor, _), .computed(let tensor): tensor
      case .number: nil
      }
    }
  }

  /// Computes what is pending and makes it current.
  func collect() throws {
    if pending.isEmpty && rejection == nil { return }
    try evaluate(pendingTensors)
    try settle()
  }

  /// Throws what `log` found wrong since the last time.
  func throwRejection() throws {
    guard let error = rejection else { return }
    rejection = nil
    discardPending()
    throw error
  }

  /// Makes current what is pending and has been computed.
  func settle() throws {
    try throwRejection()
    for entry in pending {
      switch entry {
      case .tensor(let slot, let tensor):
        add(tensor.firstScalar, tensor.firstLargeInteger, to: slot)
      case .number(let slot, let number, let largeInteger): add(number, largeInteger, to: slot)
      case .histogram(let name, let values, let bins):
        media.append((name, .histogram(Histogram(of: values.scalars, bins: bins))))
        isFresh = true
      case .computed: break
      }
    }
    discardPending()
    try throwRejection()
  }

  private func add(_ value: Double, _ largeInteger: Int?, to index: Int) {
    if slots[index].isClosed && slots[index].options.onEpoch {
      rejectSecondValue(slots[index].name)
    }
    slots[index].add(value, largeInteger: largeInteger, weight: batchWeight)
    isFresh = true
  }

  /// Runs `body` without taking in what it logs.
  func withoutIntake<R>(_ body: () throws -> R) rethrows -> R {
    let before = intake
    defer { intake = before }
    intake = .muted
    return try body()
  }

  /// Forgets what is pending: the values of a step that was not put in force.
  func discardPending() {
    pending.removeAll(keepingCapacity: true)
    next = 0
  }

  // MARK: - Rows

  /// The metrics of a phase that want a row of their own for what was just settled.
  func takeStepMetrics(_ phase: Phase) -> NamedValues {
    guard isFresh else { return [] }
    isFresh = false
    var metrics: NamedValues = []
    for index in slots.indices where slots[index].isNew {
      guard slots[index].phase == phase else {
        isFresh = true
        continue
      }
      slots[index].isNew = false
      if let name = slots[index].stepName { metrics.append((name, slots[index].latest)) }
    }
    return metrics
  }

  /// The means of a phase since the last call, after which they begin anew.
  func takeEpochMetrics(_ phase: Phase) -> NamedValues {
    var metrics: NamedValues = []
    metrics.reserveCapacity(slots.count)
    hasClosed = true
    for index in slots.indices where slots[index].phase == phase {
      if let value = slots[index].close() { metrics.append(value) }
    }
    return metrics
  }

  /// Histograms, texts and images since the last call.
  func takeMedia() -> [(name: String, value: LoggedMedia)] {
    defer { media.removeAll(keepingCapacity: true) }
    return media
  }

  /// Begins the metrics of a phase anew, which have another value in the same epoch.
  ///
  /// What an earlier pass has left that was not completed counts for nothing.
  func beginPass(_ phase: Phase) {
    for index in slots.indices where slots[index].phase == phase { slots[index].beginPass() }
  }

  /// Runs `body`, whose values are of a phase.
  func inPhase<R>(_ phase: Phase, _ body: () throws -> R) rethrows -> R {
    let before = self.phase
    defer { self.phase = before }
    self.phase = phase
    return try body()
  }

  /// Lets metrics have a value in a new epoch.
  func beginEpoch() {
    guard hasClosed else { return }
    hasClosed = false
    for index in slots.indices { slots[index].isClosed = false }
  }

  // MARK: - What others see

  /// The newest values of everything that was logged.
  var metrics: Metrics {
    var metrics = Metrics()
    for slot in slots {
      for (name, value) in slot.current { metrics.update(name, value) }
    }
    return metrics
  }

  /// The newest value of a metric, under the name of its rows as well; nil if it has none.
  ///
  /// As `metrics[name]`, without the rest of them.
  func value(of name: String) -> Double? {
    func value(_ slot: MetricSlot) -> Double? {
      slot.current.last { ExactName.areSame($0.name, name) }?.value.value
    }
    if let index = positions[ExactName(name)] { return value(slots[index]) }
    return slots.lazy.compactMap(value).first
  }

  /// The phase that a metric is logged in, under the name of its rows as well; nil if nobody has logged it.
  func phase(of name: String) -> Phase? {
    func isOf(_ slot: MetricSlot) -> Bool {
      [slot.name, slot.stepName, slot.epochName].compactMap(\.self).contains {
        ExactName.areSame($0, name)
      }
    }
    return slots.first(where: isOf)?.phase
  }

  /// The values that the progress bar shows.
  var progressMetrics: NamedValues {
    slots.filter(\.options.progressBar).compactMap { slot in
      slot.current.first.map { (slot.name, $0.value) }
    }
  }

  /// Puts a slot in place as it was, without the checks of `log`.
  func adopt(_ slots: [MetricSlot]) {
    self.slots = slots
    positions = Dictionary(
      uniqueKeysWithValues: slots.enumerated().map { (ExactName($1.name), $0) })
    outputs = Set(slots.flatMap { $0.options.outputs(of: $0.name) }.map(ExactName.init))
    isFresh = slots.contains(where: \.isNew)
    hasClosed = slots.contains(where: \.isClosed)
    discardPending()
  }
}
