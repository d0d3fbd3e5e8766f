import Levin
import LevinTestKit
import Testing

/// Guides that cannot learn: nothing to train, names that the model lacks, values that it says nothing about.
@Suite struct NothingToTrainTests {
  private static func model(_ data: Tensor) {
    let mean = sample("mean", Normal(number(0), 1))
    plate("data", data.count) { sample("x", Normal(mean, 1), observed: data) }
  }

  private let data = Tensor([1.0, 2])

  @Test func aStepWithoutParametersSaysSo() throws {
    func model(_ data: Tensor) {
      plate("data", data.count) { sample("x", Normal(number(0), 1), observed: data) }
    }
    let guides: [any Guide<Tensor>] = [ClosureGuide(), AutoDelta(model), AutoNormal(model)]
    for guide in guides {
      let error = inferenceError { try step(model, guide) }
      guard case .nothingToTrain(hasParameters: false) = error else { throw Unexpected(error) }
    }
  }

  private func step(_ model: @escaping (Tensor) -> Void, _ guide: some Guide<Tensor>) throws {
    try SVI(model, guide, loss: TraceELBO()) { Adam($0) }.step(data)
  }

  @Test func aLossThatDependsOnNoParameterSaysSo() throws {
    final class Idle: Guide {
      @Parameter var unused: Tensor = [0]

      func callAsFunction(_ data: Tensor) { sample("mean", Delta(number(0))) }
    }
    let error = inferenceError { try step(Self.model, Idle()) }
    guard case .nothingToTrain(hasParameters: true) = error else { throw Unexpected(error) }
  }

  @Test(arguments: [true, false]) func exposingUnknownSitesIsRefused(isDelta: Bool) throws {
    let expose: Set<String> = ["mean", "maen"]
    let error = inferenceError {
      if isDelta {
        try AutoDelta(Self.model, expose: expose)(data)
      } else {
        try AutoNormal(Self.model, expose: expose)(data)
      }
    }
    guard case .unknownSites(["maen"], known: ["mean"]) = error else { throw Unexpected(error) }
  }

  @Test(arguments: ShapeCheckTests.Kind.allCases)
  func anEmptyGuideForAModelWithLatentsIsRefused(kind: ShapeCheckTests.Kind) throws {
    let guides: [any Guide<Tensor>] = [ClosureGuide(), AutoDelta(Self.model, expose: [])]
    for guide in guides {
      let error = inferenceError {
        _ = try kind.objective().loss(model: { Self.model(data) }, guide: { try guide(data) })
      }
      guard case .siteMissingFromGuide("mean") = error else { throw Unexpected(error) }
    }
  }

  private static func masked(_ data: Tensor) {
    plate("n", 3) {
      withMask(Tensor([true, false, true])) {
        let z = sample("z", Normal(number(0), 1))
        sample("y", Normal(z, 1), observed: number(1))
      }
    }
    let scale = sample("scale", LogNormal(number(0), 1))
    plate("data", data.count) { sample("x", Normal(number(0), scale), observed: data) }
  }

  private func warnings(_ model: @escaping (Tensor) -> Void, _ guide: some Guide<Tensor>) throws
    -> [String]
  {
    let svi = SVI(model, guide, loss: TraceELBO()) { Adam($0, learningRate: 0.01) }
    svi.printsWarnings = false
    for _ in 0..<3 { try svi.step(data) }
    return svi.warnings
  }

  @Test func aLatentUnderAMaskIsReported() throws {
    for guide in [AutoDelta(Self.masked) as any Guide<Tensor>, AutoNormal(Self.masked)] {
      let found = try warnings(Self.masked, guide)
      #expect(found.count == 1)
      #expect(found.first?.contains("'z'") == true && found.first?.contains("element 1") == true)
    }
  }

  @Test func aLatentUnderAMaskIsReportedInAFit() throws {
    let module = try SVIModule(
      Self.masked, AutoNormal(Self.masked), loss: TraceELBO(), prototype: data
    ) { Adam($0, learningRate: 0.01) }
    _ = try quietTrainer(maxEpochs: 2).fit(module, train: fullBatch(data))
    #expect(module.warnings.count == 1)
  }

  // A prior alone, whose slope is 0 at the start, and flat priors of bounded supports say enough.
  @Test func properPriorsAreNotReported() throws {
    func model(_ data: Tensor) {
      sample("a", Normal(number(0), 1))
      sample("b", Beta(number(1), 1))
      sample("c", Gamma(number(1), 1))
      sample("w", Dirichlet(Tensor([1.0, 1, 1])))
      plate("data", data.count) { sample("x", Normal(number(0), 1), observed: data) }
    }
    #expect(try warnings(model, AutoDelta(model)).isEmpty)
    #expect(try warnings(model, AutoNormal(model)).isEmpty)
  }
}
