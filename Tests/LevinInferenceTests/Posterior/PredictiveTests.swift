import Levin
import Testing

@Suite struct PredictiveTests {
  private func model(_ count: Int) {
    let mean = sample("mean", Normal(3, 0.5))
    deterministic("double", mean * 2)
    plate("data", count) {
      let side = sample("side", Categorical(probs: [0.25, 0.75]), enumerate: .parallel)
      sample("x", Normal(mean + side.cast(to: .float32) * 10, 1))
    }
  }

  private func check(_ draws: [String: Tensor]) throws {
    #expect(Set(draws.keys) == ["mean", "double", "side", "x"])
    let (mean, side, x) = try (
      #require(draws["mean"]), #require(draws["side"]), #require(draws["x"])
    )
    #expect(mean.shape == [4000] && side.shape == [4000, 3] && x.shape == [4000, 3])
    #expect(abs(mean.mean().item() - 3) < 0.04)
    #expect(abs(side.cast(to: .float64).mean().item() - 0.75) < 0.02)
    // Var = 0.25 + 1 + 100 * 0.75 * 0.25
    #expect(abs(x.variance().item() / 20 - 1) < 0.06)
    #expect(try #require(draws["double"]).scalars == (mean * 2).scalars)
  }

  @Test func thePriorIsDrawnOneRunAfterTheOther() throws {
    let predictive = Predictive(model, count: 4000)
    try check(withSeed(1) { try predictive(3) })
  }

  @Test func thePriorIsDrawnAllAtOnce() throws {
    let predictive = Predictive(model, count: 4000, vectorizedOverPlates: 1)
    try check(withSeed(2) { try predictive(3) })
  }

  private final class Narrow: Guide {
    func callAsFunction(_ count: Int) { sample("mean", Normal(-5, 0.01)) }
  }

  @Test(arguments: [nil, 1]) func aGuideGivesTheLatentValues(nesting: Int?) throws {
    let predictive = Predictive(
      model, guide: Narrow(), count: 500, sites: ["mean", "x"], vectorizedOverPlates: nesting)
    let draws = try withSeed(3) { try predictive(2) }
    #expect(draws.count == 2 && draws["x"]?.shape == [500, 2])
    #expect(abs(try #require(draws["mean"]).mean().item() + 5) < 0.01)
    #expect(abs(try #require(draws["x"]).mean().item() - 2.5) < 0.5)
  }

  @Test func drawsAtHandAreTheLatentValues() throws {
    let means = Tensor([100.0, -100] as [Float])
    let draws = try withSeed(4) { try Predictive(model, draws: ["mean": means])(4) }
    #expect(draws["mean"]?.scalars == [100, -100])
    let x = try #require(draws["x"])
    #expect(x[0].min().item() > 90 && x[1].max().item() < -80)
  }
}
