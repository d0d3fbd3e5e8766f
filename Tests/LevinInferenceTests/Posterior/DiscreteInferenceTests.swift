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

  // The elements that were looked at are those that the values belong to.
  @Test(arguments: [0, 1], [false, true])
  func valuesBelongToTheElementsOfASubsample(temperature: Int, isSequential: Bool) throws {
    let (data, loc) = (Tensor([-10.0, -10, 20, 20, -10, 20]), Tensor([-10.0, 20]))
    func observe(_ suffix: String, _ data: Tensor) {
      let c = sample("c\(suffix)", Categorical(probs: Tensor([0.5, 0.5])), enumerate: .parallel)
      sample("y\(suffix)", Normal(loc[c], 1), observed: data)
    }
    for seed in 0..<8 {
      try withSeed(seed) {
        let trace = try inferDiscrete(temperature: temperature, firstAvailableDim: -2) {
          let plate = Plate("d", 6, subsampleSize: 3)
          if isSequential {
            plate.sequential { observe(" \($0)", data[$0]) }
          } else {
            plate { observe("", data[$0]) }
          }
        }
        let indices = trace["d"].value.scalars(as: Int.self)
        let names = isSequential ? indices.map { "c \($0)" } : ["c"]
        let values = names.flatMap { trace[$0].value.scalars }
        #expect(values == indices.map { data[$0].item() > 0 ? 1 : 0 })
      }
    }
  }

  @Test func alsoBesideAGuideOfWhatIsOutside() throws {
    let data = Tensor([-10.0, -10, 20, 20, -10, 20])
    func model(_ data: Tensor) {
      let locs = plate("k", 2) { sample("locs", Normal(number(0), 20)) }
      plate("d", 6, subsampleSize: 3) { indices in
        let c = sample("c", Categorical(probs: Tensor([0.5, 0.5])), enumerate: .parallel)
        sample("y", Normal(locs[c], 1), observed: data[indices])
      }
    }
    let guide = AutoDelta(model, expose: ["locs"], start: .values(["locs": Tensor([-10.0, 20])]))
    for seed in 0..<8 {
      try withSeed(seed) {
        let fitted = try Trace { try guide(data) }
        let trace = try withReplay(of: fitted) {
          try inferDiscrete(temperature: 0, firstAvailableDim: -2) { model(data) }
        }
        let expected = (data[trace["d"].value] .> 0).cast(to: .int64).scalars
        #expect(trace["c"].value.scalars == expected)
      }
    }
  }

  @Test(arguments: [-1, .nan]) func observationsThatNoValueExplainsAreRefused(value: Double) throws
  {
    func model() {
      plate("d", 2) {
        let c = sample("c", Categorical(probs: Tensor([0.3, 0.7])), enumerate: .parallel)
        sample("y", Poisson(rate: Tensor([1.0, 4])[c]), observed: Tensor([2, value]))
      }
    }
    for temperature in [0, 1] {
      let error = inferenceError {
        _ = try inferDiscrete(temperature: temperature, firstAvailableDim: -2, model)
      }
      guard case .impossibleObservations(["y"]) = error else { throw Unexpected(error) }
    }
    let error = inferenceError {
      _ = try TraceEnumELBO().computeMarginals(model: model, guide: {})
    }
    guard case .impossibleObservations(["y"]) = error else { throw Unexpected(error) }
  }

  // b given a has the probabilities of its row; under the guide's a the marginal would be another one.
  @Test func marginalsBesideAGuideThatEnumeratesAreRefused() throws {
    let rows = Tensor([0.9, 0.1, 0.2, 0.8], shape: [2, 2])
    func model() {
      let a = sample("a", Categorical(probs: Tensor([0.95, 0.05])), enumerate: .parallel)
      sample("b", Categorical(probs: rows[a]), enumerate: .parallel)
    }
    let error = inferenceError {
      _ = try TraceEnumELBO().computeMarginals(model: model) {
        sample("a", Categorical(probs: Tensor([0.99, 0.01])), enumerate: .parallel)
      }
    }
    guard case .siteEnumeratedInGuide("a") = error else { throw Unexpected(error) }
  }
}
