package import LevinTensor

/// One metric of a fit: its options, its open mean, and the values that others see.
struct MetricSlot {
  let name: String
  let options: LogOptions
  var phase: MetricsBoard.Phase
  var dtype: DType
  /// The name of the metric in rows of steps, if it has any.
  let stepName: String?
  /// The name of the metric in rows of epochs, if it has any.
  let epochName: String?
  /// The mean since the epoch began.
  private(set) var mean = WeightedMean()
  // The value since the epoch began, where it is none.
  private var reduced: Double?
  /// The last value of the epoch mean that was closed.
  var closed: Double?
  private var last: Double?
  /// The last value, the closed one and the one that all of the open mean have, if they are integers beyond 2^53.
  private var large: (last: Int?, closed: Int?, common: Int?) = (nil, nil, nil)
  /// Whether a value came since the last row of steps.
  var isNew = false
  /// Whether the epoch has its value already.
  var isClosed = false

  init(name: String, options: LogOptions, dtype: DType, phase: MetricsBoard.Phase) {
    self.name = name
    self.options = options
    self.dtype = dtype
    self.phase = phase
    stepName = options.onStep ? options.onEpoch ? name + "_step" : name : nil
    epochName = options.onEpoch ? options.onStep ? name + "_epoch" : name : nil
  }

  var latest: MetricValue { MetricValue(last ?? .nan, dtype, largeInteger: large.last) }

  mutating func add(_ value: Double, largeInteger: Int?, weight: Double) {
    noteLarge(value, largeInteger)
    reduced = reduced.map { options.reduction.combine($0, value) } ?? value
    mean.add(value, weight: weight)
    last = value
    isNew = true
  }

  // The mean of equal integers is one, and so are the least and the greatest of any.
  private mutating func noteLarge(_ value: Double, _ integer: Int?) {
    large.last = integer
    if mean.weight == 0 || large.common == integer {
      large.common = options.reduction == .sum && mean.weight > 0 ? nil : integer
    } else if options.reduction == .mean || options.reduction == .sum {
      large.common = nil
    } else if options.reduction.combine(reduced ?? value, value) == value {
      large.common = integer
    }
  }

  // What the values since the epoch began have become.
  private var open: Double { options.reduction == .mean ? mean.mean : reduced ?? mean.mean }

  /// Begins the mean anew, which has another value in the same epoch.
  mutating func beginPass() {
    (mean, reduced) = (WeightedMean(), nil)
    (isNew, isClosed) = (false, false)
  }

  /// Ends the mean of an epoch; nil when nothing was logged in it.
  mutating func close() -> (name: String, value: MetricValue)? {
    guard let epochName, mean.weight > 0 else { return nil }
    let value = open
    (mean, reduced) = (WeightedMean(), nil)
    closed = value
    large.closed = large.common
    isClosed = true
    return (epochName, MetricValue(value, dtype, largeInteger: large.closed))
  }

  /// The values that others see, the newest under the name that was logged first: the step's or, if there are only
  /// means, the mean over the epoch so far.
  var current: [(name: String, value: MetricValue)] {
    guard let last else { return [] }
    let isOpen = mean.weight > 0
    let ended = MetricValue(
      closed ?? last, dtype, largeInteger: closed == nil ? large.last : large.closed)
    let epoch = isOpen ? MetricValue(open, dtype, largeInteger: large.common) : ended
    var values = [(name, options.onStep && (isOpen || !options.onEpoch) ? latest : epoch)]
    guard options.onStep && options.onEpoch else { return values }
    values.append((name + "_step", latest))
    if closed != nil { values.append((name + "_epoch", ended)) }
    return values
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

extension WeightedMean: Stateful {
  func state() -> State {
    var state = State()
    state["mean"] = .real(mean)
    state["weight"] = .real(weight)
    return state
  }

  mutating func restore(from state: State) throws {
    let (mean, weight) = (try state.real("mean"), try state.real("weight"))
    (self.mean, self.weight) = (mean, weight)
  }
}

extension MetricSlot {
  /// Everything that is known of the metric.
  func state() -> State {
    var state = State()
    state["phase"] = .text(phase.rawValue)
    state["onStep"] = .boolean(options.onStep)
    state["onEpoch"] = .boolean(options.onEpoch)
    state["progressBar"] = .boolean(options.progressBar)
    state["dtype"] = .text("\(dtype)")
    state["reduction"] = .text(options.reduction.rawValue)
    state["mean"] = .tree(mean.state())
    state["reduced"] = reduced.map { .real($0) }
    state["closed"] = closed.map { .real($0) }
    state["last"] = last.map { .real($0) }
    state["largeLast"] = large.last.map { .integer($0) }
    state["largeClosed"] = large.closed.map { .integer($0) }
    state["largeCommon"] = large.common.map { .integer($0) }
    state["isClosed"] = .boolean(isClosed)
    state["isNew"] = .boolean(isNew)
    return state
  }

  /// The metric that a state was taken from.
  init(name: String, state: State) throws {
    let phase = try state.text("phase")
    let dtype = try state.text("dtype")
    guard let phase = MetricsBoard.Phase(rawValue: phase) else {
      throw StateError.mismatch(path: name, expected: "a phase", found: "'\(phase)'")
    }
    guard let dtype = DType.allCases.first(where: { "\($0)" == dtype }) else {
      throw StateError.mismatch(path: name, expected: "a dtype", found: "'\(dtype)'")
    }
    let options = LogOptions(
      try state.boolean("onStep"), try state.boolean("onEpoch"), try state.boolean("progressBar"),
      LogReduction(rawValue: try state.text("reduction")) ?? .mean)
    self.init(name: name, options: options, dtype: dtype, phase: phase)
    try mean.restore(from: state.tree("mean"))
    reduced = state["reduced"] == nil ? nil : try state.real("reduced")
    closed = state["closed"] == nil ? nil : try state.real("closed")
    last = state["last"] == nil ? nil : try state.real("last")
    func integer(_ key: String) throws -> Int? {
      state[key] == nil ? nil : try state.integer(key)
    }
    large = (
      try integer("largeLast"), try integer("largeClosed"), try integer("largeCommon")
    )
    isClosed = try state.boolean("isClosed")
    isNew = try state.boolean("isNew")
  }
}

extension MetricsBoard: Stateful {
  /// The metrics by name: open sums and last values.
  package func state() -> State {
    var state = State()
    for slot in slots { state[slot.name] = .tree(slot.state()) }
    return state
  }

  /// Takes over the metrics of another board.
  ///
  /// - Throws: `StateError` when the state is not a board's.
  package func restore(from state: State) throws {
    adopt(try state.names.map { try MetricSlot(name: $0, state: state.tree($0)) })
  }
}
