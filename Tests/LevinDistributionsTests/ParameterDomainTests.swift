import Levin
import LevinTestKit
import Testing

/// A distribution with a parameter outside its domain, and what is to be said about it.
private struct Violation: Sendable, CustomTestStringConvertible {
  let distribution: any Distribution
  let owner: String
  let parameter: String
  let index: [Int]
  let value: Double

  var testDescription: String { "\(type(of: distribution)) \(parameter) \(index) \(value)" }

  init(
    _ distribution: any Distribution, _ owner: String, _ parameter: String, _ index: [Int],
    _ value: Double
  ) {
    (self.distribution, self.owner, self.parameter) = (distribution, owner, parameter)
    (self.index, self.value) = (index, value)
  }

  private static let nan = Tensor(Float.nan)

  static let all: [Violation] = [
    .init(Normal(0, -1), "Normal", "scale", [], -1),
    .init(Normal(0, [1, 0, 2]), "Normal", "scale", [1], 0),
    .init(Normal(nan, 1), "Normal", "loc", [], .nan),
    .init(Normal(0, Tensor(Float.infinity)), "Normal", "scale", [], .infinity),
    .init(LogNormal(0, [[1, -2]]), "LogNormal", "scale", [0, 1], -2),
    .init(Gamma(0, 1), "Gamma", "concentration", [], 0),
    .init(Gamma([1, 2], [3, -3]), "Gamma", "rate", [1], -3),
    .init(Beta(-1, 1), "Beta", "concentration1", [], -1),
    .init(Beta(1, nan), "Beta", "concentration0", [], .nan),
    .init(Poisson(rate: [1, -0.5]), "Poisson", "rate", [1], -0.5),
    .init(Bernoulli(probs: 1.5), "Bernoulli", "probs", [], 1.5),
    .init(Bernoulli(probs: [0.5, -0.1]), "Bernoulli", "probs", [1], Double(-0.1 as Float)),
    .init(Bernoulli(logits: nan), "Bernoulli", "logits", [], .nan),
    .init(ZeroInflatedPoisson(gate: 2, rate: 1), "ZeroInflatedPoisson", "gate", [], 2),
    .init(ZeroInflatedPoisson(gate: 0.5, rate: -1), "ZeroInflatedPoisson", "rate", [], -1),
    .init(
      ZeroInflatedPoisson(gateLogits: nan, rate: 1), "ZeroInflatedPoisson", "gateLogits", [], .nan),
    .init(Categorical(probs: [0, 0, 0]), "Categorical", "probs", [0], 0),
    .init(Categorical(probs: [[1, 2], [3, -1]]), "Categorical", "probs", [1, 1], -1),
    .init(
      Categorical(logits: [0, Tensor(Float.infinity)]), "Categorical", "logits", [1], .infinity),
    .init(Dirichlet([1, 0]), "Dirichlet", "concentration", [1], 0),
    .init(Dirichlet([[1, 1], [2, -2]]), "Dirichlet", "concentration", [1, 1], -2),
    .init(Delta(nan), "Delta", "value", [], .nan),
    .init(Delta(1, logDensity: nan), "Delta", "logDensity", [], .nan),
    .init(Normal(0, [1, -1]).toEvent(1), "Normal", "scale", [1], -1),
    .init(Normal(0, [1, -1]).expanded(to: [3, 2]), "Normal", "scale", [1], -1),
    .init(
      Normal(0, [1, -1]).masked(by: Tensor([false, true])), "Normal", "scale", [1], -1),
    .init(
      Normal(0, [[1, 1], [1, -1]]).toEvent(1).masked(by: Tensor([false, true])), "Normal", "scale",
      [1, 1], -1),
    .init(
      MixtureSameFamily(Categorical(probs: [1, -1]), Normal([0, 1], 1)), "Categorical", "probs",
      [1], -1),
    .init(
      MixtureSameFamily(Categorical(probs: [0.5, 0.5]), Normal([0, 1], [1, -1])), "Normal",
      "scale", [1], -1),
    .init(TransformedDistribution(Normal(0, -1), [ExpTransform()]), "Normal", "scale", [], -1),
    .init(
      TransformedDistribution(Gamma(-2, 1), [AffineTransform(1, 2)]).expanded(to: [2]), "Gamma",
      "concentration", [], -2),
  ]
}

