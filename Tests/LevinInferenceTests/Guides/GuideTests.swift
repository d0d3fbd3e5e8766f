import Foundation
import Levin
import Testing

/// Guides: the automatic one of point estimates, and one written by hand.
@Suite struct GuideTests {
  private static func model(_ data: Tensor) {
    let weights = sample("weights", Dirichlet(Tensor([2.0, 3, 4])))
    let scale = sample("scale", LogNormal(number(1.0), 0.5))
    let locs = plate("components", 3) { sample("locs", Normal(number(2.0), 4)) }
    plate("data", data.count) {
      let z = sample("z", Categorical(probs: weights), enumerate: .parallel)
      sample("x", Normal(locs[z], scale), observed: data)
    }
  }

  private static let data = Tensor([1.0, 2, 3, 4])

  private static func guide(_ start: StartStrategy) throws -> AutoDelta<Tensor> {
    let guide = AutoDelta(model, start: start)
    try withSeed(1) { try guide(data) }
    return guide
  }

  @Test func enumeratedSitesAreLeftOutByThemselves() throws {
    let guide = try Self.guide(.feasible)
    #expect(guide.sites == ["weights", "scale", "locs"])
  }

  @Test func estimatesHaveTheShapesOfTheSites() throws {
    let guide = try Self.guide(.median())
    #expect(guide["weights"].shape == [3])
    #expect(guide["scale"].shape == [])
    #expect(guide["locs"].shape == [3])
    #expect(guide.parameters.count == 3)
    // A simplex is the softmax of as many numbers as it has.
    #expect(guide.parameters.map { $0.unconstrained.shape } == [[3], [], [3]])
    #expect(guide.parameters.allSatisfy { $0.unconstrained.dtype == .float64 })
  }

  @Test func theFeasibleStartIsTheMiddleOfTheUnconstrainedSpace() throws {
    let guide = try Self.guide(.feasible)
    #expect(guide["weights"].scalars.allSatisfy { abs($0 - 1 / 3.0) < 1e-12 })
    #expect(guide["scale"].item() == 1)
    #expect(guide["locs"].scalars == [0, 0, 0])
  }

  @Test func theMeanStartIsThePriorMean() throws {
    let guide = try Self.guide(.mean)
    let weights = [2, 3, 4].map { Double($0) / 9 }
    #expect(zip(guide["weights"].scalars, weights).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(guide["scale"].item() - exp(1.125)) < 1e-9)
    #expect(guide["locs"].scalars == [2, 2, 2])
  }

  @Test func theSampleStartIsADrawOfTheModel() throws {
    let guide = try Self.guide(.sample)
    let drawn = withSeed(1) { Trace { Self.model(Self.data) } }
    for site in ["weights", "scale", "locs"] {
      let pairs = zip(guide[site].scalars, drawn[site].value.scalars)
      #expect(pairs.allSatisfy { abs($0 - $1) < 1e-9 })
    }
  }

  @Test func theMedianStartIsNearThePriorsMedianAndFeasibleForVectors() throws {
    let guide = try Self.guide(.median(of: 2001))
    #expect(guide["weights"].scalars.allSatisfy { abs($0 - 1 / 3.0) < 1e-12 })
    #expect(abs(log(guide["scale"].item()) - 1) < 0.1)
    #expect(guide["locs"].scalars.allSatisfy { abs($0 - 2) < 0.6 })
  }

  @Test func theUniformStartStaysWithinItsRadius() throws {
    let guide = try Self.guide(.uniform(radius: 0.25))
    let numbers = guide.parameters.flatMap { $0.unconstrained.scalars }
    // A simplex keeps its logits only up to a number added to all.
    #expect(numbers.dropFirst(3).allSatisfy { abs($0) <= 0.25 && $0 != 0 })
    #expect(guide["weights"].scalars.allSatisfy { (0.2...0.5).contains($0) })
  }

  @Test func givenStartsComeBackAndTheOthersFollowTheRest() throws {
    let guide = try Self.guide(.values(["locs": Tensor([5.0, 6, 7])], otherwise: .mean))
    let median = guide.median()
    #expect(median["locs"]?.scalars == [5, 6, 7])
    #expect(abs((median["scale"]?.item() ?? 0) - exp(1.125)) < 1e-9)
    #expect(Set(median.keys) == ["weights", "scale", "locs"])
    #expect(median.values.allSatisfy { !$0.requiresGradient })
  }

  @Test func aStartOfOneNumberIsSpreadOverThePlate() throws {
    let guide = try Self.guide(.values(["locs": number(5.0)]))
    #expect(guide["locs"].scalars == [5, 5, 5])
  }

