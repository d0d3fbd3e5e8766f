import Foundation
import Levin
import Testing

/// Discrete inference on models beyond the random ones.
@Suite struct DiscreteInferenceTests {
  // Each element's value equals the one outside the plate, which comes after it.
  private func agreement(copies: Int) {
    let table = Tensor([0.0, 1, 1, 0], shape: [2, 2])
    let elements = Plate("elements", 3, dim: -2)
    plate("copies", copies, dim: -1) {
      let inner = elements {
        sample("inner", Categorical(probs: Tensor([0.5, 0.5])), enumerate: .parallel)
      }
      let outer = sample("outer", Categorical(probs: Tensor([0.5, 0.5])), enumerate: .parallel)
      elements { sample("x", Normal(table[inner, outer], 0.05), observed: number(0)) }
    }
  }

  @Test func elementsAreDrawnTogetherWithASiteThatComesAfterThem() throws {
    let trace = try withSeed(1) {
      try inferDiscrete(temperature: 1, firstAvailableDim: -3) { agreement(copies: 1000) }
    }
    let outer = trace["outer"].value
    #expect(trace["inner"].value.shape == [3, 1000])
    #expect((trace["inner"].value .== outer).all().item() == 1)
    // Five standard errors of a fair coin.
    #expect(abs(outer.cast(to: .float64).mean().item() - 0.5) < 2.5 / 1000.0.squareRoot())
  }

  @Test func oneSeedGivesTheSameDraws() throws {
    func draws(_ seed: Int) throws -> [Double] {
      try withSeed(seed) {
        try inferDiscrete(temperature: 1, firstAvailableDim: -3) { agreement(copies: 20) }
      }["outer"].value.scalars
    }
    #expect(try draws(1) == draws(1))
    #expect(try draws(1) != draws(2))
  }

  @Test func aRealLatentValueHasToBeFixed() throws {
    let model = {
      let mean = sample("mean", Normal(number(0), 1))
      let z = sample("z", Bernoulli(probs: number(0.5)), enumerate: .parallel)
      sample("x", Normal(mean + z, 1), observed: number(1))
    }
    let error = inferenceError {
      _ = try inferDiscrete(temperature: 0, firstAvailableDim: -1) { _ = model() }
    }
    guard case .freeSiteInDiscreteInference("mean") = error else { throw Unexpected(error) }
    let trace = try withCondition(["mean": number(1)]) {
      try inferDiscrete(temperature: 0, firstAvailableDim: -1) { _ = model() }
    }
    #expect(trace["z"].value.item() == 0 && trace["mean"].value.item() == 1)
  }

  @Test func aGivenValueStaysAndTheOthersFollowIt() throws {
    let model = {
      let a = sample("a", Bernoulli(probs: number(0.5)), enumerate: .parallel)
      let b = sample("b", Bernoulli(probs: number(0.5)), enumerate: .parallel)
      sample("x", Normal(a + b, 0.25), observed: number(1))
    }
    for given in [0.0, 1] {
      let trace = try withCondition(["a": number(given)]) {
        try inferDiscrete(temperature: 0, firstAvailableDim: -1) { _ = model() }
      }
      #expect(trace["a"].value.item() == given)
      #expect(trace["b"].value.item() == 1 - given)
    }
  }

  @Test(arguments: [-1, 2]) func anotherTemperatureIsRefused(temperature: Int) throws {
    let error = inferenceError {
      _ = try inferDiscrete(temperature: temperature, firstAvailableDim: -1) {}
    }
    guard case .temperature(temperature) = error else { throw Unexpected(error) }
  }

  @Test func scalesDoNotMakeValuesSurer() throws {
    func marginal(_ scale: Double) throws -> [Double] {
      let marginals = try TraceEnumELBO().computeMarginals(
        model: {
          withScale(scale) {
            let z = sample("z", Bernoulli(probs: number(0.5)), enumerate: .parallel)
            _ = sample("x", Normal(z, 1), observed: number(0))
          }
        }, guide: {})
      return marginals["z"]?.probs.scalars ?? []
    }
    let odds = exp(-0.5)
    #expect(try abs(marginal(1)[1] - odds / (1 + odds)) < 1e-12)
    #expect(try marginal(10) == marginal(1))
  }
}
