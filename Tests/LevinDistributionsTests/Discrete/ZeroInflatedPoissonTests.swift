import Foundation
import LevinDistributions
import LevinTensor
import Testing

@Suite struct ZeroInflatedPoissonTests {
  private let never = -Double.infinity

  // p(0) = gate + (1 - gate) exp(-rate), so d log p(0) / d gate = (1 - exp(-rate)) / p(0).
  @Test(arguments: [0, 1e-40, 0.25, 1])
  func theGateHasExactGradientsUpToItsEnds(_ gate: Double) {
    let rate = 3.0
    let zero = 0.04978706836786394
    let probability = gate + (1 - gate) * zero
    let make = { (gate: Tensor) in ZeroInflatedPoisson(gate: gate, rate: Tensor([rate])) }
    #expect(agree([logProbSlope(0, make, at: gate)], [(1 - zero) / probability], within: 1e-13))
  }

  @Test(arguments: [(0.0, 0.0), (1.0, 0.0), (0.0, 1000.0), (1.0, 1000.0), (0.5, 0.0)])
  func zeroInflationHasFiniteGradientsAtZero(_ gate: Double, _ rate: Double) {
    let leaves = [Tensor([gate]), Tensor([rate])].map { $0.requiringGradient() }
    let model = ZeroInflatedPoisson(gate: leaves[0], rate: leaves[1])
    let logProb = model.logProb([0])
    let result = gradients(of: logProb.sum(), at: leaves)
    #expect(logProb.item().isFinite)
    #expect(result.allSatisfy { $0?.item().isFinite == true })
  }

  @Test func anOpenGateLeavesThePoissonDistribution() {
    let counts = Tensor([0.0, 1, 7, 200])
    let rate = Tensor([120.0])
    let inflated = ZeroInflatedPoisson(gate: Tensor([0.0]), rate: rate)
    let mine = inflated.logProb(counts).scalars
    #expect(agree(mine, Poisson(rate: rate).logProb(counts).scalars, within: 1e-14))
    #expect(ZeroInflatedPoisson(gate: 0, rate: 120).logProb([0]).item() == -120)
  }

  @Test func aShutGateLeavesOnlyZero() {
    let shut = ZeroInflatedPoisson(gate: 1, rate: 5)
    #expect(shut.logProb([0, 1, 4]).scalars == [0.0, never, never])
  }

  // p(0) = sigmoid(l) + sigmoid(-l) exp(-rate), and p(2) = sigmoid(-l) rate² exp(-rate) / 2.
  @Test(arguments: [-800.0, -40, -3, 0, 3, 40, 800])
  func logitsOfTheGateKeepTheDigitsOfItsEnds(_ logit: Double) {
    let rate = 1.5
    let model = ZeroInflatedPoisson(gateLogits: Tensor([logit]), rate: Tensor([rate]))
    let logGate = logit < 0 ? logit - log1p(exp(logit)) : -log1p(exp(-logit))
    let logOpen = logGate - logit
    // With p(0) = 1 - sigmoid(-l) (1 - exp(-rate)) the terms do not vanish beside each other.
    let logZero = log1p(-exp(logOpen) * (1 - exp(-rate)))
    let logTwo = logOpen + 2 * log(rate) - rate - log(2.0)
    #expect(agree(model.logProb(Tensor([0.0, 2])).scalars, [logZero, logTwo], within: 1e-14))
    #expect(agree(model.mean.scalars, [exp(logOpen) * rate], within: 1e-15))
    let variance = exp(logOpen) * rate * (1 + exp(logGate) * rate)
    #expect(agree(model.variance.scalars, [variance], within: 1e-15))
  }

  @Test func aGateAndItsLogitsAreOneDistribution() {
    let (gate, rate) = (Tensor([0.2, 0.5, 0.9]), Tensor([0.4, 5.0, 30]))
    let model = ZeroInflatedPoisson(gate: gate, rate: rate)
    let same = ZeroInflatedPoisson(gateLogits: model.gateLogits, rate: rate)
    #expect(agree(same.gate.scalars, gate.scalars, within: 1e-15))
    for count in [0.0, 1, 25] {
      let mine = same.logProb(Tensor([count])).scalars
      #expect(agree(mine, model.logProb(Tensor([count])).scalars, within: 1e-13))
    }
    #expect(withSeed(4) { same.sample([50]) }.scalars == withSeed(4) { model.sample([50]) }.scalars)
  }

  @Test(arguments: [-Double.infinity, .infinity], [0.0, 3])
  func infiniteLogitsOfTheGateHaveFiniteGradients(_ logit: Double, _ rate: Double) {
    let leaves = [Tensor([logit]), Tensor([rate])].map { $0.requiringGradient() }
    let logProb = ZeroInflatedPoisson(gateLogits: leaves[0], rate: leaves[1]).logProb([0])
    #expect(logProb.item() == (logit > 0 ? 0 : -rate))
    let result = gradients(of: logProb.sum(), at: leaves)
    #expect(result[0]?.item() == 0)
    #expect(result[1]?.item() == (logit > 0 ? 0 : -1))
  }
}
