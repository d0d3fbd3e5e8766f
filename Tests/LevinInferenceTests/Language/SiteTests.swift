import Levin
import Testing

/// Single sites: they draw, take data, stand in a trace.
@Suite struct SiteTests {
  @Test func anObservedSiteDrawsNothingFromTheGenerator() {
    let data: Tensor = [1, 2, 3]
    let untouched = nextDraw()
    #expect(nextDraw { sample("x", Normal(0, 1), observed: data) } == untouched)
    #expect(nextDraw { sample("x", Normal(0, 1), observed: nil) } != untouched)
  }

  @Test func anObservedSiteHasItsDataAndIsNotLatent() {
    let data: Tensor = [1, 2, 3]
    let (result, trace) = withTrace { sample("x", Normal(0, 1), observed: data) }
    #expect(result.scalars == [1, 2, 3])
    #expect(trace["x"].isObserved && !trace["x"].isLatent)
    #expect(trace["x"].value.scalars == [1, 2, 3])
  }

  @Test func withoutDataASiteIsLatentAndDrawsWhatItsDistributionDoes() {
    let trace = withSeed(5) { Trace { sample("x", Normal(2, 3), observed: nil) } }
    let drawn = withSeed(5) { Normal(2, 3).sample() }
    #expect(trace["x"].isLatent && !trace["x"].isObserved)
    #expect(abs(trace["x"].value.item() - drawn.item()) < 1e-6)
  }

  @Test func aSiteOutsideEverythingReturnsADraw() {
    let value = withSeed(5) { sample("x", Normal(.zeros([4]), 1).toEvent(1)) }
    #expect(value.shape == [4])
  }

  @Test func aTraceKeepsTheOrderOfTheRun() {
    let trace = Trace {
      let a = sample("a", Normal(0, 1))
      parameter("p", [1, 2])
      plate("data", 3) { sample("x", Normal(a, 1)) }
      deterministic("twice", a * 2)
      factor("f", a)
    }
    #expect(trace.sites.map(\.name) == ["a", "p", "data", "x", "twice", "f"])
    #expect(trace.samples.map(\.name) == ["a", "x", "twice", "f"])
    #expect(trace.sites.map(\.kind).prefix(3) == [.sample, .parameter, .plate])
  }

  @Test func aTraceFindsSitesByName() {
    let trace = Trace { sample("a", Normal(0, 1)) }
    #expect(trace.site("a")?.name == "a")
    #expect(trace.site("b") == nil)
  }

  @Test func anInnerTraceDoesNotHideSitesFromTheOuterOne() {
    var inner: Trace?
    let outer = Trace {
      sample("a", Normal(0, 1))
      inner = Trace { sample("b", Normal(0, 1)) }
    }
    #expect(inner?.sites.map(\.name) == ["b"])
    #expect(outer.sites.map(\.name) == ["a", "b"])
  }

  @Test func aParameterMayBeUsedTwice() {
    let trace = Trace {
      parameter("p", [1])
      parameter("p", [1])
    }
    #expect(trace.sites.map(\.name) == ["p"])
  }

  @Test func logProbabilitiesAreThoseOfTheDistributions() {
    let trace = Trace {
      sample("a", Normal(0, 2), observed: number(1.5))
      sample("x", Normal(Tensor([0.0, 1]), 1), observed: Tensor([0.5, 0.25]))
    }
    let a = normalLogDensity(1.5, 0, 2)
    let x = [normalLogDensity(0.5, 0, 1), normalLogDensity(0.25, 1, 1)]
    #expect(abs(trace["a"].logProb.item() - a) < 1e-6)
    #expect(zip(trace["x"].logProb.scalars, x).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(trace["x"].logProbSum.item() - x[0] - x[1]) < 1e-12)
    #expect(abs(trace.logProbSum.item() - a - x[0] - x[1]) < 1e-6)
  }

  @Test func observationsAndLatentValuesBothCountInALogJoint() {
    let model = {
      let mean = sample("mean", Normal(0, 1))
      sample("x", Normal(mean, 1), observed: number(0.5))
    }
    let trace = Trace { withSubstitution(["mean": number(0.25)]) { model() } }
    let expected = normalLogDensity(0.25, 0, 1) + normalLogDensity(0.5, 0.25, 1)
    #expect(abs(trace.logProbSum.item() - expected) < 1e-6)
  }

  @Test func aFactorAddsItsNumbers() {
    let trace = Trace {
      factor("f", number(-1.5))
      plate("data", 3) { factor("g", Tensor([1.0, 2, 4])) }
    }
    #expect(trace["f"].logProbSum.item() == -1.5)
    #expect(trace["g"].logProb.scalars == [1, 2, 4])
    #expect(trace.logProbSum.item() == 5.5)
  }

  @Test func gradientsReachAFactorsNumbers() throws {
    let x = Tensor([1.0, 2]).requiringGradient()
    let trace = Trace { plate("data", 2) { factor("f", x.square()) } }
    let slope = try #require(gradients(of: trace.logProbSum, at: [x])[0])
    #expect(slope.scalars == [2, 4])
  }

  @Test func aDeterministicSiteIsRecordedAndAddsNothing() {
    let trace = Trace {
      let a = sample("a", Normal(0, 1), observed: number(1.0))
      deterministic("b", a * 3)
    }
    #expect(trace["b"].value.item() == 3)
    #expect(trace["b"].logProbSum.item() == 0)
    #expect(trace.logProbSum.item() == trace["a"].logProbSum.item())
  }

  @Test func drawsCarryGradientsToTheParametersWhereTheDistributionCan() throws {
    let loc = Tensor([1.0]).requiringGradient()
    let value = withSeed(1) { sample("x", Normal(loc, 1)) }
    #expect(try #require(gradients(of: value.sum(), at: [loc])[0]).item() == 1)
    let rate = Tensor([4.0]).requiringGradient()
    let count = withSeed(1) { sample("n", Poisson(rate: rate)) }
    #expect(!count.requiresGradient)
  }

  @Test func oneSeedGivesTheSameRun() {
    func values() -> [Double] {
      withSeed(9) {
        Trace {
          let mean = sample("mean", Normal(0, 1))
          plate("data", 5) { sample("x", Normal(mean, 1)) }
        }.samples.flatMap(\.value.scalars)
      }
    }
    #expect(values() == values())
  }
}