@Suite struct ParameterDomainTests {
  private func expect(_ found: DomainViolation?, _ expected: Violation) {
    #expect(found?.distribution == expected.owner && found?.parameter == expected.parameter)
    #expect(found?.index == expected.index, "\(String(describing: found))")
    #expect(
      found?.value == expected.value || found?.value.isNaN == true && expected.value.isNaN,
      "\(String(describing: found))")
  }

  @Test(arguments: Violation.all.indices) func theFirstViolationIsNamed(_ index: Int) {
    let expected = Violation.all[index]
    expect(#expect(throws: DomainViolation.self) { try expected.distribution.validate() }, expected)
  }

  @Test(arguments: Violation.all.indices) func soItIsWhereALogProbabilityIsAskedFor(_ index: Int) {
    let expected = Violation.all[index]
    let value = Tensor.ones(expected.distribution.eventShape)
    let found = #expect(throws: DomainViolation.self) {
      try withParameterChecks { _ = expected.distribution.logProb(value) }
    }
    expect(found, expected)
  }

  @Test(arguments: Violation.all.indices) func soItIsWhereADrawIsAskedFor(_ index: Int) {
    let expected = Violation.all[index]
    let found = #expect(throws: DomainViolation.self) {
      try withParameterChecks { _ = expected.distribution.sample([3]) }
    }
    expect(found, expected)
  }

  @Test func parametersInTheirDomainsPass() throws {
    let distributions: [any Distribution] = [
      Normal(0, 1), LogNormal(-1, 2), Gamma(0.1, 3), Beta(1, 2), Poisson(rate: [0, 1]),
      Bernoulli(probs: [0, 0.5, 1]), Bernoulli(logits: [Tensor(-Float.infinity), 0]),
      ZeroInflatedPoisson(gate: [0, 1], rate: 0), ZeroInflatedPoisson(gateLogits: -3, rate: 2),
      Categorical(probs: [0, 2]), Categorical(logits: [Tensor(-Float.infinity), 3]),
      Dirichlet([0.5, 0.5]), Delta(3), Delta(1, logDensity: Tensor(-Float.infinity)),
      MixtureSameFamily(Categorical(probs: [0.3, 0.7]), Poisson(rate: [0, 2])),
      TransformedDistribution(Normal(0, 1), [ExpTransform()]), Normal(0, [1, 2]).toEvent(1),
    ]
    for distribution in distributions {
      try distribution.validate()
      let value = Tensor.ones(distribution.eventShape)
      _ = try withParameterChecks { distribution.logProb(value) }
      _ = try withParameterChecks { distribution.sample([2]) }
    }
  }

  // NaN under a mask is as it should be, also for distributions inside the masked one.
  @Test func whatAMaskLeavesOutDoesNotCount() throws {
    let mask = Tensor([true, false])
    let distributions: [any Distribution] = [
      Normal(0, Tensor([1, .nan] as [Float])).masked(by: mask),
      Normal(0, [[1, 2], [-1, 1]]).toEvent(1).masked(by: mask),
      Dirichlet([[1, 2], [-1, 1]]).masked(by: mask),
      Categorical(probs: [[1, 2], [0, 0]]).masked(by: mask),
      MixtureSameFamily(Categorical(probs: [1, 1]), Normal(0, [[1, 1], [-1, 1]])).masked(by: mask),
      TransformedDistribution(Normal(0, [1, -1]), [ExpTransform()]).masked(by: mask),
    ]
    for distribution in distributions {
      try distribution.validate()
      let value = Tensor.ones(distribution.eventShape)
      _ = try withParameterChecks { distribution.logProb(value) }
    }
  }

  @Test func theMessageSaysWhatToDo() {
    func text(_ distribution: any Distribution) -> String {
      #expect(throws: DomainViolation.self) { try distribution.validate() }?.description ?? ""
    }
    #expect(
      text(Normal(0, [1, -1])) == "Normal: scale at [1] is -1.0, which is not a positive number; "
        + "declare it '@Parameter(constraint: .positive)', or take softplus() or exp() of it")
    #expect(text(Bernoulli(probs: 1.5)).contains("a number from 0 to 1"))
    for suspect: any Distribution in [
      Dirichlet([0, 0]), Categorical(probs: [0, 0, 0]), Normal(0, 0), Gamma(0, 1),
    ] {
      #expect(text(suspect).contains("division of integers"), "\(text(suspect))")
    }
    for other: any Distribution in [Normal(0, -1), Bernoulli(probs: Tensor(Float.nan))] {
      #expect(!text(other).contains("division of integers"))
    }
  }

  @Test func aDistributionOfOnesOwnTakesPart() {
    let found = #expect(throws: DomainViolation.self) { try Exponential(rate: -1).validate() }
    #expect(found?.distribution == "Exponential" && found?.parameter == "rate")
    #expect(throws: DomainViolation.self) {
      try withParameterChecks { Exponential(rate: [1, 0]).toEvent(1).sample() }
    }
  }

  @Test func nobodyWatchesOutside() throws {
    _ = Normal(0, -1).logProb(1)
    _ = try withParameterChecks { Normal(0, 1).logProb(1) }
    let inner = try withParameterChecks { () -> DomainViolation? in
      // Of two looks, one within the other, the inner one has what happens in it.
      #expect(throws: DomainViolation.self) {
        try withParameterChecks { _ = Normal(0, -1).logProb(1) }
      }
    }
    #expect(inner?.parameter == "scale")
  }

  @Test func parametersThatCannotBeComputedAreLeftAlone() throws {
    let bad = Tensor([1.0])[Tensor([3])]
    #expect(throws: EvaluationError.self) { try Normal(0, bad).validate() }
    _ = try withParameterChecks { Normal(0, bad).logProb(1) }
    #expect(throws: DomainViolation.self) {
      try withParameterChecks { _ = Normal(0, bad).logProb(1) + Normal(0, -1).logProb(1) }
    }
  }
}

