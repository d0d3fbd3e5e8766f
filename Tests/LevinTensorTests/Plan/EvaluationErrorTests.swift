import Dispatch
import LevinTestKit
import Testing

@testable import LevinTensor

/// An expression whose numbers have a fault, with the operation that finds it and words of its message.
private struct Fault: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let words: [String]
  let make: @Sendable () -> Tensor

  init(_ description: String, _ words: [String], _ make: @escaping @Sendable () -> Tensor) {
    (testDescription, self.words, self.make) = (description, words, make)
  }

  private static let x = Tensor.ones([2, 3])
  private static let indefinite: Tensor = [[1, 2], [2, 1]]
  private static let singular: Tensor = [[1, 2], [2, 4]]

  static let all: [Fault] = [
    .init("cholesky", ["cholesky", "matrix 0 of shape [2, 2]", "minor of order 2"]) {
      indefinite.cholesky()
    },
    .init("cholesky of NaN", ["cholesky", "minor of order 1"]) {
      Tensor([.nan, 0, 0, 1] as [Float], shape: [2, 2]).cholesky()
    },
    .init("solve", ["solve", "singular", "pivot 2"]) { singular.solve([1, 2]) },
    .init("solve of a covariance", ["cholesky", "not positive definite"]) {
      indefinite.solve([1, 2], assuming: .positiveDefinite)
    },
    .init("inverse", ["solve", "singular"]) { singular.inverse() },
    .init("inverse of a covariance", ["cholesky"]) {
      indefinite.inverse(assuming: .positiveDefinite)
    },
    .init("log-determinant of a covariance", ["cholesky"]) {
      indefinite.logDeterminant(assuming: .positiveDefinite)
    },
    .init("gradient of a determinant", ["solve", "singular"]) {
      let a = singular.requiringGradient()
      return gradients(of: a.determinant(), at: [a])[0] ?? a
    },
    .init("eigenvalues", ["symmetricEigen", "no finite eigenvalues"]) {
      Tensor([.infinity, 0, 0, 1] as [Float], shape: [2, 2]).symmetricEigen().values
    },
    .init("one matrix of several", ["matrix [1, 0] of shape [2, 1, 2, 2]"]) {
      stack([Tensor.eye(2), indefinite]).reshaped(to: [2, 1, 2, 2]).cholesky()
    },
    .init("gathered", ["gather", "index 3", "axis 0 of size 2", "at [1]", "shape [2]"]) {
      x.gathered(at: Tensor([0, 3]))
    },
    .init("subscript", ["index -4", "axis 1 of size 3"]) { x[1, Tensor([-4])] },
    .init("subscript of two indices", ["index 9", "axis 1"]) { x[[0, 1], [1, 9]] },
    .init("assignment", ["index 2", "axis 0"]) {
      var y = x
      y[Tensor([0, 2])] = Tensor.zeros([2, 3])
      return y
    },
    .init("taking along", ["takeAlong", "index 3"]) {
      x.takingAlong(Tensor([3], shape: [1, 1]), axis: 1)
    },
    .init("adding", ["scatterAdd", "index -3"]) { x.adding(x, at: Tensor([0, -3])) },
    .init("adding along", ["scatterAddAlong", "index 7"]) {
      x.addingAlong(Tensor.ones([2, 1]), at: Tensor([7, 0], shape: [2, 1]), axis: 1)
    },
    .init("replacing", ["scatter", "index 3"]) { x.replacing(at: Tensor(3), with: 1) },
    .init("replacing along", ["index 5"]) {
      x.replacingAlong(Tensor([5, 0], shape: [2, 1]), axis: 1, with: Tensor.ones([2, 1]))
    },
    .init("one-hot", ["index 4", "size 4"]) { Tensor([0, 4]).oneHot(classes: 4) },
    .init("one-hot below 0", ["index -1"]) { Tensor([2, -1]).oneHot() },
    .init("a short table", ["index -4", "size 3"]) {
      Tensor([1.0, 2, 3])[2 - Tensor.arange(5000)]
    },
    .init("bincount", ["bincount", "-1"]) { Tensor([2, -1]).bincount(minimumLength: 5) },
    .init("bincount of what has a fault", ["index 9"]) { Tensor([1, 2])[Tensor([9])].bincount() },
    .init("histogram of NaN", ["histogram", "not finite"]) {
      Tensor([1, .nan] as [Float]).histogram(bins: 3).counts
    },
    .init("histogram of edges", ["histogram", "edges ascend"]) {
      Tensor([1, 2] as [Float]).histogram(edges: [0, 2, 1], density: true).counts
    },
    .init("quantiles", ["quantile", "1.5"]) {
      Tensor([1, 2, 3] as [Float]).quantile(Tensor([0.5, 1.5] as [Float]))
    },
    .init("quantile of NaN", ["quantile", "nan"]) {
      Tensor([1, 2, 3] as [Float]).quantile(Tensor(Float.nan), interpolation: .nearest)
    },
    .init("what follows from it", ["cholesky"]) { (indefinite.cholesky().log().sum() * 2).exp() },
  ]
}

