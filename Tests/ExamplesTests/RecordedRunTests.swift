import Levin
import Testing

/// Fits of the notebook's mixtures against Pyro's recorded ones, and against optima found without Pyro.
@Suite struct RecordedRunTests {
  static let runs = MixtureRecord.names.flatMap { name in
    (MixtureRecord.all[name]?.runs ?? [:]).keys.sorted().map { (name, $0) }
  }

  private static let exposed: Set<String> = ["weights", "locs", "scale"]

  private static func inference(
    _ name: String, from start: [String: Tensor], dtype: DType = .float32
  ) throws -> (SVI<Tensor>, AutoDelta<Tensor>, Tensor) {
    let record = try #require(MixtureRecord.all[name])
    let program = try #require(MixtureRecord.models[name])
    let model: (Tensor) -> Void = { program($0, $0.count) }
    let guide = AutoDelta(model, expose: exposed, start: .values(start))
    let svi = SVI(
      model, guide, loss: TraceEnumELBO(maxPlateNesting: record.maxPlateNesting)
    ) { Adam($0, learningRate: 0.1, betas: (0.8, 0.99)) }
    svi.printsWarnings = false
    return (svi, guide, MixtureRecord.data(name, dtype: dtype))
  }

  @Test func thereAreRunsOfEveryDataSet() {
    #expect(MixtureRecord.names.count == 5 && Self.runs.count >= 15)
    #expect(MixtureRecord.all.values.allSatisfy { $0.runs["from_truth"] != nil })
  }

  @Test(arguments: runs) func lossesArePyros(name: String, run: String) throws {
    let recorded = try #require(MixtureRecord.all[name]?.runs[run])
    let (svi, _, data) = try Self.inference(name, from: recorded.start)
    let first = try svi.evaluate(data)
    #expect(abs(first / recorded.losses[0] - 1) < 1e-6)
    let losses = try (0..<50).map { _ in try svi.step(data) }
    let worst = zip(losses, recorded.losses).map { abs($0 / $1 - 1) }.max() ?? .infinity
    #expect(worst < 1e-5, "\(worst)")
  }

  @Test(arguments: MixtureRecord.names)
  func theLossAtTheOptimumIsExactAndFlat(name: String) throws {
    let optimum = try #require(MixtureRecord.all[name]?.exact.optimum)
    let truth = try #require(MixtureRecord.all[name]?.truth)
    var start: [String: Tensor] = [:]
    for (site, numbers) in [
      ("weights", optimum.weights), ("scale", optimum.scale), ("locs", optimum.locs),
    ] {
      let shape = try #require(truth[site]?.shape)
      // The optimiser has components first and as many columns as there are dimensions.
      let values = numbers.tensor(.float64)
      let isTurned = site == "locs" && name.hasSuffix("alt") || name.hasSuffix("dimension")
      let turned = site == "locs" && isTurned ? values.transposed() : values
      start[site] = turned.reshaped(to: shape)
    }
    let (svi, guide, data) = try Self.inference(name, from: start, dtype: .float64)
    let loss = try svi.differentiableLoss(data)
    #expect(abs(loss.item() / optimum.loss - 1) < 1e-6)
    let slopes = gradients(of: loss, at: guide.parameters.map(\.unconstrained))
    for slope in slopes { #expect(try #require(slope).abs().max().item() < 1e-2) }
  }

  @Test(arguments: MixtureRecord.names)
  func fromTheTruthAFitComesToTheOptimum(name: String) throws {
    let record = try #require(MixtureRecord.all[name])
    let recorded = try #require(record.runs["from_truth"])
    let (svi, _, data) = try Self.inference(name, from: recorded.start)
    let losses = try (0..<recorded.steps).map { _ in try svi.step(data) }
    let optimum = record.exact.optimum.loss
    let lowest = losses[50..<150].min() ?? .infinity
    #expect(abs(lowest - optimum) < 1e-4 * optimum)
    // It jitters about the optimum that it has come to.
    #expect(abs(try svi.evaluate(data) - optimum) < 2)
  }

  @Test(arguments: [("default_init", 500, 70.0), ("best_of_100", 500, 40.0)])
  func aStartThatCollapsesIsToldOf(run: String, steps: Int, below: Double) throws {
    let recorded = try #require(MixtureRecord.all["gmm1d"]?.runs[run])
    let (svi, guide, data) = try Self.inference("gmm1d", from: recorded.start)
    let losses = try (0..<steps).map { _ in try svi.step(data) }
    #expect(try #require(losses.last) < below && losses.allSatisfy(\.isFinite))
    #expect(guide["weights"].min().item() < 1e-6)
    let warning = try #require(svi.warnings.first)
    #expect(svi.warnings.count == 1 && warning.contains("'weights' runs to the edge"))
  }
}