/// A distribution that Levin lacks.
private struct Exponential: ConstrainedDistribution {
  let rate: Tensor

  var batchShape: [Int] { rate.shape }
  var eventShape: [Int] { [] }
  var support: Constraint { .positive }
  var mean: Tensor { 1 / rate }
  var variance: Tensor { 1 / rate.square() }
  var parameterDomains: [ParameterDomain] { [ParameterDomain("rate", rate, .positive)] }

  func logProb(_ value: Tensor) -> Tensor { log(rate) - rate * value }

  func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    generator.standardExponential(shape: shape + batchShape) / rate.detached()
  }
}

@Suite struct ImpossibleDrawTests {
  private static let impossible: [any Distribution] = [
    Normal(0, -1), LogNormal(0, -1), Gamma(-1, 1), Gamma(1, 0), Beta(0, 1), Dirichlet([1, 0]),
    Poisson(rate: -1), Poisson(rate: Tensor(Float.nan)), ZeroInflatedPoisson(gate: 1.5, rate: 1),
    Bernoulli(probs: 1.5), Categorical(probs: [0, 0]), Categorical(logits: [Tensor(Float.nan), 0]),
    Normal(0, -1).expanded(to: [2]), Normal(0, [-1, 1]).toEvent(1),
    TransformedDistribution(Normal(0, -1), [ExpTransform()]),
    MixtureSameFamily(Categorical(probs: [1, 1]), Normal(0, [1, -1])),
  ]

  @Test(arguments: impossible.indices) func aDrawIsAnErrorWhenItIsComputed(_ index: Int) {
    let distribution = Self.impossible[index]
    let drawn = distribution.sample([3])
    #expect(drawn.shape == [3] + distribution.batchShape + distribution.eventShape)
    let error = #expect(throws: EvaluationError.self) { try evaluate(drawn.sum() * 2) }
    guard case .outsideDomain(let violation)? = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description == violation.description)
  }

  @Test func aParameterWithAFaultIsTheDrawsFault() {
    let bad = Tensor([1.0])[Tensor([3])]
    for drawn in [
      Normal(bad, 1).sample([2]), Poisson(rate: bad).sample(), Dirichlet(bad).sample(),
      Categorical(probs: bad).sample(), Delta(bad).sample(), LogNormal(bad, 1).sample(),
    ] {
      let error = #expect(throws: EvaluationError.self) { try evaluate(drawn) }
      #expect(error?.problem == .indexOutOfRange(3, axis: 0, size: 1))
    }
  }

  @Test func readingOneEndsTheProcess() async throws {
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      print(Poisson(rate: [2, -1]).sample())
    }
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    let found = "error: Poisson: rate at [1] is -1.0, which is not a finite number from 0 up"
    #expect(text.contains(found))
  }
}
