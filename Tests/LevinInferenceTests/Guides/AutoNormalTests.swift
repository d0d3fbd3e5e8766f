import Levin
import Testing

@Suite struct AutoNormalTests {
  @Test func aLogNormalPriorAloneIsFoundAgain() throws {
    let prior: (Tensor) -> Void = { _ in sample("x", LogNormal(0.5, 0.25)) }
    let guide = AutoNormal(prior)
    let svi = SVI(prior, guide, loss: TraceELBO(particles: 10)) { Adam($0, learningRate: 0.02) }
    try withSeed(1) { for _ in 0..<800 { try svi.step(0) } }
    let quantiles = try #require(guide.quantiles([0.158655, 0.5, 0.841345])["x"])
    for (found, exact) in zip(quantiles.log().scalars, [0.25, 0.5, 0.75]) {
      #expect(abs(found - exact) < 0.02)
    }
    #expect(quantiles[1].item() == guide.median()["x"]?.item())
  }
}
