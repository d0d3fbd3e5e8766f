import Levin
import Testing

@Suite struct AutoNormalTests {
  private static let exposed: Set<String> = ["weights", "scale", "locs"]

  private func model(_ data: Tensor) { MixtureModels.oneDimensional(data, data.count) }

  @Test func parametersHavePyrosNamesShapesAndStarts() throws {
    let guide = AutoNormal(model, expose: Self.exposed)
    let trace = try withSeed(0) { try Trace { try guide(MixtureRecord.data("gmm1d")) } }
    func value(_ name: String) -> Tensor { trace["AutoNormal.\(name)"].value }
    #expect(guide.sites == ["weights", "scale", "locs"])
    #expect(["weights", "scale", "locs"].map { value("locs.\($0)").shape } == [[1], [], [2]])
    #expect(
      ["weights", "scale", "locs"].allSatisfy { value("locs.\($0)").abs().max().item() < 1e-6 })
    #expect(abs(value("scales.weights").item() - 0.1) < 1e-7)
    #expect(trace["locs"].plates.map(\.name) == ["components"])
  }

  @Test func theFitOfTheMixtureEndsWherePyrosDoes() throws {
    let data = MixtureRecord.data("gmm1d")
    let guide = AutoNormal(model, expose: Self.exposed)
    let svi = SVI(model, guide, loss: TraceEnumELBO(maxPlateNesting: 1)) {
      Adam($0, learningRate: 0.02)
    }
    let losses = try withSeed(3) { try (0..<1500).map { _ in try svi.step(data) } }
    // Pyro: 81.18 over the last 100 steps, medians (0.998, 0.002), 0.488, 6.574.
    #expect(abs(losses.suffix(100).reduce(0, +) / 100 - 81.18) < 1.5)
    let median = guide.median()
    #expect(try #require(median["weights"]).max().item() > 0.99)
    #expect(abs(try #require(median["locs"]).max().item() - 6.574) < 0.05)
    #expect(abs(try #require(median["scale"]).item() - 0.488) < 0.05)
  }

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
