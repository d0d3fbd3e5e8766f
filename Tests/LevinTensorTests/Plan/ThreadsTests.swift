import Testing

@testable import LevinTensor

/// Threads share the work of a pass, and nobody can tell from the result.
@Suite(.serialized) struct ThreadsTests {
  // A mixture's loss and gradients, long enough for several blocks to be worth sharing.
  private static func bits() -> [UInt64] {
    var random = PCG64(seed: 11)
    let y = random.uniform(shape: [200_003, 1])
    let a = Tensor([1.5, 0.7] as [Float]).requiringGradient()
    let b = Tensor([0.2, -0.4] as [Float]).requiringGradient()
    let terms = y.log() * a + (-y).log1p() * b.exp()
    let loss = terms.logSumExp(axis: 1).mean()
    let largest = terms.max()
    let whole = (terms * 3).sigmoid()
    evaluateOrStop([loss, largest, whole] + gradients(of: loss, at: [a, b]).compactMap { $0 })
    return ([loss, largest] + gradients(of: loss, at: [a, b]).compactMap { $0 } + [whole])
      .flatMap { $0.scalars.map(\.bitPattern) }
  }

  private static func withThreads<R>(_ count: Int, _ body: () -> R) -> R {
    let before = Threads.count
    Threads.count = count
    defer { Threads.count = before }
    return body()
  }

  @Test(arguments: [2, 3, 7]) func resultsHaveTheSameBitsOnAnyNumberOfThreads(count: Int) {
    let alone = Self.withThreads(1) { Self.bits() }
    let together = Self.withThreads(count) { (0..<3).map { _ in Self.bits() } }
    #expect(together.allSatisfy { $0 == alone })
  }

  @Test(arguments: [2, 7]) func linesAreScannedAndSortedAlikeOnAnyNumberOfThreads(count: Int) {
    func results() -> [[Double]] {
      var random = PCG64(seed: 12)
      let x = random.normal(shape: [400, 501])
      return [0, 1].flatMap { axis in
        [
          x.cumulativeSum(axis: axis), x.cumulativeProduct(axis: axis, reversed: true),
          x.logCumulativeSumExp(axis: axis), x.sorted(axis: axis), x.argMax(axis: axis),
          x.topK(7, axis: axis).values, x.bucketized(by: [-1, 0, 1]),
        ].map(\.scalars)
      }
    }
    let alone = Self.withThreads(1) { results() }
    let together = Self.withThreads(count) { results() }
    #expect(together == alone)
  }

  @Test func everyNumberIsCalledOnce() {
    Self.withThreads(7) {
      let counts = Locked([Int](repeating: 0, count: 1000))
      Threads.run(1000, isWorthwhile: true) { index in counts.withLock { $0[index] += 1 } }
      #expect(counts.withLock { $0 } == [Int](repeating: 1, count: 1000))
    }
  }

  @Test func workWithinWorkIsDoneByTheOneWhoBringsIt() {
    Self.withThreads(4) {
      let total = Locked(0)
      Threads.run(20, isWorthwhile: true) { outer in
        Threads.run(20, isWorthwhile: true) { inner in total.withLock { $0 += outer * inner } }
      }
      #expect(total.withLock { $0 } == 190 * 190)
    }
  }

  @Test func evaluationsFromSeveralThreadsAtOnceDoNotDisturbEachOther() async {
    let alone = Self.withThreads(1) { Self.bits() }
    let results = await withTaskGroup(of: [UInt64].self) { group in
      for _ in 0..<4 { group.addTask { Self.bits() } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.allSatisfy { $0 == alone })
  }
}
