import Foundation
import Levin
import Testing

/// Handlers around a model: conditions, replays, blocks, masks and scales.
@Suite struct HandlerTests {
  private static func model() {
    let a = sample("a", Normal(0, 1))
    let scale = parameter("scale", number(2.0))
    plate("data", 3) {
      sample("x", Normal(a, scale))
      sample("y", Normal(a, 1), observed: Tensor([1.0, 2, 3]))
    }
  }

  @Test func aConditionMakesASiteObserved() {
    let value = number(0.5)
    let trace = Trace { withCondition(["a": value]) { Self.model() } }
    #expect(trace["a"].isObserved && !trace["a"].isLatent)
    #expect(trace["a"].value.item() == 0.5)
    #expect(abs(trace["a"].logProbSum.item() - normalLogDensity(0.5, 0, 1)) < 1e-6)
    #expect(trace["x"].isLatent)
  }

  @Test func conditionsCombine() {
    let trace = Trace {
      withCondition(["a": number(0.5)]) {
        withCondition(["x": Tensor([1.0, 2, 3])]) { Self.model() }
      }
    }
    #expect(trace["a"].isObserved && trace["x"].isObserved)
    #expect(trace["x"].value.scalars == [1, 2, 3])
  }

  @Test func aConditionLeavesDataAsTheyAre() {
    let trace = Trace { withCondition(["y": Tensor([7.0, 7, 7])]) { Self.model() } }
    #expect(trace["y"].value.scalars == [1, 2, 3])
  }

  @Test func aSubstitutedSampleStaysLatent() {
    let trace = Trace {
      withSubstitution(["a": number(0.5), "scale": number(9.0)]) { Self.model() }
    }
    #expect(trace["a"].isLatent && trace["a"].value.item() == 0.5)
    #expect(trace["scale"].kind == .parameter && trace["scale"].value.item() == 9)
  }

  @Test func aReplayGivesTheValuesOfATraceAndKeepsSitesLatent() {
    let first = withSeed(1) { Trace { Self.model() } }
    let second = withSeed(2) { Trace { withReplay(of: first) { Self.model() } } }
    #expect(second["a"].isLatent && second["x"].isLatent && second["y"].isObserved)
    #expect(second["a"].value.scalars == first["a"].value.scalars)
    #expect(second["x"].value.scalars == first["x"].value.scalars)
    #expect(second.logProbSum.item() == first.logProbSum.item())
  }

  @Test func aReplayDrawsWhatTheTraceLacks() {
    let guide = Trace { sample("a", Normal(5, 0.01)) }
    let trace = withSeed(2) { Trace { withReplay(of: guide) { Self.model() } } }
    #expect(trace["a"].value.item() == guide["a"].value.item())
    #expect(trace["x"].value.shape == [3])
  }

  @Test func aReplayKeepsTheChosenIndicesOfAPlate() {
    func model() { plate("data", 1000, subsampleSize: 5) { sample("x", Normal(0, 1)) } }
    let first = withSeed(1) { Trace { model() } }
    let second = withSeed(2) { Trace { withReplay(of: first) { model() } } }
    #expect(second["data"].value.scalars == first["data"].value.scalars)
  }

