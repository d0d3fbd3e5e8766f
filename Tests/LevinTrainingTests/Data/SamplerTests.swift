import Levin
import LevinTensor
import LevinTraining
import Testing

/// Draws from a generator that goes on from epoch to epoch.
private final class Wandering: Sampler {
  let count = 6
  private let random = Locked(PCG64(seed: 11))

  func indices(epoch: Int) -> [Int] { random.withLock { $0.permutation(count) } }
  func state() -> State { random.withLock { $0.state() } }
  func restore(from state: State) throws { try random.withLock { try $0.restore(from: state) } }
}

/// Batches of like sizes of one's own.
private struct Alternating: BatchSampling {
  var batchCount: Int { 2 }
  func batches(epoch: Int) -> [[Int]] { epoch % 2 == 0 ? [[0, 2, 4], [1]] : [[5], [3, 1]] }
}

private func scalars(_ stream: BatchStream<Tensor>) throws -> [[Double]] {
  var (rest, all) = (stream, [[Double]]())
  while let batch = try rest.next() { all.append(batch.content.scalars) }
  return all
}

@Suite struct SamplerTests {
  private let six = TensorDataset(Tensor((0..<6).map(Float.init)))

  @Test func sequentialIndicesAreThoseOfTheData() throws {
    let loader = DataLoader(six, batchSize: 4, sampler: SequentialSampler(count: 6))
    #expect(try scalars(loader.makeBatches(epoch: 3)) == [[0, 1, 2, 3], [4, 5]])
    #expect(loader.batchesPerEpoch == 2)
    let dropping = DataLoader(
      six, batchSize: 4, sampler: SequentialSampler(count: 6), dropLast: true)
    #expect(try scalars(dropping.makeBatches(epoch: 0)) == [[0, 1, 2, 3]])
  }

