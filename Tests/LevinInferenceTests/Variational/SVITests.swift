import Foundation
import Levin
import Testing

@testable import LevinTensor

/// A posterior approximation written by hand.
private final class NormalGuide: Guide {
  @Parameter var loc: Tensor = number(0.5)
  @Parameter(constraint: .positive) var scale: Tensor = number(2.0)

  func callAsFunction(_ data: Tensor) { sample("mean", Normal(loc, scale)) }
}

/// Steps of stochastic variational inference.
@Suite struct SVITests {
  private static let data = Tensor([1.0, 2, 4.5])

  private static func model(_ data: Tensor) {
    let mean = sample("mean", Normal(number(0.0), 2))
    plate("data", data.count) { sample("x", Normal(mean, 1), observed: data) }
  }

  private static func pointEstimate(
    _ start: Double = 0.5, _ optimizer: @escaping ([Parameter]) -> any Optimizer
  ) -> (SVI<Tensor>, AutoDelta<Tensor>) {
    let guide = AutoDelta(model, start: .values(["mean": Tensor(start)]))
    return (SVI(model, guide, loss: TraceEnumELBO(), optimizer: optimizer), guide)
  }

  private static func logJoint(_ mean: Double) -> Double {
    [1.0, 2, 4.5].reduce(normalLogDensity(mean, 0, 2)) { $0 + normalLogDensity($1, mean, 1) }
  }

  @Test func aStepGivesTheLossBeforeIt() throws {
    let (svi, guide) = Self.pointEstimate { SGD($0, learningRate: 0.125) }
    let loss = try svi.step(Self.data)
    #expect(abs(loss + Self.logJoint(0.5)) < 1e-12)
    // The slope of minus the log-joint is mean / 4 - Σ(x - mean).
    #expect(abs(guide["mean"].item() - (0.5 - 0.125 * (0.125 - 6))) < 1e-12)
    #expect(svi.stepCount == 1)
    #expect(abs(try svi.step(Self.data) + Self.logJoint(0.5 + 0.125 * 5.875)) < 1e-12)
  }

  @Test func evaluatingChangesNothing() throws {
    let (svi, guide) = Self.pointEstimate { Adam($0, learningRate: 0.1) }
    try svi.step(Self.data)
    let before = guide["mean"].item()
    let losses = try (0..<3).map { _ in try svi.evaluate(Self.data) }
    #expect(guide["mean"].item() == before && svi.stepCount == 1)
    #expect(losses.allSatisfy { abs($0 + Self.logJoint(before)) < 1e-12 })
    #expect(try svi.step(Self.data) == losses[0])
  }

  @Test func theDifferentiableLossIsTheEvaluatedOne() throws {
    let (svi, guide) = Self.pointEstimate { Adam($0, learningRate: 0.1) }
    let loss = try svi.differentiableLoss(Self.data)
    #expect(try svi.evaluate(Self.data) == loss.item())
    let slope = gradients(of: loss, at: guide.parameters.map(\.unconstrained))[0]
    #expect(abs(try #require(slope).item() + 5.875) < 1e-12)
  }

  @Test func aPointEstimateComesToTheMode() throws {
    let (svi, guide) = Self.pointEstimate { Adam($0, learningRate: 0.05) }
    for _ in 0..<500 { try svi.step(Self.data) }
    #expect(abs(guide["mean"].item() - 7.5 / 3.25) < 1e-4)
  }

  @Test(arguments: [1e200, -1e200])
  func aLossThatIsNotFiniteThrowsAndLeavesTheParameters(bad: Double) throws {
    let (svi, guide) = Self.pointEstimate { Adam($0, learningRate: 0.1) }
    let (twin, twinGuide) = Self.pointEstimate { Adam($0, learningRate: 0.1) }
    for _ in 0..<3 {
      try svi.step(Self.data)
      try twin.step(Self.data)
    }
    let error = inferenceError { try svi.step(Tensor([1.0, bad, 2])) }
    guard case .notFinite(4, let what) = error else { throw Unexpected(error) }
    #expect(what.hasPrefix("the loss"))
    #expect(guide["mean"].item() == twinGuide["mean"].item())
    // Nor does the optimizer remember anything of it.
    #expect(try svi.step(Self.data) == twin.step(Self.data))
    #expect(guide["mean"].item() == twinGuide["mean"].item())
  }