extension ExitTest.Result {
  fileprivate var lastWords: String {
    String(decoding: standardErrorContent, as: UTF8.self)
  }
}

@Suite struct EvaluationErrorTests {
  private static let faults = Fault.all.indices

  @Test(arguments: faults) func aFaultIsThrownAndNamed(_ index: Int) {
    let fault = Fault.all[index]
    let tensor = fault.make()
    let error = #expect(throws: EvaluationError.self) { try evaluate(tensor) }
    let text = error?.description ?? ""
    #expect(fault.words.allSatisfy { text.contains($0) }, "\(text)")
    #expect(!tensor.node.isEvaluated)
    #expect(throws: EvaluationError.self) { _ = try tensor.evaluated() }
  }

  @Test func readingEndsTheProcessWithTheSameMessage() async throws {
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ([[1, 2], [2, 1]] as Tensor).cholesky().scalars
    }
    #expect(result.lastWords.contains("error: cholesky: matrix 0 of shape [2, 2] is not positive"))
    #expect(result.lastWords.contains("made at LevinTensorTests/EvaluationErrorTests.swift:"))
  }

  @Test func anErrorSaysWhereAndWhat() throws {
    let matrices = stack([Tensor.eye(2), [[1, 2], [2, 1]], [[0, 0], [0, 0]]])
    let line = #line + 1
    let factor = matrices.cholesky()
    let error = try #require(throws: EvaluationError.self) { try evaluate(factor) }
    #expect(error.operation == "cholesky" && error.problem == .notPositiveDefinite(minor: 2))
    #expect(error.position == [1] && error.shape == [3, 2, 2])
    #expect(error.origin?.hasSuffix("EvaluationErrorTests.swift:\(line)") == true)
    let taken = Tensor.ones([4])[Tensor([0, 1, 2, -9], shape: [2, 2])]
    let other = try #require(throws: EvaluationError.self) { try evaluate(taken) }
    #expect(other.problem == .indexOutOfRange(-9, axis: 0, size: 4))
    #expect(other.position == [1, 1] && other.shape == [2, 2])
  }

  @Test func nothingOfAFailedEvaluationIsKept() throws {
    let x = Tensor([1.0, 2, 3])
    let (good, bad) = (x.exp(), x[Tensor([0, 5])])
    let joint = good.sum() + bad.sum()
    #expect(throws: EvaluationError.self) { try evaluate(good, joint, bad) }
    #expect([good, joint, bad].allSatisfy { !$0.node.isEvaluated })
    try evaluate(good)
    #expect(good.scalars.count == 3)
    #expect(throws: EvaluationError.self) { try evaluate(joint) }
  }

  // The same plan serves data that are good.
  @Test func anEvaluationMayFailAndAnotherSucceed() throws {
    func factor(_ corner: Float) -> Tensor {
      Tensor([1, corner, corner, 1], shape: [2, 2]).cholesky()
    }
    for _ in 0..<3 {
      #expect(throws: EvaluationError.self) { try evaluate(factor(2)) }
      #expect(try factor(0).evaluated().scalars == [1, 0, 0, 1])
    }
  }

  @Test func severalThreadsMayFailAtOnce() {
    let shared = Tensor.ones([3])[Tensor([0, 3])] * 2
    let texts = Locked<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for round in 0..<50 {
        let own = Tensor.ones([4])[Tensor([thread + 4, round])]
        for tensor in [shared, own] {
          do { try evaluate(tensor) } catch { texts.withLock { $0.append("\(error)") } }
        }
      }
    }
    let found = texts.withLock { $0 }
    #expect(found.count == 800 && Set(found).count == 9)
    #expect(!shared.node.isEvaluated)
  }

  @Test func aLongChainWithAFaultIsToldOfWhenItIsRead() {
    var chain = Tensor([1.0, 2])[Tensor([5])]
    for _ in 0..<600 { chain = chain * 0.5 }
    #expect(throws: EvaluationError.self) { try evaluate(chain) }
  }

  @Test func aBackwardPassWithAFaultLeavesItToTheReader() {
    let a = ([[1, 2], [2, 1]] as Tensor).requiringGradient()
    let loss = a.cholesky().sum()
    loss.backward()
    #expect(throws: EvaluationError.self) { try evaluate(loss) }
    #expect(throws: EvaluationError.self) {
      try evaluate(hessian(of: loss, at: [a]).flatMap { $0 })
    }
  }
}

