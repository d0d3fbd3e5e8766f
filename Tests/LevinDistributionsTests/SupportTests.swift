import LevinDistributions
import LevinTensor
import Testing

/// Log-probabilities outside of supports.
@Suite struct OutsideSupportTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let parameters: [[Double]]
    let outside: [Double]
    let make: @Sendable ([Tensor]) -> any Distribution
  }

  static let infinity = Double.infinity
  static let noCounts = [-1, -1e6, 0.5, 1e5 + 0.5, infinity, -infinity]
  static let noProportions = [-1e-3, -5, 1.001, 80, infinity, -infinity]
  static let notPositive = [-1e-3, -5, infinity, -infinity]
  static let examples: [Example] = [
    Example(testDescription: "Poisson", parameters: [[0]], outside: noCounts) {
      Poisson(rate: $0[0])
    },
    Example(testDescription: "large Poisson", parameters: [[1e6]], outside: noCounts) {
      Poisson(rate: $0[0])
    },
    Example(testDescription: "ZIP", parameters: [[0.3], [2]], outside: noCounts) {
      ZeroInflatedPoisson(gate: $0[0], rate: $0[1])
    },
    Example(testDescription: "shut ZIP", parameters: [[1], [0]], outside: noCounts) {
      ZeroInflatedPoisson(gate: $0[0], rate: $0[1])
    },
    Example(testDescription: "Gamma", parameters: [[0.5], [2]], outside: notPositive) {
      Gamma($0[0], $0[1])
    },
    Example(testDescription: "large Gamma", parameters: [[200], [2]], outside: notPositive) {
      Gamma($0[0], $0[1])
    },
    Example(testDescription: "LogNormal", parameters: [[0.5], [2]], outside: notPositive + [0]) {
      LogNormal($0[0], $0[1])
    },
    Example(testDescription: "flat Beta", parameters: [[1], [1]], outside: noProportions) {
      Beta($0[0], $0[1])
    },
    Example(testDescription: "Beta", parameters: [[0.5], [2.5]], outside: noProportions) {
      Beta($0[0], $0[1])
    },
    Example(testDescription: "large Beta", parameters: [[90], [0.5]], outside: noProportions) {
      Beta($0[0], $0[1])
    },
    Example(testDescription: "Bernoulli", parameters: [[1]], outside: [0.5] + noCounts) {
      Bernoulli(probs: $0[0])
    },
    Example(testDescription: "Bernoulli of logits", parameters: [[2]], outside: [2] + noCounts) {
      Bernoulli(logits: $0[0])
    },
    Example(testDescription: "Categorical", parameters: [[1, 3]], outside: [2] + noCounts) {
      Categorical(probs: $0[0])
    },
    Example(testDescription: "Delta", parameters: [[1]], outside: [2] + noCounts) { Delta($0[0]) },
    Example(
      testDescription: "transformed Gamma", parameters: [[0.5], [2]],
      outside: notPositive.map { $0 + 3 }
    ) { TransformedDistribution(Gamma($0[0], $0[1]), [AffineTransform(3, 1)]) },
    Example(
      testDescription: "mixture", parameters: [[0.4, 0.6], [1, 5]], outside: noCounts
    ) { MixtureSameFamily(Categorical(probs: $0[0]), Poisson(rate: $0[1])) },
  ]

  @Test(arguments: examples, [DType.float32, .float64])
  func impossibleValuesHaveMinusInfinity(_ example: Example, _ dtype: DType) {
    let model = example.make(example.parameters.map { Tensor($0, dtype: dtype) })
    let logProb = model.logProb(Tensor(example.outside, shape: [example.outside.count, 1]))
    #expect(logProb.scalars.allSatisfy { $0 == -.infinity }, "\(logProb)")
    // A point mass is any finite number.
    if model is Delta { return }
    let support = model.support.check(Tensor(example.outside))
    #expect(!support.any().item(as: Bool.self))
  }

  @Test(arguments: examples)
  func gradientsAtImpossibleValuesAreNumbers(_ example: Example) {
    for value in example.outside where example.testDescription != "Delta" {
      let leaves = example.parameters.map { Tensor($0).requiringGradient() }
      let logProb = example.make(leaves).logProb(Tensor([value]))
      let result = gradients(of: logProb.sum(), at: leaves).flatMap { $0?.scalars ?? [0] }
      #expect(result.allSatisfy { !$0.isNaN }, "\(result) at \(value)")
    }
  }

  @Test func whatIsNoVectorOfProportionsHasMinusInfinity() {
    let outside: [[Double]] = [
      [0.5, 0.6], [-0.5, 1.5], [1.2, -0.2], [0, 0], [.infinity, 0], [0.2, 0.2],
    ]
    for concentration in [[1.0, 1], [0.5, 2], [90, 0.5]] {
      for dtype in [DType.float32, .float64] {
        let dirichlet = Dirichlet(Tensor(concentration, dtype: dtype))
        let value = Tensor(outside.flatMap { $0 }, shape: [outside.count, 2], dtype: dtype)
        #expect(dirichlet.logProb(value).scalars.allSatisfy { $0 == -.infinity })
        #expect(dirichlet.logProb(Tensor([.nan, 0.5], dtype: dtype)).item().isNaN)
      }
    }
  }
}

