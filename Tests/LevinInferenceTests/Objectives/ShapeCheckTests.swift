import Levin
import LevinTestKit
import Testing

/// Log-probabilities wider than the plates around their sites: refused, with the table of shapes and advice.
@Suite struct ShapeCheckTests {
  enum Kind: CaseIterable, Sendable {
    case elbo, meanField, enumerated

    func objective(maxPlateNesting: Int? = nil) -> any Objective {
      switch self {
      case .elbo: TraceELBO(maxPlateNesting: maxPlateNesting)
      case .meanField: TraceMeanFieldELBO(maxPlateNesting: maxPlateNesting)
      case .enumerated: TraceEnumELBO(maxPlateNesting: maxPlateNesting)
      }
    }
  }

  private func refusal(
    _ kind: Kind, maxPlateNesting: Int? = nil, model: () throws -> Void,
    guide: () throws -> Void = {}
  ) -> InferenceError? {
    inferenceError {
      let loss = try kind.objective(maxPlateNesting: maxPlateNesting).loss(
        model: model, guide: guide)
      Issue.record("a loss of \(loss.item())")
    }
  }

  private func expectUnexplained(
    _ error: InferenceError?, site: String, dim: Int, size: Int,
    _ location: SourceLocation = #_sourceLocation
  ) {
    guard case .unexplainedAxis(site, dim, size, let shapes) = error else {
      Issue.record("\(String(describing: error))", sourceLocation: location)
      return
    }
    #expect(shapes.contains("Trace Shapes:"), sourceLocation: location)
    let text = error?.description ?? ""
    #expect(text.contains("plate") && text.contains("toEvent"), sourceLocation: location)
  }

  @Test(arguments: Kind.allCases, [nil, 1, 2])
  func aColumnOfDataInsideAPlateIsRefused(kind: Kind, nesting: Int?) {
    let column = Tensor.zeros([50, 1], dtype: .float64)
    let error = refusal(kind, maxPlateNesting: nesting) {
      plate("n", 50) { _ = sample("x", Normal(number(0), 1), observed: column) }
    }
    expectUnexplained(error, site: "x", dim: -2, size: 50)
  }

  // With two observations the axis of the data has the size of the one of the two components.
  @Test(arguments: [2, 3], [nil, 0, 1]) func aForgottenPlateIsRefused(count: Int, nesting: Int?) {
    let data = Tensor((0..<count).map { Double($0) * 1.5 })
    let error = refusal(.enumerated, maxPlateNesting: nesting) {
      let c = sample("c", Categorical(probs: Tensor([0.5, 0.5])), enumerate: .parallel)
      sample("y", Normal(Tensor([-1.0, 1])[c], 1), observed: data)
    }
    expectUnexplained(error, site: "y", dim: -1, size: count)
  }

  @Test func aForgottenPlateIsRefusedInDiscreteInference() {
    let error = inferenceError {
      _ = try inferDiscrete(temperature: 0, firstAvailableDim: -1) {
        let c = sample("c", Categorical(probs: Tensor([0.5, 0.5])), enumerate: .parallel)
        sample("y", Normal(Tensor([-1.0, 1])[c], 1), observed: Tensor([0, 1.5]))
      }
    }
    expectUnexplained(error, site: "y", dim: -1, size: 2)
  }

  // The first run is right, and the next one forgets.
  @Test func alsoALaterRunIsLookedAt() throws {
    let objective = TraceEnumELBO(maxPlateNesting: 1)
    func loss(_ data: Tensor, forgets: Bool) throws -> Double {
      func observe(_ c: Tensor) { sample("y", Normal(Tensor([-1.0, 1])[c], 1), observed: data) }
      return try objective.loss(
        model: {
          let c = sample("c", Categorical(probs: Tensor([0.5, 0.5])), enumerate: .parallel)
          if forgets { observe(c) } else { plate("data", data.count) { observe(c) } }
        }, guide: {}
      ).item()
    }
    _ = try loss(Tensor([0.0, 1, 2]), forgets: false)
    let error = inferenceError { _ = try loss(Tensor([0, 1.5], shape: [2, 1]), forgets: true) }
    expectUnexplained(error, site: "y", dim: -2, size: 2)
  }

  @Test(arguments: Kind.allCases) func aMaskWiderThanThePlatesIsRefused(kind: Kind) {
    let error = refusal(kind) {
      withMask(Tensor([true, false])) { _ = sample("x", Normal(number(0), 1), observed: number(1)) }
    }
    expectUnexplained(error, site: "x", dim: -1, size: 2)
  }

  @Test(arguments: Kind.allCases) func aWideFactorIsRefused(kind: Kind) {
    let error = refusal(kind) { factor("f", Tensor([1.0, 2])) }
    expectUnexplained(error, site: "f", dim: -1, size: 2)
  }

  @Test(arguments: Kind.allCases) func aWideSiteOfTheGuideIsRefused(kind: Kind) {
    let error = refusal(
      kind, model: { plate("n", 3) { _ = sample("z", Normal(number(0), 1)) } },
      guide: { _ = sample("z", Normal(Tensor([0.0, 0, 0]), 1)) })
    expectUnexplained(error, site: "z", dim: -1, size: 3)
  }