@Suite(.serialized) struct FirstFaultTests {
  private static func withThreads<R>(_ count: Int, _ body: () throws -> R) rethrows -> R {
    let before = Threads.count
    Threads.count = count
    defer { Threads.count = before }
    return try body()
  }

  private static func positions() throws -> [[Int]] {
    let eye = Tensor.eye(20)
    let matrices = stack((0..<300).map { $0 % 37 == 36 ? -eye : eye })
    var indices = [Int](repeating: 1, count: 400_000)
    for position in [399_999, 250_001, 77_777] { indices[position] = 50 + position % 3 }
    let table = Tensor.ones([40, 3])
    let faulty: [Tensor] = [
      matrices.cholesky(), (matrices * 0).solve(Tensor.ones([20])), table[Tensor(indices)],
      Tensor.zeros([40]).adding(Tensor.ones([400_000]), at: Tensor(indices)),
      Tensor([1.0, 2, 3])[Tensor(indices)],
    ]
    return try faulty.map { tensor in
      try #require(throws: EvaluationError.self) { try evaluate(tensor) }.position
    }
  }

  @Test(arguments: [1, 2, 7]) func itIsTheSameOnAnyNumberOfThreads(_ count: Int) throws {
    let positions = try Self.withThreads(count) { try (0..<3).map { _ in try Self.positions() } }
    let expected = [[36], [0], [77_777], [77_777], [77_777]]
    #expect(positions.allSatisfy { $0 == expected }, "\(positions)")
  }

  @Test func ofTwoOperationsItIsAlwaysTheSame() {
    let a = ([[1, 2], [2, 1]] as Tensor)
    let texts = (0..<20).map { _ -> String in
      let roots = [a.cholesky().sum(), a[Tensor([7])].sum(), a.cholesky() + 1]
      do { try evaluate(roots) } catch { return "\(error)" }
      return "none"
    }
    #expect(Set(texts).count == 1 && texts[0] != "none")
  }
}

@Suite(.serialized) struct FaultMemoryTests {
  // What depends on data alone is kept from the second run on; of runs that fail nothing is.
  @Test func stepMemoryKeepsNothingOfAFailedEvaluation() throws {
    let before = StepMemory.shared.budget
    StepMemory.shared.budget = 1 << 30
    defer { StepMemory.shared.budget = before }
    var random = PCG64(seed: 3)
    let y = random.uniform(shape: [4000, 1])
    let identity = try #require(y.node.result).storage.identity
    func loss(_ corner: Float) -> Tensor {
      let factor = Tensor([1, corner, corner, 1], shape: [2, 2]).cholesky()
      return (y.log() * factor[0, 0] + y.logGamma() * factor[1, 1]).sum()
    }
    for _ in 0..<4 { #expect(throws: EvaluationError.self) { try evaluate(loss(2)) } }
    #expect(StepMemory.shared.byteCount(followingIdentity: identity) == 0)
    let values = try (0..<4).map { _ in try loss(0.5).evaluated().item() }
    #expect(Set(values).count == 1)
    #expect(StepMemory.shared.byteCount(followingIdentity: identity) > 0)
    #expect(throws: EvaluationError.self) { try evaluate(loss(2)) }
    #expect(try loss(0.5).evaluated().item() == values[0])
  }
}