  @Test func randomIndicesAreThoseOfShuffling() throws {
    let sampled = DataLoader(six, batchSize: 4, sampler: RandomSampler(6, seed: 7))
    let shuffled = DataLoader(six, batchSize: 4, shuffle: .seeded(7))
    for epoch in 0..<3 {
      #expect(
        try scalars(sampled.makeBatches(epoch: epoch))
          == scalars(shuffled.makeBatches(epoch: epoch)))
    }
  }

  @Test func moreIndicesThanObservationsComeInRounds() {
    let indices = RandomSampler(4, count: 10, seed: 1).indices(epoch: 0)
    #expect(indices.count == 10)
    #expect(indices[..<4].sorted() == [0, 1, 2, 3] && indices[4..<8].sorted() == [0, 1, 2, 3])
    #expect(Set(indices[8...]).count == 2)
    #expect(RandomSampler(4, count: 2, seed: 1).indices(epoch: 0) == Array(indices[..<2]))
  }

  @Test func withReplacementIndicesRepeat() {
    let indices = RandomSampler(1000, replacement: true, seed: 1).indices(epoch: 0)
    // 1 - 1/e of them are different, in the limit; 0.02 is four standard deviations.
    #expect(abs(Double(Set(indices).count) / 1000 - 0.632) < 0.04)
  }

  @Test func aSubsetIsShuffledInEachEpoch() {
    let sampler = SubsetRandomSampler([8, 2, 5, 3, 9, 1], seed: 4)
    let orders = (0..<4).map { sampler.indices(epoch: $0) }
    #expect(orders.allSatisfy { $0.sorted() == [1, 2, 3, 5, 8, 9] })
    #expect(Set(orders).count == 4)
  }

  // numpy.random.default_rng(numpy.random.SeedSequence(3).spawn(2)[1]).choice(4, 12, p=[0.5, 0, 0.125, 0.375])
  @Test func weightedIndicesAreNumPysChoice() {
    let sampler = WeightedRandomSampler(weights: [0.5, 0, 0.125, 0.375], count: 12, seed: 3)
    #expect(sampler.indices(epoch: 1) == [0, 3, 2, 3, 3, 2, 0, 0, 2, 0, 0, 3])
  }

  // The probability of the first two indices without replacement: w_i / W * w_j / (W - w_i).
  @Test func withoutReplacementHeavyIndicesComeFirst() {
    let weights = [4.0, 0, 1, 3]
    var counts: [[Int]: Double] = [:]
    let rounds = 4000
    for epoch in 0..<rounds {
      let indices = WeightedRandomSampler(weights: weights, count: 3, replacement: false, seed: 9)
        .indices(epoch: epoch)
      #expect(indices.sorted() == [0, 2, 3])
      counts[Array(indices[..<2]), default: 0] += 1
    }
    for (first, second) in [(0, 2), (0, 3), (2, 0), (2, 3), (3, 0), (3, 2)] {
      let probability = weights[first] / 8 * weights[second] / (8 - weights[first])
      let deviation = (Double(rounds) * probability * (1 - probability)).squareRoot()
      #expect(
        abs(counts[[first, second], default: 0] - Double(rounds) * probability) < 4 * deviation)
    }
  }

  @Test func batchesMayBeOnesOwn() throws {
    let loader = DataLoader(six, batchSampler: Alternating())
    #expect(try scalars(loader.makeBatches(epoch: 0)) == [[0, 2, 4], [1]])
    #expect(try scalars(loader.makeBatches(epoch: 1)) == [[5], [3, 1]])
    let result = try quietTrainer(2).fit(Location(), train: loader)
    #expect(result.steps == 4)
    let cut = DataLoader(
      six, batchSampler: BatchSampler(RandomSampler(6, seed: 7), batchSize: 4, dropLast: true))
    #expect(cut.batchesPerEpoch == 1)
    #expect(try scalars(cut.makeBatches(epoch: 0)).map(\.count) == [4])
  }

  @Test func settingsThatMakeNoSenseAreRefusedBeforeTheFirstStep() {
    let wrong: [(any Sampler, String)] = [
      (RandomSampler(6, seed: -1), "seed is -1"),
      (RandomSampler(5, seed: 0), "5 observations of 6"),
      (SubsetRandomSampler([6], seed: 0), "index 6"),
      (WeightedRandomSampler(weights: [1, 2], seed: 0), "2 weights for 6"),
      (WeightedRandomSampler(weights: [1, 1, 1, 1, 1, -1], seed: 0), "weight 5 is -1"),
      (WeightedRandomSampler(weights: [1, 1, .nan, 1, 1, 1], seed: 0), "weight 2 is nan"),
      (WeightedRandomSampler(weights: [0, 0, 0, 0, 0, 0], seed: 0), "sum 0"),
      (
        WeightedRandomSampler(weights: [1, 0, 0, 0, 0, 0], count: 2, replacement: false, seed: 0),
        "1 observations have a weight"
      ),
    ]
    for (sampler, problem) in wrong {
      let error = #expect(throws: DataError.self) {
        try DataLoader(six, batchSize: 2, sampler: sampler).checkSettings(for: .training)
      }
      #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }
  }

  @Test func aSamplerThatDoesNotCountIsRefused() {
    struct Miscounting: Sampler {
      var count: Int { 3 }
      func indices(epoch: Int) -> [Int] { [0] }
    }
    #expect(throws: DataError.samplerCount(expected: 3, found: 1)) {
      try quietTrainer(1).fit(
        Location(), train: DataLoader(six, batchSize: 1, sampler: Miscounting()))
    }
  }

  // A run that stops in the middle of an epoch, and one that goes on.
  @Test(arguments: [0, 1, 2]) func aSamplerWithAGeneratorGoesOnInTheMiddleOfAnEpoch(
    _ consumed: Int
  ) throws {
    let whole = DataLoader(six, batchSize: 2, sampler: Wandering())
    var expected: [[[Double]]] = []
    var saved: State?
    for epoch in 0..<4 {
      var stream = try whole.makeBatches(epoch: epoch)
      var batches: [[Double]] = []
      while let batch = try stream.next() {
        batches.append(batch.content.scalars)
        if epoch == 2, batches.count == consumed { saved = whole.state() }
      }
      if epoch == 1, consumed == 0 { saved = whole.state() }
      expected.append(batches)
    }
    var resumed = DataLoader(six, batchSize: 2, sampler: Wandering())
    try resumed.restore(from: #require(saved))
    #expect(resumed.state() == saved)
    let rest = try scalars(resumed.makeBatches(epoch: 2, startingAt: consumed))
    #expect(rest == Array(expected[2][consumed...]))
    #expect(try scalars(resumed.makeBatches(epoch: 3)) == expected[3])
  }

  @Test func theStateOfAnotherSamplerIsRefused() throws {
    let loader = DataLoader(six, batchSize: 2, sampler: RandomSampler(6, seed: 1))
    for other: any Sampler in [
      RandomSampler(6, seed: 2), RandomSampler(6, replacement: true, seed: 1),
      SequentialSampler(count: 6), WeightedRandomSampler(weights: [1, 1, 1, 1, 1, 1], seed: 1),
    ] {
      var resumed = DataLoader(six, batchSize: 2, sampler: other)
      #expect(throws: StateError.self) { try resumed.restore(from: loader.state()) }
    }
    var without = DataLoader(six, batchSize: 2)
    #expect(throws: StateError.self) { try without.restore(from: loader.state()) }
    var same = DataLoader(six, batchSize: 2, sampler: RandomSampler(6, seed: 1))
    try same.restore(from: loader.state())
  }
}
