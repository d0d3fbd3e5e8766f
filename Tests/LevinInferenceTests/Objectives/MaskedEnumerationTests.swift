import Foundation
import Levin
import LevinTestKit
import Testing

/// Masks around enumerated sites: the site keeps its probabilities inside the sum, its observations go.
///
/// That is the rule of Pyro's `TraceEnum_ELBO`.
@Suite struct MaskedEnumerationTests {
  private let nan = Double.nan

  private func loss(_ model: () throws -> Void) throws -> Double {
    try TraceEnumELBO().loss(model: model, guide: {}).item()
  }

  @Test(arguments: [true, false]) func aMaskedSiteInAPlateSumsToOne(isBernoulli: Bool) throws {
    let data = Tensor([0, 1.5, nan, nan])
    let means = Tensor([-1.0, 2])
    let value = try loss {
      plate("data", 4) {
        withMask(Tensor([true, true, false, false])) {
          let prior: any Distribution =
            isBernoulli ? Bernoulli(probs: number(0.7)) : Categorical(probs: Tensor([0.3, 0.7]))
          let c = sample("c", prior, enumerate: .parallel).cast(to: .int64)
          sample("y", Normal(means[c], 1), observed: data)
        }
      }
    }
    #expect(abs(value - (try EnumerationFigures.load().maskedPlate)) < 1e-12)
  }

  private static let transitions = Tensor([0.75, 0.25, 0.2, 0.8], shape: [2, 2])
  private static let emissions = Tensor([0.7, 0.3, 0.4, 0.6], shape: [2, 2])

  // Starts at 0; the step in the middle has neither state nor observation.
  private func chain(_ transitions: Tensor, maskedStep: Int? = 1) {
    var state = Tensor(0)
    markov(0..<3) { t in
      withMask(Tensor(t != maskedStep)) {
        state = sample("x \(t)", Categorical(probs: transitions[state]), enumerate: .parallel)
        sample(
          "y \(t)", Categorical(probs: Self.emissions[state]), observed: Tensor([0, 1, 0])[t])
      }
    }
  }

  @Test func aMaskedStepOfAChainKeepsItsTransition() throws {
    let figures = try EnumerationFigures.load()
    #expect(abs(try loss { chain(Self.transitions) } - figures.maskedChain) < 1e-12)
  }

  @Test func theGradientOfAMaskedChainIsThatOfTheSum() throws {
    let table = Self.transitions.requiringGradient()
    let loss = try TraceEnumELBO().loss(model: { chain(table) }, guide: {})
    let slope = try #require(gradients(of: loss, at: [table])[0]).scalars
    for (mine, pyro) in zip(slope, try EnumerationFigures.load().maskedChainGradient) {
      #expect(abs(mine - pyro) < 1e-12)
    }
  }

  @Test func theMarginalsOfAMaskedSiteAreItsPrior() throws {
    let marginals = try TraceEnumELBO().computeMarginals(
      model: {
        withMask(Tensor(false)) {
          let c = sample("c", Categorical(probs: Tensor([0.3, 0.7])), enumerate: .parallel)
          sample("y", Normal(Tensor([-1.0, 2])[c], 1), observed: number(1))
        }
      }, guide: {})
    let probs = try #require(marginals["c"]).probs.scalars
    #expect(abs(probs[0] - 0.3) < 1e-12 && abs(probs[1] - 0.7) < 1e-12)
  }

  @Test func discreteInferenceDrawsAMaskedSiteFromItsPrior() throws {
    let trace = try withSeed(1) {
      try inferDiscrete(temperature: 1, firstAvailableDim: -2) {
        plate("data", 4000) {
          withMask(Tensor(false)) {
            let c = sample("c", Categorical(probs: Tensor([0.3, 0.7])), enumerate: .parallel)
            sample("y", Normal(Tensor([-1.0, 2])[c], 1), observed: number(1))
          }
        }
      }
    }
    let share = trace["c"].value.cast(to: .float64).mean().item()
    #expect(abs(share - 0.7) < 5 * (0.21 / 4000).squareRoot())
  }

  @Test func theMostProbableValueOfAMaskedSiteIsThatOfItsPrior() throws {
    let trace = try inferDiscrete(temperature: 0, firstAvailableDim: -1) {
      withMask(Tensor(false)) {
        let c = sample("c", Categorical(probs: Tensor([0.3, 0.7])), enumerate: .parallel)
        sample("y", Normal(Tensor([-1.0, 2])[c], 1), observed: number(-1))
      }
    }
    #expect(trace["c"].value.item() == 1)
  }

  // 0 log 0 is 0: the guide leaves out what the model cannot do.
  @Test func anImpossibleValueThatTheGuideNeverTakesAddsNothing() throws {
    let never = -Double.infinity
    let logits = Tensor([0, never], shape: [2])
    let value = try TraceEnumELBO().loss(
      model: {
        let c = sample("c", Categorical(logits: logits))
        sample("y", Normal(Tensor([-1.0, 2])[c], 1), observed: number(0.5))
      }, guide: { sample("c", Categorical(logits: logits), enumerate: .parallel) }
    ).item()
    #expect(abs(value + normalLogDensity(0.5, -1, 1)) < 1e-12)
  }

  // E_q[mask (log p - log q)] with all of q's probabilities, and nothing under the mask.
  @Test func aMaskedSiteOfTheGuideCountsNothing() throws {
    func guide() {
      withMask(Tensor(false)) {
        sample("c", Categorical(probs: Tensor([0.6, 0.4])), enumerate: .parallel)
      }
    }
    let value = try TraceEnumELBO().loss(
      model: {
        var c = Tensor(0)
        withMask(Tensor(false)) { c = sample("c", Categorical(probs: Tensor([0.3, 0.7]))) }
        sample("y", Normal(Tensor([-1.0, 2])[c], 1), observed: number(0.5))
      }, guide: guide
    ).item()
    let expected = 0.6 * normalLogDensity(0.5, -1, 1) + 0.4 * normalLogDensity(0.5, 2, 1)
    #expect(abs(value + expected) < 1e-12)
  }

  // The values of a masked site of the guide have its probabilities, and its log-density does not count.
  @Test func aMaskedSiteOfAGuideHasItsProbabilities() throws {
    let (loc, mask) = (Tensor([-1.0, 2]), Tensor([true, false]))
    func choice(_ probs: [Double]) -> Tensor {
      withMask(mask) { sample("c", Categorical(probs: Tensor(probs)), enumerate: .parallel) }
    }
    let (p, q, y) = ([0.3, 0.7], [0.6, 0.4], [0.5, 1.5])
    let loss = try TraceEnumELBO().loss(
      model: {
        plate("data", 2) { _ = sample("y", Normal(loc[choice(p)], 1), observed: Tensor(y)) }
      }, guide: { plate("data", 2) { _ = choice(q) } }
    ).item()
    var expected = 0.0
    for value in 0..<2 {
      let locs = loc.scalars[value]
      expected -= q[value] * (log(p[value]) - log(q[value]) + normalLogDensity(y[0], locs, 1))
      expected -= q[value] * normalLogDensity(y[1], locs, 1)
    }
    #expect(abs(loss - expected) < 1e-12, "\(loss) and \(expected)")
  }
}
