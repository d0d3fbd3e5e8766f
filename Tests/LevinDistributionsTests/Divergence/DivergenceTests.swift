import LevinDistributions
import LevinTensor
import Testing

@Suite struct DivergenceTests {
  @Test(arguments: DistributionFixture.shared.divergences)
  func divergencesAgreeWithPyTorch(_ example: DistributionFixture.Divergence) throws {
    for (dtype, tolerance) in [(DType.float64, 1e-12), (.float32, 1e-5)] {
      let p = distribution(example.name, example.first.map { $0.tensor(dtype) })
      let q = distribution(example.name, example.second.map { $0.tensor(dtype) })
      let mine = try #require(klDivergence(p, q))
      #expect(mine.shape == example.divergence.shape)
      #expect(mine.dtype == dtype)
      #expect(agree(mine.scalars, example.divergence.doubles, within: tolerance))
    }
  }

  @Test(arguments: DistributionFixture.shared.divergences)
  func nothingDivergesFromItself(_ example: DistributionFixture.Divergence) throws {
    let p = distribution(example.name, example.first.map { $0.tensor() })
    let mine = try #require(klDivergence(p, p))
    #expect(mine.abs().max().item() < 1e-12)
  }

  @Test(arguments: DistributionFixture.shared.divergences)
  func divergencesAreMeansOverDraws(_ example: DistributionFixture.Divergence) {
    let p = distribution(example.name, example.first.map { $0.tensor() })
    let q = distribution(example.name, example.second.map { $0.tensor() })
    let draws = withSeed(12) { p.sample([20_000]) }
    let ratios = p.logProb(draws) - q.logProb(draws)
    let theirs = example.divergence.doubles
    let mean = ratios.mean(axis: 0).scalars
    let error = ((ratios - ratios.mean(axis: 0)).square().mean(axis: 0) / 20_000).sqrt().scalars
    for index in theirs.indices {
      #expect(abs(mean[index] - theirs[index]) <= 5 * error[index] + 1e-9)
    }
  }

  @Test func scalesWhoseRatioHasNoSquareStillDiverge() throws {
    let (unit, wide) = (Normal(0, 1), Normal(0, Tensor(1e20 as Float)))
    #expect(try #require(klDivergence(wide, unit)).item() == .infinity)
    // log(1e20) - 1/2.
    #expect(abs(try #require(klDivergence(unit, wide)).item() - 45.551_7) < 1e-4)
  }

  @Test func outcomesOfProbabilityZeroAddNothing() throws {
    let ends = Bernoulli(probs: Tensor([0.0, 1, 0.5]))
    #expect(klDivergence(ends, ends)?.scalars == [0, 0, 0])
    let certain = Bernoulli(probs: Tensor([1.0, 0, 1]))
    #expect(klDivergence(ends, certain)?.scalars == [.infinity, .infinity, .infinity])
    let leaf = Tensor([0.0]).requiringGradient()
    let divergence = try #require(
      klDivergence(Bernoulli(probs: Tensor([0.0])), Bernoulli(probs: leaf)))
    #expect(gradients(of: divergence.sum(), at: [leaf])[0]?.scalars == [1])
    let first = Categorical(logits: Tensor([0, -Double.infinity]))
    #expect(klDivergence(first, first)?.scalars == [0])
  }

  @Test func whatTheOtherCannotDrawDivergesWithoutBound() {
    let (p, q) = (Categorical(probs: [0.9, 0.1]), Categorical(probs: [1, 0]))
    #expect(klDivergence(p, q)?.scalars == [.infinity])
    #expect(agree(klDivergence(q, p)?.scalars ?? [], [0.10536051565782628], within: 1e-6))
    #expect(klDivergence(q, q)?.scalars == [0])
    #expect(klDivergence(p, Categorical(logits: [0, -Double.infinity]))?.scalars == [.infinity])
    let rows = Categorical(probs: [[0.5, 0.5], [1, 0]])
    #expect(klDivergence(rows, q)?.scalars == [.infinity, 0])
    #expect(klDivergence(rows.toEvent(1), q.expanded(to: [2]).toEvent(1))?.scalars == [.infinity])
    #expect(klDivergence(p.masked(by: Tensor([false])), q)?.scalars == [0])
    #expect(klDivergence(Bernoulli(probs: 0.1), Bernoulli(probs: 0))?.scalars == [.infinity])
    #expect(klDivergence(Delta(0), p)?.scalars == p.logProb(0).scalars.map { -$0 })
    #expect(klDivergence(Delta(1), q)?.scalars == [.infinity])
    #expect(klDivergence(Delta(-1), Poisson(rate: 2))?.scalars == [.infinity])
  }

  @Test func categoriesThatNeitherHasHaveNoGradient() throws {
    let leaves = [Tensor([0.5, 0.5, 0]), Tensor([0.25, 0.75, 0])].map { $0.requiringGradient() }
    let divergence = try #require(
      klDivergence(Categorical(probs: leaves[0]), Categorical(probs: leaves[1])))
    let result = gradients(of: divergence, at: leaves).flatMap { $0?.scalars ?? [] }
    #expect(result.allSatisfy { $0.isFinite })
  }

  @Test func aDeltaDivergesByTheLogProbabilityOfItsValue() {
    let normal = Normal([0, 1], 2)
    let delta = Delta([0.5, -1], logDensity: [0.25, 0])
    let exact = Tensor([0.25, 0]) - normal.logProb([0.5, -1])
    #expect(agree(klDivergence(delta, normal)?.scalars ?? [], exact.scalars, within: 1e-6))
    let vector = Delta([0.2, 0.8], eventRank: 1)
    let dirichlet = Dirichlet([1, 2])
    #expect(klDivergence(vector, dirichlet)?.shape == [])
  }

  @Test func wrappersAddUpRepeatAndLeaveOut() throws {
    let (p, q) = (Normal(Tensor([0.0, 1, 2, 3, 4, 5], shape: [2, 3]), 1), Normal(0, 2))
    let plain = try #require(klDivergence(p, q))
    #expect(plain.shape == [2, 3])
    let event = klDivergence(p.toEvent(1), q.expanded(to: [3]).toEvent(1))
    #expect(agree(event?.scalars ?? [], plain.sum(axis: -1).scalars, within: 1e-13))
    let deeper = klDivergence(p.toEvent(2), q.expanded(to: [2, 3]).toEvent(2))
    #expect(agree(deeper?.scalars ?? [], [plain.sum().item()], within: 1e-13))
    #expect(klDivergence(p.expanded(to: [4, 2, 3]), q)?.shape == [4, 2, 3])
    let masked = klDivergence(p.masked(by: Tensor([true, false, true])), q)
    #expect(masked?[0..., 1].scalars == [0, 0])
    #expect(masked?[0..., 2].scalars == plain[0..., 2].scalars)
  }

  @Test func noClosedFormIsNil() {
    #expect(klDivergence(Normal(0, 1), Gamma(1, 1)) == nil)
    #expect(klDivergence(Poisson(rate: 1), Poisson(rate: 1)) == nil)
    #expect(klDivergence(Normal([0], 1).toEvent(1), Dirichlet([1])) == nil)
    #expect(klDivergence(Poisson(rate: 1).expanded(to: [2]), Poisson(rate: 1)) == nil)
  }
}
