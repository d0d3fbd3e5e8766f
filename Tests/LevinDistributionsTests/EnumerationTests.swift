import LevinDistributions
import LevinTensor
import Testing

@Suite struct EnumerationTests {
  static let examples: [any EnumerableDistribution] = [
    Bernoulli(probs: [[0.1, 0.5, 1]]), Bernoulli(logits: 0.3),
    Categorical(probs: [[0.2, 0.3, 0.5], [1, 0, 0]]), Categorical(logits: [0, 1, 2, 3]),
    Expanded(Bernoulli(probs: [[0.1], [0.4]]), [2, 3]),
    Masked(Categorical(probs: [0.2, 0.8]), mask: Tensor([true, true])),
  ]

  @Test(arguments: examples.indices)
  func theProbabilitiesOfAllValuesAddUpToOne(_ index: Int) {
    let model = Self.examples[index]
    for expanding in [false, true] {
      let values = model.enumeratedSupport(expanding: expanding)
      let batch = expanding ? model.batchShape : model.batchShape.map { _ in 1 }
      #expect(values.shape == [model.supportCount] + batch)
      #expect(values.dtype == withSeed(0) { model.sample() }.dtype)
      #expect(model.support.check(values).all().item(as: Bool.self))
      let total = model.logProb(values).exp().sum(axis: 0)
      #expect(total.shape == model.batchShape)
      #expect(agree(total.scalars, total.scalars.map { _ in 1 }, within: 1e-6))
    }
  }

  @Test func valuesComeInOrder() {
    let bernoulli = Bernoulli(probs: [0.1, 0.5])
    #expect(bernoulli.enumeratedSupport(expanding: false).scalars == [0, 1])
    #expect(bernoulli.enumeratedSupport(expanding: true).scalars == [0, 0, 1, 1])
    let categorical = Categorical(probs: [0.2, 0.3, 0.5])
    #expect(categorical.enumeratedSupport(expanding: true).scalars == [0, 1, 2])
  }

  @Test func onlyWhatCanBeEnumeratedIsSuch() {
    let bernoulli = Bernoulli(probs: [0.1, 0.5])
    #expect(bernoulli.expanded(to: [3, 2]) is any EnumerableDistribution)
    #expect(bernoulli.masked(by: Tensor([true, false])) is any EnumerableDistribution)
    #expect(!(Poisson(rate: [1]).expanded(to: [3]) is any EnumerableDistribution))
    // Its events would be all combinations.
    #expect(!(bernoulli.toEvent(1) is any EnumerableDistribution))
  }
}
