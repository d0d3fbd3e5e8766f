import Foundation
import Levin
import Testing

/// Discrete sites that go over all their values, and the objective that sums over them.
@Suite struct EnumerationTests {
  private static let thirds = Tensor([0.5, 0.25, 0.25])

  private func loss<R>(maxPlateNesting: Int? = nil, _ model: () -> R) throws -> Double {
    try TraceEnumELBO(maxPlateNesting: maxPlateNesting).loss(model: { _ = model() }, guide: {})
      .item()
  }

  @Test(arguments: [-1, -2, -3, -4]) func valuesLieAlongAnAxisOfTheirOwn(dim: Int) {
    let trace = Trace {
      withEnumeration(firstAvailableDim: dim) {
        sample("z", Categorical(probs: Self.thirds), enumerate: .parallel)
      }
    }
    let ones = [Int](repeating: 1, count: -dim - 1)
    #expect(trace["z"].value.shape == [3] + ones)
    #expect(trace["z"].value.scalars == [0, 1, 2])
    #expect(trace["z"].enumeratedDim == dim)
    #expect(trace["z"].logProb.shape == [3] + ones)
    #expect(trace["z"].isLatent)
  }

  @Test func valuesAreNotRepeatedOverPlates() {
    let trace = Trace {
      withEnumeration(firstAvailableDim: -2) {
        plate("data", 5) { sample("z", Bernoulli(probs: number(0.25)), enumerate: .parallel) }
      }
    }
    #expect(trace["z"].value.shape == [2, 1])
    #expect(trace["z"].logProb.shape == [2, 5])
  }

  @Test func eachSiteTakesTheNextAxisOnTheLeft() {
    let trace = Trace {
      withEnumeration(firstAvailableDim: -2) {
        plate("data", 4) {
          let a = sample("a", Categorical(probs: Self.thirds), enumerate: .parallel)
          let b = sample("b", Bernoulli(probs: number(0.5)), enumerate: .parallel)
          sample("x", Normal(a + b, 1), observed: Tensor([1.0, 2, 3, 4]))
        }
      }
    }
    #expect(trace["a"].value.shape == [3, 1])
    #expect(trace["b"].value.shape == [2, 1, 1])
    #expect(trace["x"].logProb.shape == [2, 3, 4])
  }

  @Test func onlySitesThatAskForItAreEnumerated() {
    let trace = withSeed(1) {
      Trace {
        withEnumeration(firstAvailableDim: -1) {
          sample("a", Categorical(probs: Self.thirds))
          sample("b", Bernoulli(probs: number(0.5)), observed: number(1.0), enumerate: .parallel)
          sample("c", Normal(0, 1), enumerate: .parallel)
        }
      }
    }
    #expect(trace.sites.allSatisfy { $0.value.shape == [] && $0.enumeratedDim == nil })
  }

  @Test func withoutAnEnumerationSuchASiteDraws() {
    let value = withSeed(1) { sample("z", Bernoulli(probs: number(0.5)), enumerate: .parallel) }
    #expect(value.shape == [] && [0, 1].contains(value.item()))
  }

  @Test func aPlateInsideMultipliesSumsOverItsElements() throws {
    let data = [0.5, 1.5, -1]
    let mine = try loss {
      plate("data", 3) {
        let z = sample("z", Categorical(probs: Self.thirds), enumerate: .parallel)
        sample("x", Normal(z.cast(to: .float64), 1), observed: Tensor(data))
      }
    }
    let terms = data.map { x in
      logSumExp(
        [0.5, 0.25, 0.25].enumerated().map { log($1) + normalLogDensity(x, Double($0), 1) })
    }
    #expect(abs(mine + terms.reduce(0, +)) < 1e-12)
  }

  @Test func anEnumeratedSiteOutsideAPlateIsSharedByItsElements() throws {
    let data = [0.5, 1.5, -1]
    let mine = try loss {
      let z = sample("z", Categorical(probs: Self.thirds), enumerate: .parallel)
      plate("data", 3) { sample("x", Normal(z.cast(to: .float64), 1), observed: Tensor(data)) }
    }
    let terms = [0.5, 0.25, 0.25].enumerated().map { index, weight in
      log(weight) + data.reduce(0) { $0 + normalLogDensity($1, Double(index), 1) }
    }
    #expect(abs(mine + logSumExp(terms)) < 1e-12)
  }