  @Test func aGradientThatIsNotFiniteNamesItsSite() throws {
    let model = { (_: Tensor) in
      let a = sample("a", Normal(number(0.0), 1))
      factor("root", (a * a).sqrt())
    }
    let guide = AutoDelta<Tensor>({ model($0) }, start: .feasible)
    let svi = SVI({ model($0) }, guide, loss: TraceEnumELBO()) { SGD($0, learningRate: 0.1) }
    let error = inferenceError { try svi.step([0]) }
    guard case .notFinite(1, let what) = error else { throw Unexpected(error) }
    #expect(what == "the gradient of site 'a'")
    #expect(guide["a"].item() == 0)
  }

  private static func bits(seed: Int, steps: Int = 20) throws -> [UInt64] {
    var random = PCG64(seed: 1)
    let data = random.normal(loc: 2, shape: [60_000], dtype: .float64)
    let model = { (data: Tensor) in
      let mean = sample("mean", Normal(number(0.0), 2))
      plate("data", data.count) {
        let z = sample("z", Bernoulli(probs: number(0.25)), enumerate: .parallel)
        sample("x", Normal(mean + z, 1), observed: data)
      }
    }
    let guide = NormalGuide()
    let svi = SVI({ _ = model($0) }, guide, loss: TraceEnumELBO()) { Adam($0, learningRate: 0.1) }
    return try withSeed(seed) {
      let losses = try (0..<steps).map { _ in try svi.step(data) }
      return (losses + [guide.loc.item(), guide.scale.item()]).map(\.bitPattern)
    }
  }

  @Test func oneSeedGivesTheSameBitsOnOneThreadAndOnTwo() throws {
    let before = Threads.count
    defer { Threads.count = before }
    let runs = try [1, 2, 1].map { count in
      Threads.count = count
      return try Self.bits(seed: 5)
    }
    #expect(runs[0] == runs[1] && runs[0] == runs[2])
    #expect(try Self.bits(seed: 6, steps: 1) != Self.bits(seed: 5, steps: 1))
  }

  @Test func aGuideOfOnesOwnComesToThePosteriorAndStaysPositive() throws {
    let guide = NormalGuide()
    let svi = SVI(Self.model, guide, loss: TraceEnumELBO()) { Adam($0, learningRate: 0.01) }
    var (locs, scales) = ([Double](), [Double]())
    try withSeed(3) {
      for _ in 0..<2000 {
        try svi.step(Self.data)
        locs.append(guide.loc.item())
        scales.append(guide.scale.item())
      }
    }
    func late(_ numbers: [Double]) -> Double { numbers.suffix(1000).reduce(0, +) / 1000 }
    #expect(scales.allSatisfy { $0 > 0 })
    #expect(abs(late(locs) - 7.5 / 3.25) < 0.05)
    #expect(abs(late(scales) * 3.25.squareRoot() - 1) < 0.1)
  }

  @Test func withTheExactPosteriorTheLossIsTheEvidenceWhateverIsDrawn() throws {
    let guide = NormalGuide()
    guide.loc = number(7.5 / 3.25)
    guide.scale = number(1 / 3.25.squareRoot())
    let svi = SVI(Self.model, guide, loss: TraceEnumELBO()) { SGD($0, learningRate: 0) }
    let evidence = Self.logJoint(7.5 / 3.25) + 0.5 * log(2 * Double.pi / 3.25)
    let losses = try withSeed(3) { try (0..<5).map { _ in try svi.evaluate(Self.data) } }
    #expect(losses.allSatisfy { abs($0 + evidence) < 1e-9 })
  }

  @Test func parametersOfTheModelAreTrainedTooIfNamed() throws {
    let loc = Parameter(wrappedValue: number(0.0))
    let model = { (data: Tensor) in
      _ = plate("data", data.count) { sample("x", Normal(loc.wrappedValue, 1), observed: data) }
    }
    let svi = SVI(model, ClosureGuide(), loss: TraceEnumELBO(), training: [loc]) {
      SGD($0, learningRate: 0.1)
    }
    for _ in 0..<100 { try svi.step(Self.data) }
    #expect(abs(loc.wrappedValue.item() - 2.5) < 1e-9)
  }

  @Test func aParameterOutsideTheListStaysAsItIs() throws {
    let loc = Parameter(wrappedValue: number(1.0))
    let model = { (data: Tensor) in
      let mean = sample("mean", Normal(loc.wrappedValue, 2))
      plate("data", data.count) { sample("x", Normal(mean, 1), observed: data) }
    }
    let guide = AutoDelta<Tensor>({ _ = model($0) })
    let svi = SVI({ _ = model($0) }, guide, loss: TraceEnumELBO()) { SGD($0, learningRate: 0.1) }
    for _ in 0..<3 { try svi.step(Self.data) }
    #expect(loc.wrappedValue.item() == 1)
  }
}
