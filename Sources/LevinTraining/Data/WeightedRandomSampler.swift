public import LevinTensor

/// Indices at random, each with a probability of its own: PyTorch's `WeightedRandomSampler`.
///
/// It evens out classes of different sizes: give each observation one over the size of its class.
public struct WeightedRandomSampler: Sampler {
  /// The number of indices in an epoch.
  public let count: Int
  private let weights: [Double]
  private let replacement: Bool
  private let seed: Int

  /// Indices of observations with weights.
  ///
  /// - Parameters:
  ///   - weights: A weight for each observation, at least 0, of any sum above 0. An observation of weight 0 is never
  ///     drawn.
  ///   - count: The number of indices in an epoch; as many as there are weights when left out.
  ///   - replacement: Whether each index is drawn from all, whatever was drawn before. With replacement the indices of
  ///     epoch i are NumPy's `choice(n, count, p=weights)` of the generator
  ///     `default_rng(SeedSequence(seed).spawn(i + 1)[i])`.
  ///   - seed: The seed of the stream.
  public init(weights: [Double], count: Int? = nil, replacement: Bool = true, seed: Int) {
    self.weights = weights
    self.count = count ?? weights.count
    self.replacement = replacement
    self.seed = seed
  }

  /// Indices of observations with weights in a tensor of one axis.
  public init(weights: Tensor, count: Int? = nil, replacement: Bool = true, seed: Int) {
    self.init(weights: weights.scalars, count: count, replacement: replacement, seed: seed)
  }

  /// The indices of an epoch.
  public func indices(epoch: Int) -> [Int] {
    var random = PCG64(seed: seed, epoch: epoch)
    return replacement ? withReplacement(&random) : withoutReplacement(&random)
  }

  // The inverse of the cumulated weights.
  private func withReplacement(_ random: inout PCG64) -> [Int] {
    var cumulated = weights
    for index in cumulated.indices.dropFirst() { cumulated[index] += cumulated[index - 1] }
    let total = cumulated.last ?? 1
    for index in cumulated.indices { cumulated[index] /= total }
    return (0..<count).map { _ in Self.firstAbove(random.uniform(), in: cumulated) }
  }

  private static func firstAbove(_ number: Double, in sorted: [Double]) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] > number { high = middle } else { low = middle + 1 }
    }
    return low
  }

  // The smallest of exponential times whose rates are the weights come first: P. Efraimidis and P. Spirakis, "Weighted
  // random sampling with a reservoir", Information Processing Letters 97 (2006). PyTorch's multinomial does the same.
  private func withoutReplacement(_ random: inout PCG64) -> [Int] {
    let times = weights.enumerated().map { (index: $0, time: random.standardExponential() / $1) }
    let possible = times.filter { weights[$0.index] > 0 }
    return possible.sorted { ($0.time, $0.index) < ($1.time, $1.index) }.prefix(count).map(\.index)
  }

  /// The settings that make no sense.
  public func settingsProblem(for count: Int) -> String? {
    seedProblem(seed) ?? countProblem(self.count) ?? weightsProblem(for: count)
  }

  /// The settings, with a checksum of the weights.
  public func state() -> State {
    var state = State()
    state["count"] = .integer(count)
    let checksum = SampledChecksum(count: weights.count) { weights[$0].bitPattern }
    state["weights"] = .text(checksum.text)
    state["replacement"] = .boolean(replacement)
    state["seed"] = .integer(seed)
    return state
  }

  /// Makes sure that the settings are the same.
  ///
  /// - Throws: `StateError` when they differ.
  public mutating func restore(from state: State) throws { try state.expectSettings(self.state()) }

  private func weightsProblem(for count: Int) -> String? {
    if weights.count != count {
      return "there are \(weights.count) weights for \(count) observations; give one for each"
    }
    if let bad = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      return "weight \(bad) is \(weights[bad]); give a finite number from 0 up"
    }
    let sum = weights.reduce(0, +)
    guard sum > 0, sum.isFinite else { return "the weights have the sum \(sum); give one above 0" }
    let possible = weights.count { $0 > 0 }
    if !replacement, self.count > possible {
      return
        "\(self.count) indices are asked for without replacement, and \(possible) observations have a weight above "
        + "0; give a smaller count, or draw with replacement"
    }
    return nil
  }
}
