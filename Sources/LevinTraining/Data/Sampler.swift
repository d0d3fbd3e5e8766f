public import LevinTensor

/// The order in which a ``DataLoader`` takes observations: PyTorch's `Sampler`.
///
/// A sampler whose indices follow from its settings and the number of the epoch alone has nothing to keep. One that
/// holds a generator is a class, and its state is the generator's:
///
///     final class Coins: Sampler {
///       private let random: Mutex<PCG64>
///       ...
///       func indices(epoch: Int) -> [Int] { random.withLock { random in (0..<count).map { ... } } }
///       func state() -> State { random.withLock { $0.state() } }
///       func restore(from state: State) throws { try random.withLock { try $0.restore(from: state) } }
///     }
public protocol Sampler: Stateful, Sendable {
  /// The number of indices in an epoch.
  var count: Int { get }

  /// The indices of an epoch, counted from 0, into the data set.
  ///
  /// - Throws: Whatever keeps the sampler from giving them; it comes out of `fit` unchanged.
  func indices(epoch: Int) throws -> [Int]

  /// The reason why the settings make no sense for a data set; nil when they do.
  func settingsProblem(for count: Int) -> String?
}

extension Sampler {
  /// Nil: there is nothing wrong.
  public func settingsProblem(for count: Int) -> String? { nil }

  /// Nothing: the indices follow from the epoch alone.
  public func state() -> State { State() }

  /// Takes over nothing.
  ///
  /// - Throws: `StateError` for a state that has something in it.
  public mutating func restore(from state: State) throws { try state.expectOnly([]) }
}

/// All indices in their order.
public struct SequentialSampler: Sampler {
  /// The number of observations.
  public let count: Int

  /// The indices from 0 up to, not including, `count`.
  public init(count: Int) { self.count = count }

  /// The indices in their order.
  public func indices(epoch: Int) -> [Int] { Array(0..<max(count, 0)) }
}

/// Indices at random, in another order in each epoch: PyTorch's `RandomSampler`.
public struct RandomSampler: Sampler {
  /// The number of indices in an epoch.
  public let count: Int
  private let observations: Int
  private let replacement: Bool
  private let seed: Int

  /// Indices from 0 up to, not including, `observations`.
  ///
  /// - Parameters:
  ///   - observations: The number of observations.
  ///   - count: The number of indices in an epoch; as many as there are observations when left out. Without
  ///     replacement each comes once before any comes twice.
  ///   - replacement: Whether each index is drawn from all, whatever was drawn before.
  ///   - seed: The indices of epoch i are drawn from NumPy's `default_rng(SeedSequence(seed).spawn(i + 1)[i])`.
  public init(_ observations: Int, count: Int? = nil, replacement: Bool = false, seed: Int) {
    self.observations = observations
    self.count = count ?? observations
    self.replacement = replacement
    self.seed = seed
  }

  /// The indices of an epoch.
  public func indices(epoch: Int) -> [Int] {
    guard observations > 0, count > 0 else { return [] }
    var random = PCG64(seed: seed, epoch: epoch)
    if replacement { return (0..<count).map { _ in random.integers(in: 0..<observations) } }
    var indices = random.permutation(observations)
    while indices.count < count { indices += random.permutation(observations) }
    return indices.count == count ? indices : Array(indices.prefix(count))
  }

  /// The settings that make no sense.
  public func settingsProblem(for count: Int) -> String? {
    if observations != count {
      return
        "it draws from \(observations) observations of \(count); give it the count of the data set"
    }
    return seedProblem(seed) ?? countProblem(self.count)
  }

  /// The settings.
  public func state() -> State {
    var state = State()
    state["observations"] = .integer(observations)
    state["count"] = .integer(count)
    state["replacement"] = .boolean(replacement)
    state["seed"] = .integer(seed)
    return state
  }

  /// Makes sure that the settings are the same.
  ///
  /// - Throws: `StateError` when they differ.
  public mutating func restore(from state: State) throws { try state.expectSettings(self.state()) }
}

/// Given indices in a random order, another one in each epoch: PyTorch's `SubsetRandomSampler`.
public struct SubsetRandomSampler: Sampler {
  private let subset: [Int]
  private let seed: Int

  /// The indices that are drawn, each once in an epoch.
  ///
  /// - Parameters:
  ///   - indices: The indices.
  ///   - seed: As for ``RandomSampler/init(_:count:replacement:seed:)``.
  public init(_ indices: [Int], seed: Int) {
    subset = indices
    self.seed = seed
  }

  /// The number of indices.
  public var count: Int { subset.count }

  /// The indices in the order of an epoch.
  public func indices(epoch: Int) -> [Int] {
    var random = PCG64(seed: seed, epoch: epoch)
    var order = subset
    random.shuffle(&order)
    return order
  }

  /// The settings that make no sense.
  public func settingsProblem(for count: Int) -> String? {
    seedProblem(seed) ?? indexProblem(subset, count)
  }

  /// The seed and a checksum of the indices.
  public func state() -> State {
    var state = State()
    state["count"] = .integer(count)
    let checksum = SampledChecksum(count: count) { UInt64(truncatingIfNeeded: subset[$0]) }
    state["indices"] = .text(checksum.text)
    state["seed"] = .integer(seed)
    return state
  }

  /// Makes sure that the settings are the same.
  ///
  /// - Throws: `StateError` when they differ.
  public mutating func restore(from state: State) throws { try state.expectSettings(self.state()) }
}

// MARK: - Settings

func seedProblem(_ seed: Int) -> String? {
  seed < 0 ? "the seed is \(seed); give 0 or a positive number" : nil
}

func countProblem(_ count: Int) -> String? {
  count < 0 ? "the count is \(count); give a positive number" : nil
}

func indexProblem(_ indices: [Int], _ count: Int) -> String? {
  indices.first { !(0..<count).contains($0) }.map {
    "index \($0) is out of range for \(count) observations"
  }
}

extension PCG64 {
  /// The stream of an epoch: NumPy's `default_rng(SeedSequence(seed).spawn(epoch + 1)[epoch])`.
  init(seed: Int, epoch: Int) {
    let root = SeedSequence(seed: seed)
    self.init(SeedSequence(entropy: root.entropy, spawnKey: [UInt32(truncatingIfNeeded: epoch)]))
  }
}