  @Test func aStartOfOnesOwnIsAskedForEachSite() throws {
    var asked: [String] = []
    _ = try Self.guide(
      StartStrategy { site in
        asked.append(site.name)
        return try StartStrategy.feasible.value(site)
      })
    #expect(asked == ["weights", "scale", "locs"])
  }

  @Test func parametersAreCopies() throws {
    let start = Tensor([5.0, 6, 7])
    let guide = AutoDelta(Self.model, start: .values(["locs": start]))
    let svi = SVI(Self.model, guide, loss: TraceEnumELBO()) { SGD($0, learningRate: 0.1) }
    for _ in 0..<3 { try svi.step(Self.data) }
    #expect(start.scalars == [5, 6, 7])
    #expect(guide["locs"].scalars != [5, 6, 7])
  }

  @Test func platesAreEnteredBeforeTheFirstSite() throws {
    let guide = try Self.guide(.feasible)
    let trace = try Trace { try guide(Self.data) }
    let names = trace.sites.filter { $0.kind != .parameter }.map(\.name)
    #expect(names == ["components", "weights", "scale", "locs"])
    #expect(trace["locs"].plates.map(\.name) == ["components"])
    #expect(trace["locs"].plates.map(\.dim) == [-1])
    #expect(trace["AutoDelta.locs"].kind == .parameter)
  }

  @Test func theFirstRunLeavesNoTraceOutside() throws {
    let guide = AutoDelta(Self.model)
    let trace = try withSeed(1) { try Trace { try guide(Self.data) } }
    #expect(trace.site("x") == nil && trace.site("z") == nil)
  }

  @Test func aStartThatFailsOnceLeavesNothingBehind() throws {
    struct Refused: Error {}
    var isReady = false
    let guide = AutoDelta(
      Self.model,
      start: StartStrategy { site in
        if site.name == "scale", !isReady { throw Refused() }
        return try StartStrategy.feasible.value(site)
      })
    #expect(throws: Refused.self) { try guide(Self.data) }
    isReady = true
    try guide(Self.data)
    #expect(guide.sites == ["weights", "scale", "locs"])
  }

  @Test func anExposedDiscreteSiteIsNamed() throws {
    let guide = AutoDelta(Self.model, expose: ["locs", "z"])
    let error = inferenceError { try guide(Self.data) }
    guard case .discreteSiteInContinuousGuide("z") = error else { throw Unexpected(error) }
    #expect("\(try #require(error))".contains("enumerate: .parallel"))
  }

  @Test(arguments: [number(-1.0), number(Double.nan), number(0.0)])
  func aStartOutsideTheSupportIsNamed(_ value: Tensor) throws {
    let guide = AutoDelta(Self.model, start: .values(["scale": value]))
    let error = inferenceError { try guide(Self.data) }
    guard case .startOutsideSupport("scale", let support) = error else { throw Unexpected(error) }
    #expect(support == "a positive number")
  }

  @Test func sitesOfASequentialPlateAreEstimatedOneByOne() throws {
    let model = { (data: Tensor) in
      Plate("groups", 2).sequential { group in
        let loc = sample("loc \(group)", Normal(number(0.0), 1))
        sample("x \(group)", Normal(loc, 1), observed: data[group])
      }
    }
    let guide = AutoDelta<Tensor>({ _ = model($0) }, start: .feasible)
    let svi = SVI({ _ = model($0) }, guide, loss: TraceEnumELBO()) { Adam($0, learningRate: 0.1) }
    let loss = try svi.evaluate(Tensor([1.0, 3]))
    let expected = [1.0, 3].reduce(0) {
      $0 + normalLogDensity(0, 0, 1) + normalLogDensity($1, 0, 1)
    }
    #expect(guide["loc 1"].shape == [])
    #expect(abs(loss + expected) < 1e-12)
  }

  @Test func theOptimumIsTheModeInTheSpaceOfTheValues() throws {
    let model = { (_: Tensor) in
      sample("positive", LogNormal(number(0.0), 1))
      sample("share", Beta(number(2.0), 4))
    }
    let guide = AutoDelta<Tensor>({ _ = model($0) }, start: .feasible)
    let svi = SVI({ _ = model($0) }, guide, loss: TraceEnumELBO()) {
      Adam($0, learningRate: 0.05, betas: (0.8, 0.99))
    }
    for _ in 0..<600 { try svi.step([0]) }
    #expect(abs(guide["positive"].item() - exp(-1)) < 1e-3)
    #expect(abs(guide["share"].item() - 0.25) < 1e-3)
  }
}
