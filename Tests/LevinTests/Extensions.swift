// Parts of one's own, written against the public interface alone: `import Levin` and nothing else.
import Levin

/// An exponential moving average of the parameters, around another optimizer.
///
/// The averages are computed with each step and come in force with it.
final class AveragedOptimizer: Optimizer {
  let base: any Optimizer
  let decay: Double
  private(set) var averages: [Tensor]

  init(_ base: any Optimizer, decay: Double) {
    self.base = base
    self.decay = decay
    averages = base.parameters.map { $0.unconstrained.detached() }
  }

  var parameters: [Parameter] { base.parameters }
  var groups: [any Optimizer] { base.groups }
  var settingsProblem: String? { base.settingsProblem }
  var learningRate: Double {
    get { base.learningRate }
    set { base.learningRate = newValue }
  }

  func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    let update = base.proposeUpdate(gradients)
    var next = averages
    withoutGradient {
      for (parameter, value) in update.values {
        guard let index = parameters.firstIndex(where: { $0 === parameter }) else { continue }
        next[index] = next[index] * decay + value * (1 - decay)
      }
    }
    return ProposedUpdate(values: update.values, state: update.state + next) {
      update.adoptState()
      self.averages = next
    }
  }

  func state() -> State {
    var state = State()
    state["base"] = .tree(base.state())
    state["averages"] = .list(averages.map { .tensor($0) })
    return state
  }

  func restore(from state: State) throws {
    let averages = try state.list("averages").map { value in
      guard case .tensor(let tensor) = value else { throw StateError.missing(path: "averages") }
      return tensor
    }
    try base.restore(from: state.tree("base"))
    self.averages = averages
  }
}

/// Adds up the gradients of several batches and steps with their mean: an optimizer around another one.
final class AccumulatingOptimizer: Optimizer {
  let base: any Optimizer
  let batches: Int
  private var sums: [Tensor?]
  private var count = 0

  init(_ base: any Optimizer, batches: Int) {
    self.base = base
    self.batches = batches
    sums = base.parameters.map { _ in nil }
  }

  var parameters: [Parameter] { base.parameters }
  var settingsProblem: String? { base.settingsProblem }
  var learningRate: Double {
    get { base.learningRate }
    set { base.learningRate = newValue }
  }

  func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    let next = withoutGradient {
      zip(sums, gradients).map { sum, gradient -> Tensor? in
        guard let gradient else { return sum }
        return sum.map { $0 + gradient } ?? gradient.detached()
      }
    }
    guard count + 1 == batches else {
      return ProposedUpdate(values: [], state: next.compactMap { $0 }) {
        self.sums = next
        self.count += 1
      }
    }
    let means = withoutGradient { next.map { $0.map { $0 / Double(batches) } } }
    let update = base.proposeUpdate(means)
    return ProposedUpdate(values: update.values, state: update.state) {
      update.adoptState()
      self.sums = self.sums.map { _ in nil }
      self.count = 0
    }
  }

  func state() -> State {
    var state = State()
    state["base"] = .tree(base.state())
    state["count"] = .integer(count)
    for (index, sum) in sums.enumerated() { state["sum.\(index)"] = sum.map { .tensor($0) } }
    return state
  }

  func restore(from state: State) throws {
    let count = try state.integer("count")
    let sums = try sums.indices.map { index in
      state["sum.\(index)"] == nil ? nil : try state.tensor("sum.\(index)")
    }
    try base.restore(from: state.tree("base"))
    (self.count, self.sums) = (count, sums)
  }
}

/// Batch normalisation over the first axis, with running statistics.
final class BatchNormalization: Module {
  @Parameter var scale: Tensor
  @Parameter var shift: Tensor
  @Buffer var runningMean: Tensor
  @Buffer var runningVariance: Tensor

  init(_ features: Int) {
    scale = .ones([features])
    shift = .zeros([features])
    runningMean = .zeros([features])
    runningVariance = .ones([features])
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    guard Mode.current == .training else { return normalized(x, runningMean, runningVariance) }
    let mean = x.mean(axis: 0)
    let variance = (x - mean).square().mean(axis: 0)
    // PyTorch's momentum and its unbiased running variance.
    let count = Double(x.shape[0])
    runningMean = runningMean * 0.9 + mean * 0.1
    runningVariance = runningVariance * 0.9 + variance * (0.1 * count / (count - 1))
    return normalized(x, mean, variance)
  }

  private func normalized(_ x: Tensor, _ mean: Tensor, _ variance: Tensor) -> Tensor {
    (x - mean) / (variance + 1e-5).sqrt() * scale + shift
  }
}

/// Batches that are made up as they are asked for; its generator is part of its state.
struct Simulated: BatchSource {
  var random: PCG64
  let batchCount: Int

  var batchesPerEpoch: Int? { batchCount }

  func makeBatches(epoch: Int) -> BatchStream<(Tensor, Tensor)> {
    var stream = random
    let child = stream.spawn(epoch + 1)[epoch]
    var noise = child
    return BatchStream(
      (0..<batchCount).lazy.map { _ in
        let x = noise.standardNormal(shape: [32, 3])
        return (x, x.sum(axis: 1, keepingDimensions: true))
      })
  }

  func state() -> State { random.state() }
  mutating func restore(from state: State) throws { try random.restore(from: state) }
}

/// Keeps the best loss, and asks for the end after some epochs without a better one.
final class Patience: Callback {
  let epochs: Int
  private(set) var best = Double.infinity
  private(set) var waited = 0

  init(epochs: Int) { self.epochs = epochs }

  override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) {
    let loss = trainer.metrics["train_loss"] ?? .nan
    (best, waited) = loss < best ? (loss, 0) : (best, waited + 1)
    if waited >= epochs { trainer.stop("no better loss in \(epochs) epochs") }
  }

  override func state() -> State {
    var state = State()
    state["best"] = .real(best)
    state["waited"] = .integer(waited)
    return state
  }

  override func restore(from state: State) throws {
    let (best, waited) = (try state.real("best"), try state.integer("waited"))
    (self.best, self.waited) = (best, waited)
  }
}

/// Keeps rows as text.
final class LinesLogger: Callback {
  private(set) var lines: [String] = []

  override func onMetrics(
    _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
  ) {
    let values = record.metrics.map { "\($0.name)=\($0.value)" }
    lines.append("\(record.epoch)/\(record.step) " + values.joined(separator: " "))
  }
}
