import Foundation
import Levin
import Testing

/// Mistakes that the enumerating objective refuses, and its messages.
@Suite struct ObjectiveErrorTests {
  private func failure<R>(
    maxPlateNesting: Int? = nil, guide: () -> Void = {}, _ model: () -> R
  ) -> InferenceError? {
    inferenceError {
      _ = try TraceEnumELBO(maxPlateNesting: maxPlateNesting).loss(
        model: { _ = model() }, guide: guide)
    }
  }

  private func coin() -> Tensor {
    sample("z", Bernoulli(probs: number(0.5)), enumerate: .parallel)
  }

  @Test func aDiscreteSiteThatNobodyEnumeratesIsNamed() throws {
    let error = failure { sample("z", Bernoulli(probs: number(0.5))) }
    guard case .discreteSiteNotEnumerated("z") = error else { throw Unexpected(error) }
    #expect("\(try #require(error))".contains("enumerate: .parallel"))
  }

  @Test func aSiteThatTheGuideLacksIsNamed() throws {
    let error = failure { sample("mean", Normal(0, 1)) }
    guard case .siteMissingFromGuide("mean") = error else { throw Unexpected(error) }
  }

  @Test func aSiteThatTheModelLacksIsNamed() throws {
    let error = failure(guide: { sample("mean", Normal(0, 1)) }, {})
    guard case .siteMissingFromModel("mean") = error else { throw Unexpected(error) }
  }

  @Test func aSiteThatTheModelObservesIsNoSiteOfTheGuide() throws {
    let error = failure(guide: { sample("mean", Normal(0, 1)) }) {
      sample("mean", Normal(0, 1), observed: number(1.0))
    }
    guard case .siteMissingFromModel("mean") = error else { throw Unexpected(error) }
  }

  @Test func aPlateBeyondTheNestingIsNamed() throws {
    let error = failure(maxPlateNesting: 1) {
      plate("rows", 2, dim: -2) { sample("x", Normal(0, 1), observed: number(1.0)) }
    }
    guard case .plateBeyondNesting("rows", -2, 1) = error else { throw Unexpected(error) }
    #expect("\(try #require(error))".contains("at least 2"))
  }

  @Test func aForgottenPlateIsAnUnexplainedAxis() throws {
    let error = failure {
      sample("mean", Normal(0, 1), observed: number(1.0))
      sample("x", Normal(.zeros([3]), 1), observed: Tensor([1.0, 2, 3]))
    }
    guard case .unexplainedAxis("x", -1, 3, let shapes) = error else { throw Unexpected(error) }
    #expect(shapes.contains("log_prob 3 |"))
    #expect("\(try #require(error))".contains("toEvent"))
  }

  @Test func aForgottenEventIsAnUnexplainedAxis() throws {
    let rows = Plate("rows", 3, dim: -2)
    let error = failure {
      rows { sample("x", Normal(.zeros([2]), 1), observed: .zeros([3, 2])) }
    }
    guard case .unexplainedAxis("x", -1, 2, _) = error else { throw Unexpected(error) }
  }

  @Test func dataOfAnotherShapeThanThePlateAreAnUnexplainedAxis() throws {
    let error = failure {
      plate("data", 3) { sample("x", Normal(0, 1), observed: .zeros([4, 3])) }
    }
    guard case .unexplainedAxis("x", -2, 4, _) = error else { throw Unexpected(error) }
  }

  @Test func aMaskOfNoPlateIsAnUnexplainedAxis() throws {
    for isEnumerated in [true, false] {
      let error = failure {
        withMask(Tensor([true, false, true])) {
          let value: Tensor? = isEnumerated ? nil : number(1.0)
          sample("z", Categorical(probs: [0.5, 0.5]), observed: value, enumerate: .parallel)
        }
      }
      guard case .unexplainedAxis("z", -1, 3, _) = error else { throw Unexpected(error) }
    }
  }

  @Test func aSiteOutsideAPlateMayNotDependOnAnEnumeratedOneInside() throws {
    let error = failure {
      let z = plate("data", 3) { coin() }
      sample("x", Normal(z, 1), observed: number(1.0))
    }
    guard case .dependenceOnInnerSite("z", ["data"]) = error else { throw Unexpected(error) }
  }

  @Test func enumeratedSitesOfPlatesThatCrossAreRefused() throws {
    let error = failure {
      let rows = Plate("rows", 2, dim: -2)
      let columns = Plate("columns", 3, dim: -1)
      let a = rows { sample("a", Bernoulli(probs: number(0.5)), enumerate: .parallel) }
      let b = columns { sample("b", Bernoulli(probs: number(0.5)), enumerate: .parallel) }
      rows { columns { sample("x", Normal(a + b, 1), observed: .zeros([2, 3])) } }
    }
    guard case .crossedPlates("x", let variables, ["columns", "rows"]) = error else {
      throw Unexpected(error)
    }
    #expect(variables.sorted() == ["a", "b"])
  }

  @Test func sitesThatShareAnEnumeratedOneNeedOneScale() throws {
    let error = failure {
      let z = coin()
      withScale(2) { sample("x", Normal(z, 1), observed: number(1.0)) }
    }
    guard case .differentScales(let names) = error else { throw Unexpected(error) }
    #expect(names.sorted() == ["x", "z"])
  }

  @Test func anIndependentSiteMayHaveAnotherScale() throws {
    let loss = try TraceEnumELBO().loss(
      model: {
        let z = coin()
        _ = sample("x", Normal(z, 1), observed: number(1.0))
        withScale(3) { sample("y", Normal(0, 1), observed: number(1.0)) }
      }, guide: {})
    let mixed = logSumExp([
      log(0.5) + normalLogDensity(1, 0, 1), log(0.5) + normalLogDensity(1, 1, 1),
    ])
    #expect(abs(loss.item() + mixed + 3 * normalLogDensity(1, 0, 1)) < 1e-5)
  }

  @Test func aDeterministicVectorNeedsNoPlate() throws {
    let model = { (isShown: Bool) in
      let z = coin()
      if isShown {
        deterministic("table", Tensor([1.0, .nan, 3]))
        deterministic("shifted", z + 1)
      }
      sample("x", Normal(z, 1), observed: number(1.0))
    }
    let objective = TraceEnumELBO()
    let shown = try objective.loss(model: { _ = model(true) }, guide: {}).item()
    let bare = try objective.loss(model: { _ = model(false) }, guide: {}).item()
    #expect(shown == bare)
  }
}