  @Test func conditionsDrawNothingWhereTheyGiveTheValue() {
    let untouched = nextDraw()
    #expect(
      nextDraw { _ = withCondition(["a": number(1.0)]) { sample("a", Normal(0, 1)) } } == untouched)
  }

  @Test func aBlockThatHidesLetsTheRestThrough() {
    let trace = Trace { withBlock(hide: ["a", "y", "data"]) { Self.model() } }
    #expect(trace.sites.map(\.name) == ["scale", "x"])
  }

  @Test func aBlockThatExposesHidesPlatesAndObservationsToo() {
    let trace = Trace { withBlock(expose: ["a"]) { Self.model() } }
    #expect(trace.sites.map(\.name) == ["a"])
    let observed = Trace { withBlock(expose: ["y", "data"]) { Self.model() } }
    #expect(observed.sites.map(\.name) == ["data", "y"])
  }

  @Test func aBlockByAConditionHidesWhatItTells() {
    let trace = Trace { withBlock(hideWhere: { $0.isObserved }) { Self.model() } }
    #expect(trace.sites.map(\.name) == ["a", "scale", "data", "x"])
  }

  @Test func hiddenSitesStillDraw() {
    let untouched = nextDraw()
    let visible = nextDraw { Self.model() }
    let hidden = nextDraw { withBlock(expose: []) { Self.model() } }
    #expect(hidden == visible && hidden != untouched)
  }

  @Test func aBlockHidesOnlyFromHandlersFurtherOut() {
    let trace = Trace {
      withCondition(["a": number(0.5)]) {
        withBlock(hide: ["a"]) {
          #expect(sample("a", Normal(100, 0.1)).item() > 90)
        }
      }
      withBlock(hide: ["b"]) {
        withCondition(["b": number(0.5)]) {
          #expect(sample("b", Normal(100, 0.1)).item() == 0.5)
        }
      }
    }
    #expect(trace.sites.isEmpty)
  }

  @Test func handlersEndWithTheirBody() {
    struct Stop: Error {}
    let trace = Trace {
      try? withCondition(["a": number(0.5)]) { throw Stop() }
      try? plate("gone", 3) { throw Stop() }
      sample("a", Normal(0, 1))
      plate("data", 2) { sample("x", Normal(0, 1)) }
    }
    #expect(trace["a"].isLatent && trace["a"].plates.isEmpty)
    #expect(trace["x"].plates.map(\.dim) == [-1])
  }

  @Test func aMaskZeroesLogProbabilities() {
    let data = Tensor([1.0, 2, 3])
    let mask = Tensor([true, false, true])
    let trace = Trace {
      plate("data", 3) { withMask(mask) { sample("x", Normal(0, 1), observed: data) } }
    }
    let expected = [normalLogDensity(1, 0, 1), 0, normalLogDensity(3, 0, 1)]
    #expect(zip(trace["x"].logProb.scalars, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func masksAroundEachOtherBothHold() {
    let trace = Trace {
      withMask(Tensor([true, false, true])) {
        plate("data", 3) {
          withMask(Tensor([true, true, false])) { factor("f", Tensor([1.0, 2, 4])) }
        }
      }
    }
    #expect(trace["f"].logProb.scalars == [1, 0, 0])
  }

  @Test(arguments: [Double.nan, .infinity, -1]) func dataUnderAFalseMaskTouchNothing(bad: Double) {
    let rate = Tensor([2.0]).requiringGradient()
    let data = Tensor([1.0, bad, 3])
    let trace = Trace {
      plate("data", 3) {
        withMask(Tensor([true, false, true])) {
          sample("x", LogNormal(rate, 1), observed: data)
        }
      }
    }
    let slope = gradients(of: trace.logProbSum, at: [rate])[0]
    #expect(trace.logProbSum.item().isFinite)
    // The derivative by loc is log x - loc, for each element that counts.
    #expect(abs((slope?.item() ?? .nan) - (log(3.0) - 4)) < 1e-12)
  }

  @Test func aScaleMultiplies() {
    let trace = Trace {
      withScale(3) { withScale(0.5) { factor("f", number(2.0)) } }
      factor("g", number(2.0))
    }
    #expect(trace["f"].scale == 1.5 && trace["f"].logProbSum.item() == 3)
    #expect(trace["f"].unscaledLogProb.item() == 2)
    #expect(trace["g"].logProbSum.item() == 2)
  }

  @Test func aScaleAndAMaskWorkTogether() {
    let trace = Trace {
      withScale(10) {
        plate("data", 2) {
          withMask(Tensor([true, false])) { factor("f", Tensor([1.0, 2])) }
        }
      }
    }
    #expect(trace["f"].logProb.scalars == [10, 0])
  }
}