  @Test func anEnumeratedSiteOfOneValueIsCertain() throws {
    let model = {
      plate("data", 3) {
        let z = sample("z", Categorical(logits: Tensor([0.5])), enumerate: .parallel)
        sample("x", Normal(z.cast(to: .float64), 1), observed: Tensor([0.5, 1.5, -1]))
      }
    }
    let expected = [0.5, 1.5, -1].reduce(0) { $0 + normalLogDensity($1, 0, 1) }
    #expect(try abs(loss(model) + expected) < 1e-12)
    let marginals = try TraceEnumELBO().computeMarginals(model: { _ = model() }, guide: {})
    #expect(marginals["z"]?.probs.scalars == [1, 1, 1])
    let trace = try inferDiscrete(temperature: 0, firstAvailableDim: -2) { _ = model() }
    #expect(trace["z"].value.scalars == [0, 0, 0])
  }

  @Test func anEnumeratedSiteThatIsGivenFromOutsideTakesNoAxis() throws {
    func model() {
      let a = sample("a", Categorical(probs: Self.thirds), enumerate: .parallel)
      let b = sample("b", Bernoulli(probs: number(0.25)), enumerate: .parallel)
      sample("x", Normal(a + b, 1), observed: number(1))
    }
    for isObserved in [true, false] {
      let values = ["a": number(2)]
      let trace = Trace {
        let body = { withEnumeration(firstAvailableDim: -1) { model() } }
        if isObserved { withCondition(values, body) } else { withSubstitution(values, body) }
      }
      #expect(trace["a"].value.item() == 2 && trace["a"].enumeratedDim == nil)
      #expect(abs(trace["a"].logProb.item() - log(0.25)) < 1e-12)
      #expect(trace["b"].enumeratedDim == -1)
      #expect(trace["x"].logProb.shape == [2])
    }
  }

  @Test func enumeratedSitesOfTheGuideLieRightOfTheModels() throws {
    var shapes: [String: [Int]] = [:]
    func site(_ name: String) {
      plate("\(name) plate", 3) {
        shapes[name] =
          sample(
            name, Categorical(probs: Self.thirds), enumerate: .parallel
          ).shape
      }
    }
    _ = try TraceEnumELBO(maxPlateNesting: 1).loss(
      model: {
        site("a")
        site("b")
      }, guide: { site("a") })
    #expect(shapes == ["a": [3, 1], "b": [3, 1, 1]])
  }

  @Test(arguments: [0.0, 0.5, 1]) func certainValuesLeaveLossAndGradientFinite(p: Double) throws {
    let probability = Tensor([p]).requiringGradient()
    let loss = try TraceEnumELBO().loss(
      model: {
        plate("data", 2) {
          let z = sample("z", Bernoulli(probs: probability), enumerate: .parallel)
          sample("x", Normal(z, 1), observed: Tensor([0.5, 0.25]))
        }
      }, guide: {})
    #expect(loss.item().isFinite)
    #expect(try #require(gradients(of: loss, at: [probability])[0]).item().isFinite)
  }

  @Test func aMaskActsInsideTheSumAndAScaleOutside() throws {
    let data = [0.5, 1.5, .nan]
    let mine = try loss {
      withScale(10) {
        plate("data", 3) {
          let z = sample("z", Bernoulli(probs: number(0.25)), enumerate: .parallel)
          withMask(Tensor([true, false, false])) {
            sample("x", Normal(z.cast(to: .float64), 1), observed: Tensor(data))
          }
        }
      }
    }
    let first = logSumExp([
      log(0.75) + normalLogDensity(0.5, 0, 1), log(0.25) + normalLogDensity(0.5, 1, 1),
    ])
    #expect(abs(mine + 10 * first) < 1e-9)
  }

  @Test func theNestingOfPlatesIsFound() throws {
    let model = {
      plate("a", 2) {
        plate("b", 3, dim: -3) {
          let z = sample("z", Bernoulli(probs: number(0.5)), enumerate: .parallel)
          sample("x", Normal(z, 1), observed: number(1))
        }
      }
    }
    let term = logSumExp([
      log(0.5) + normalLogDensity(1, 0, 1), log(0.5) + normalLogDensity(1, 1, 1),
    ])
    #expect(try abs(loss(model) + 6 * term) < 1e-9)
  }

  @Test(arguments: [1, 2, 5]) func moreNestingThanNeededChangesNothing(nesting: Int) throws {
    let model = {
      plate("data", 3) {
        let z = sample("z", Categorical(probs: Self.thirds), enumerate: .parallel)
        sample("x", Normal(z, 1), observed: Tensor([0.5, 1.5, -1]))
      }
    }
    #expect(try abs(loss(maxPlateNesting: nesting, model) - loss(model)) < 1e-12)
  }
}