/// The values that a mixture of different supports can have.
@Suite struct MixtureSupportTests {
  private func mixture(_ components: some Distribution) -> MixtureSameFamily {
    let count = components.batchShape.last ?? 1
    return MixtureSameFamily(Categorical(probs: Tensor.ones([count])), components)
  }

  private let shifted = TransformedDistribution(
    LogNormal([0, 0], 0.5), [AffineTransform([0, 3], 1)])

  @Test func anObservationIsInTheUnion() {
    let support = mixture(shifted).support
    #expect(support.check([1, 1]).scalars == [1, 1])
    #expect(support.check([-1, 0.5, 4, 0]).scalars == [0, 1, 1, 0])
    #expect(support.check(Tensor.ones([200])).shape == [200])
    #expect(support.check(Tensor.ones([200, 1])).shape == [200, 1])
    #expect(support.check(2).shape == [])
    #expect(mixture(shifted).logProb([-1, 0.5]).scalars[0] == -.infinity)
  }

  @Test func theSupportOfAlikeComponentsStaysAsItIs() {
    #expect(mixture(Normal([0, 1], 1)).support.hasBijection)
    #expect(mixture(Poisson(rate: [1, 2])).support.description == "an integer from 0 up")
    #expect(mixture(Dirichlet([[1, 2], [3, 4]])).support.eventRank == 1)
  }

  @Test func batchAxesHaveSupportsOfTheirOwn() {
    let lower: Tensor = [[0, 3], [10, 20]]
    let base = TransformedDistribution(
      LogNormal(Tensor.zeros([2, 2]), 0.5), [AffineTransform(lower, 1)])
    let model = mixture(base)
    #expect(model.batchShape == [2])
    #expect(model.support.check([1, 1]).scalars == [1, 0])
    #expect(model.support.check([[-1, 11], [5, 25]]).scalars == [0, 1, 1, 1])
  }

  @Test func vectorsAreInTheUnionAsAWhole() {
    let lower: Tensor = [[0, 0, 0], [3, 3, 3]]
    let base = TransformedDistribution(
      LogNormal(Tensor.zeros([2, 3]), 0.5), [AffineTransform(lower, 1)])
    let model = mixture(Independent(base, 1))
    #expect(model.batchShape == [] && model.eventShape == [3])
    #expect(model.support.check([1, 2, 3]).scalars == [1])
    #expect(model.support.check([[1, 2, -3], [4, 5, 6]]).scalars == [0, 1])
    #expect(model.logProb([[1, 2, -3], [4, 5, 6]]).shape == [2])
  }

  @Test func mixturesOfMixturesAndWhatIsMadeOfThem() {
    let lower: Tensor = [[0, 3], [-9, -8]]
    let inner = mixture(
      TransformedDistribution(LogNormal(Tensor.zeros([2, 2]), 0.5), [AffineTransform(lower, 1)]))
    let outer = mixture(inner)
    #expect(outer.support.check([1, -8.5, -10]).scalars == [1, 1, 0])
    let moved = TransformedDistribution(outer, [AffineTransform(100, 1)])
    #expect(moved.support.check([101, 91.5, 90]).scalars == [1, 1, 0])
    let masked = mixture(shifted).masked(by: Tensor([true, false]))
    #expect(masked.support.check([-1, -1]).scalars == [0, 1])
    let events = mixture(shifted).expanded(to: [4]).toEvent(1)
    #expect(events.support.check([[1, 2, 3, 4], [1, 2, -3, 4]]).scalars == [1, 0])
  }
}
