import LevinTensor

/// What was logged, from the call of `log` to the mean over an epoch.
///
/// A metric has a slot. Since a step logs the same names in the same order each time, the slot after the
/// last one used is tried first, and a name is looked up only when that fails.
final class MetricCollector {
  enum Value {
    case tensor(Tensor)
    case number(Double)
  }

  fileprivate struct Slot {
    let name: String
    let options: LogOptions
    var dtype: DType
    var average = WeightedMean()
    var latest = 0.0
    var isNewThisStep = false
  }

  private var slots: [Slot] = []
  private var places: [String: Int] = [:]
  // The names under which metrics appear.
  private var outputs: Set<String> = []
  private var next = 0
  private var pending: [(slot: Int, value: Value)] = []
  private var pendingError: TrainerError?
  /// The observations of the batch that values are logged for.
  var batchWeight = 1.0

  var hasPending: Bool { !pending.isEmpty || pendingError != nil }

  func log(_ name: String, _ value: Value, _ options: LogOptions, dtype: DType) {
    let slot = slotIndex(name, options, dtype)
    if slots[slot].options != options {
      reject(name, "it was logged before with other options; a name keeps those it began with")
    }
    slots[slot].dtype = dtype
    pending.append((slot, value))
  }

  private func slotIndex(_ name: String, _ options: LogOptions, _ dtype: DType) -> Int {
    if next < slots.count, slots[next].name == name {
      defer { next += 1 }
      return next
    }
    if let place = places[name] {
      next = place + 1
      return place
    }
    check(name, options)
    places[name] = slots.count
    slots.append(Slot(name: name, options: options, dtype: dtype))
    next = slots.count
    return slots.count - 1
  }

  private func check(_ name: String, _ options: LogOptions) {
    if ["epoch", "step", "validation_batch", ""].contains(name) {
      reject(name, "rows have columns 'epoch', 'step' and 'validation_batch'; choose another name")
    }
    for output in options.outputs(of: name) where !outputs.insert(output).inserted {
      reject(name, "another metric appears as '\(output)' already; choose another name")
    }
    if !options.onStep && !options.onEpoch {
      reject(name, "both onStep and onEpoch are false, so it would appear nowhere; set one of them")
    }
  }

  // `log` cannot throw from within a step, so the loop does when it collects.
  private func reject(_ name: String, _ problem: String) {
    pendingError = pendingError ?? .invalidLog(name: name, problem: problem)
  }

  /// The tensors logged since the last ``settle()``, to be evaluated.
  func appendPendingTensors(to tensors: inout [Tensor]) {
    for case (_, .tensor(let tensor)) in pending { tensors.append(tensor) }
  }

  /// Throws what `log` found wrong since the last time.
  func throwRejection() throws {
    guard let error = pendingError else { return }
    pendingError = nil
    discardPending()
    throw error
  }

  /// Takes the evaluated values into the means.
  func settle() throws {
    try throwRejection()
    for (slot, value) in pending {
      switch value {
      case .tensor(let tensor): slots[slot].add(tensor.firstScalar, weight: batchWeight)
      case .number(let number): slots[slot].add(number, weight: batchWeight)
      }
    }
    discardPending()
  }

  func discardPending() {
    pending.removeAll(keepingCapacity: true)
    next = 0
  }

  /// The metrics that want a row of their own for the step just settled.
  func takeStepMetrics() -> [(name: String, value: MetricValue)] {
    var metrics: [(name: String, value: MetricValue)] = []
    for index in slots.indices where slots[index].isNewThisStep {
      slots[index].isNewThisStep = false
      let slot = slots[index]
      guard slot.options.onStep else { continue }
      let name = slot.options.onEpoch ? slot.name + "_step" : slot.name
      metrics.append((name, MetricValue(slot.latest, slot.dtype)))
    }
    return metrics
  }

  /// The means since the last call, after which they begin anew.
  func takeEpochMetrics() -> [(name: String, value: MetricValue)] {
    var metrics: [(name: String, value: MetricValue)] = []
    metrics.reserveCapacity(slots.count)
    for index in slots.indices where slots[index].options.onEpoch && slots[index].average.weight > 0
    {
      let slot = slots[index]
      let name = slot.options.onStep ? slot.name + "_epoch" : slot.name
      metrics.append((name, MetricValue(slot.average.mean, slot.dtype)))
      slots[index].average = WeightedMean()
    }
    return metrics
  }

  /// What the progress bar shows.
  func progressMetrics() -> [(name: String, value: MetricValue)] {
    slots.filter(\.options.progressBar).map { ($0.name, MetricValue($0.latest, $0.dtype)) }
  }
}

extension MetricCollector.Slot {
  fileprivate mutating func add(_ value: Double, weight: Double) {
    average.add(value, weight: weight)
    latest = value
    isNewThisStep = true
  }
}

/// A running mean in double precision.
struct WeightedMean {
  private(set) var mean = 0.0
  private(set) var weight = 0.0

  // Moving the mean by its distance to the value keeps a constant what it is, to the last bit.
  mutating func add(_ value: Double, weight added: Double) {
    weight += added
    if value != mean { mean += (value - mean) * (added / weight) }
  }
}
