import Foundation
import Levin
import Testing

/// Objectives on models whose evidence is known.
@Suite struct ObjectiveTests {
  // mean ~ N(0, 2), x ~ N(mean, 1): the posterior is N(2, 1 / 4.25).
  private let data = Tensor([1.0, 2, 3, 2.5])

  private func normal(_ data: Tensor) {
    let mean = sample("mean", Normal(double(0), double(2)))
    plate("data", data.count) { sample("x", Normal(mean, double(1)), observed: data) }
  }

  private func double(_ number: Double) -> Tensor { Tensor([number]).squeezed() }

  // -log of the density of the data, a normal with covariance 1 + 4 on the diagonal and 4 beside it.
  private let evidence =
    0.5 * (4 * log(2 * Double.pi) + log(17.0) + 20.25 - 4 * 8.5 * 8.5 / 17)

  private final class NormalGuide: Guide {
    @Parameter var loc: Tensor
    @Parameter var scale: Tensor

    init(_ loc: Double, _ scale: Double) {
      self.loc = Tensor([loc])[0]
      _scale = Parameter(wrappedValue: Tensor([scale])[0], constraint: .positive)
    }

    func callAsFunction(_ data: Tensor) { sample("mean", Normal(loc, scale)) }
  }

  static let objectives: [@Sendable () -> any Objective] = [
    { TraceELBO() }, { TraceELBO(particles: 3) },
    { TraceELBO(particles: 3, isVectorized: true) }, { TraceEnumELBO() },
    { TraceEnumELBO(maxPlateNesting: 1, particles: 3, isVectorized: true) },
  ]

  @Test(arguments: objectives.indices)
  func atThePosteriorEveryRunGivesTheEvidence(which: Int) throws {
    let guide = NormalGuide(2, 1 / 4.25.squareRoot())
    for seed in 0..<4 {
      let loss = try withSeed(seed) {
        try Self.objectives[which]().loss(model: { normal(data) }, guide: { guide(data) })
      }
      #expect(abs(loss.item() - evidence) < 1e-9)
    }
  }

  @Test func theClosedFormDivergenceHasTheMeanOfTheSampledOne() throws {
    let guide = NormalGuide(0.5, 0.7)
    func mean(_ objective: some Objective) throws -> Double {
      try withSeed(1) {
        try objective.loss(model: { normal(data) }, guide: { guide(data) }).item()
      }
    }
    let sampled = try mean(TraceELBO(particles: 20_000, isVectorized: true))
    let closed = try mean(TraceMeanFieldELBO(particles: 20_000, isVectorized: true))
    // KL to the posterior, which the evidence lacks.
    let (precision, variance) = (4.25, 0.49)
    let divergence =
      0.5 * (precision * variance + precision * 2.25 - 1 - log(precision * variance))
    #expect(abs(closed - evidence - divergence) < 0.05)
    #expect(abs(sampled - evidence - divergence) < 0.1)
  }

  private final class CoinGuide: Guide {
    @Parameter var logits: Tensor
    private let enumerates: Bool

    init(_ logits: [Double], enumerates: Bool) {
      self.logits = Tensor(logits)
      self.enumerates = enumerates
    }

    func callAsFunction(_ data: Tensor) {
      plate("data", data.count) {
        sample("coin", Bernoulli(logits: logits), enumerate: enumerates ? .parallel : nil)
      }
    }
  }

  private func coins(_ data: Tensor) {
    plate("data", data.count) {
      let coin = sample("coin", Bernoulli(probs: double(0.3)))
      sample("x", Normal(coin * 2, double(1)), observed: data)
    }
  }

  // E_q[log p - log q] for each observation, by hand.
  private func exactCoinLoss(_ logits: [Double]) -> Double {
    zip(logits, data.scalars).reduce(0) { loss, pair in
      let q = 1 / (1 + exp(-pair.0))
      func term(_ p: Double, _ prior: Double, _ mean: Double) -> Double {
        let density = -0.5 * (pair.1 - mean) * (pair.1 - mean) - 0.5 * log(2 * Double.pi)
        return p * (log(prior) + density - log(p))
      }
      return loss - term(q, 0.3, 2) - term(1 - q, 0.7, 0)
    }
  }

  private let logits = [0.3, -0.5, 1, 0.2]

  private var exactSlopes: [Double] {
    logits.indices.map { index in
      var (up, down) = (logits, logits)
      up[index] += 1e-5
      down[index] -= 1e-5
      return (exactCoinLoss(up) - exactCoinLoss(down)) / 2e-5
    }
  }

  @Test func enumeratedSitesOfTheGuideAreSummedOutExactly() throws {
    let guide = CoinGuide(logits, enumerates: true)
    let loss = try TraceEnumELBO(maxPlateNesting: 1).loss(
      model: { coins(data) }, guide: { guide(data) })
    #expect(abs(loss.item() - exactCoinLoss(logits)) < 1e-9)
    let slope = try #require(gradients(of: loss, at: [guide.$logits.unconstrained])[0])
    for (mine, exact) in zip(slope.scalars, exactSlopes) { #expect(abs(mine - exact) < 1e-7) }
  }

  @Test func drawsThatAreNotReparameterisedHaveTheScoreAsGradient() throws {
    let guide = CoinGuide(logits, enumerates: false)
    let runs = 4000
    let loss = try withSeed(2) {
      try TraceELBO(particles: runs, isVectorized: true, maxPlateNesting: 1).loss(
        model: { coins(data) }, guide: { guide(data) })
    }
    #expect(abs(loss.item() - exactCoinLoss(logits)) < 0.15)
    let slope = try #require(gradients(of: loss, at: [guide.$logits.unconstrained])[0])
    for (mine, exact) in zip(slope.scalars, exactSlopes) { #expect(abs(mine - exact) < 0.1) }
  }
}
