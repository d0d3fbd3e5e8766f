import LevinDistributions
import LevinTensor
import Testing

/// A distribution made with PyTorch's labels and without them.
struct Spelling: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var labelled: any Distribution
  var unlabelled: any Distribution

  init(_ labelled: any Distribution, _ unlabelled: any Distribution) {
    testDescription = "\(type(of: labelled))"
    (self.labelled, self.unlabelled) = (labelled, unlabelled)
  }

  private static let (a, b) = (Tensor([0.5, 1.5]), Tensor([2.0, 3], shape: [2, 1]))
  private static let mask = Tensor([true, false])
  private static let normal = Normal(a, 2)

  static let all = [
    Spelling(Normal(loc: a, scale: b), Normal(a, b)),
    Spelling(LogNormal(loc: a, scale: b), LogNormal(a, b)),
    Spelling(Gamma(concentration: a, rate: b), Gamma(a, b)),
    Spelling(Beta(concentration1: a, concentration0: b), Beta(a, b)),
    Spelling(Dirichlet(concentration: a), Dirichlet(a)),
    Spelling(Delta(value: a), Delta(a)),
    Spelling(
      Delta(value: b, logDensity: a, eventRank: 1), Delta(b, logDensity: a, eventRank: 1)),
    Spelling(
      MixtureSameFamily(
        mixtureDistribution: Categorical(probs: [0.25, 0.75]), componentDistribution: normal),
      MixtureSameFamily(Categorical(probs: [0.25, 0.75]), normal)),
    Spelling(Independent(base: normal, reinterpretedRank: 1), Independent(normal, 1)),
    Spelling(Expanded(base: normal, batchShape: [3, 2]), Expanded(normal, [3, 2])),
    Spelling(Masked(base: normal, mask: mask), Masked(normal, mask: mask)),
    Spelling(
      TransformedDistribution(base: normal, transforms: [ExpTransform()]),
      TransformedDistribution(normal, [ExpTransform()])),
  ]
}

@Suite struct LabelTests {
  @Test(arguments: Spelling.all) func labelsChangeNothing(_ spelling: Spelling) {
    let (labelled, unlabelled) = (spelling.labelled, spelling.unlabelled)
    #expect(type(of: labelled) == type(of: unlabelled))
    #expect(labelled.batchShape == unlabelled.batchShape)
    #expect(labelled.eventShape == unlabelled.eventShape)
    let draws = withSeed(2) { labelled.sample([4]) }
    #expect(draws.scalars == withSeed(2) { unlabelled.sample([4]) }.scalars)
    #expect(labelled.logProb(draws).scalars == unlabelled.logProb(draws).scalars)
  }

  @Test func labelsNameTheParameters() {
    let x = Tensor([0.3])
    let gamma = Gamma(concentration: 2, rate: 3)
    #expect(agree(gamma.mean.scalars, [2 / 3], within: 1e-6))
    let beta = Beta(concentration1: 1, concentration0: 3)
    #expect(agree(beta.mean.scalars, [0.25], within: 1e-6))
    #expect(Normal(loc: 2, scale: 3).mean.item() == 2)
    #expect(LogNormal(loc: 2, scale: 3).loc.item() == 2)
    let inflated = ZeroInflatedPoisson(gate: 0.25, rate: 4)
    #expect(inflated.mean.item() == 3)
    #expect(Bernoulli(logits: 0).logProb(1).item() == Bernoulli(probs: 0.5).logProb(1).item())
    #expect(Normal(loc: x, scale: 2.5).scale.dtype == .float64)
  }

  @Test func numbersAndArrayLiteralsServeAsParameters() {
    #expect(Normal(loc: 0, scale: 1).batchShape == [])
    #expect(Normal(loc: [0, 1], scale: 2.5).batchShape == [2])
    #expect(Normal(loc: [[0], [1]], scale: [1, 2, 3]).batchShape == [2, 3])
    #expect(Dirichlet(concentration: [1, 2, 3]).eventShape == [3])
    #expect(Delta(value: [1, 2], logDensity: 0.5).batchShape == [2])
    #expect(Poisson(rate: 3).mean.item() == 3)
  }
}