  @Test(arguments: Kind.allCases) func eventsOfOtherRanksAreRefused(kind: Kind) throws {
    let error = refusal(
      kind,
      model: { _ = sample("z", Normal(.zeros([3, 2], dtype: .float64), 1).toEvent(2)) },
      guide: {
        plate("rows", 3) { _ = sample("z", Normal(.zeros([3, 2], dtype: .float64), 1).toEvent(1)) }
      })
    guard case .eventRanksDiffer("z", model: 2, guide: 1) = error else { throw Unexpected(error) }
  }

  // One draw of the guide for all elements of a plate is another model.
  @Test(arguments: Kind.allCases) func aGuideOutsideAPlateOfTheModelIsRefused(kind: Kind) throws {
    let error = refusal(
      kind, model: { plate("n", 3) { _ = sample("z", Normal(number(0), 1)) } },
      guide: { _ = sample("z", Normal(number(0), 1)) })
    guard case .shapesDiffer("z", model: [3], guide: []) = error else { throw Unexpected(error) }
  }

  @Test(arguments: Kind.allCases) func aRightModelHasItsLoss(kind: Kind) throws {
    let data = Tensor([0.5, -1, 2])
    let loss = try kind.objective().loss(
      model: { plate("n", 3) { _ = sample("x", Normal(number(0), 1), observed: data) } }, guide: {}
    ).item()
    let expected = data.scalars.reduce(0) { $0 - normalLogDensity($1, 0, 1) }
    #expect(abs(loss - expected) < 1e-12)
  }

  @Test func lookingDrawsNothingFromTheStream() throws {
    func draw(looks: Bool) -> Double {
      nextDraw {
        let objective = TraceELBO(maxPlateNesting: 0)
        let model = { _ = sample("z", Normal(number(0), 1)) }
        if looks { _ = try? TraceEnumELBO().loss(model: {}, guide: {}) }
        _ = try? objective.loss(model: model, guide: model)
      }
    }
    #expect(draw(looks: true) == draw(looks: false))
  }

  // The axis of the data has the size of the one of the components, so that the log-probabilities of both runs have
  // one shape.
  @Test(arguments: [nil, 0, 1]) func aPlateForgottenBesideASingleObservationIsRefusedLater(
    nesting: Int?
  )
    throws
  {
    let objective = TraceEnumELBO(maxPlateNesting: nesting)
    func loss(_ data: Tensor) throws -> Double {
      try objective.loss(
        model: {
          let c = sample("c", Categorical(probs: Tensor([0.5, 0.5])), enumerate: .parallel)
          sample("y", Normal(Tensor([-1.0, 1])[c], 1), observed: data)
        }, guide: {}
      ).item()
    }
    _ = try loss(number(0.3))
    let error = inferenceError { _ = try loss(Tensor([0, 1.5])) }
    expectUnexplained(error, site: "y", dim: -1, size: 2)
    // Once more, after a right one.
    _ = try loss(number(1))
    let again = inferenceError { _ = try loss(Tensor([2, 1.5])) }
    expectUnexplained(again, site: "y", dim: -1, size: 2)
  }

  @Test(arguments: [nil, 0, 1]) func aMaskThatBecomesWiderIsRefused(nesting: Int?) throws {
    let objective = TraceEnumELBO(maxPlateNesting: nesting)
    func loss(_ mask: Tensor) throws -> Double {
      try objective.loss(
        model: {
          let c = sample("c", Categorical(probs: Tensor([0.5, 0.5])), enumerate: .parallel)
          withMask(mask) { _ = sample("y", Normal(Tensor([-1.0, 1])[c], 1), observed: number(1)) }
        }, guide: {}
      ).item()
    }
    _ = try loss(Tensor(true))
    let error = inferenceError { _ = try loss(Tensor([true, false])) }
    expectUnexplained(error, site: "y", dim: -1, size: 2)
  }

  // A factor is as wide as it is, whatever the mask around it is.
  @Test(arguments: Kind.allCases) func aMaskAloneWiderThanThePlatesIsRefused(kind: Kind) {
    let error = refusal(kind) { withMask(Tensor([true, false])) { factor("f", number(1)) } }
    expectUnexplained(error, site: "f", dim: -1, size: 2)
  }

  // The axis could be taken for the one of the enumerated site, and the model has no such site.
  @Test(arguments: [nil, 0]) func aWideFactorOfAGuideThatEnumeratesIsRefused(nesting: Int?) {
    func choice(_ probs: Tensor) {
      sample("c", Categorical(probs: probs), enumerate: .parallel)
    }
    let error = refusal(
      .enumerated, maxPlateNesting: nesting, model: { choice(Tensor([0.5, 0.5])) },
      guide: {
        choice(Tensor([0.2, 0.8]))
        factor("f", Tensor([1.0, 2]))
      })
    expectUnexplained(error, site: "f", dim: -1, size: 2)
  }
}
