import Levin
import LevinTraining
import Testing

@Suite struct ReductionTests {
  private func values(
    _ reduction: LogReduction, _ numbers: [Float], batchSize: Int = 1, onStep: Bool = false
  ) throws -> [String: [Double]] {
    let probe = Probe()
    let model = Scripted { model, batch, _ in
      log("x", batch.max(), onStep: onStep, onEpoch: true, reduction: reduction)
      return (model.weight * batch).square().mean() * 0
    }
    try quietTrainer(2, [probe]).fit(model, train: loader(numbers, batchSize: batchSize))
    return ["x", "x_step", "x_epoch"].reduce(into: [:]) { $0[$1] = probe.values($1) }
  }

  // Lightning's own numbers for counts 0 to n - 1: 0, n - 1, their mean, their sum.
  @Test(arguments: [
    (LogReduction.min, 0.0), (.max, 4), (.mean, 2), (.sum, 10),
  ]) func anEpochHasTheReductionOfItsValues(_ reduction: LogReduction, _ expected: Double) throws {
    let values = try values(reduction, [0, 1, 2, 3, 4])
    #expect(values["x"] == [expected, expected])
  }

  @Test func onlyAMeanIsWeightedBySizes() throws {
    // Batches of 2 and 1 with 2 and 6 as their values.
    let expected: [(LogReduction, Double)] = [
      (.mean, (2 * 2 + 6) / 3), (.sum, 8), (.min, 2), (.max, 6),
    ]
    for (reduction, value) in expected {
      let found = try values(reduction, [1, 2, 6], batchSize: 2)["x"]?.first ?? .nan
      #expect(abs(found - value) < 1e-14)
    }
  }

  @Test func rowsOfStepsHaveTheValuesThemselves() throws {
    let values = try values(.max, [1, 3, 2], onStep: true)
    #expect(values["x_step"] == [1, 3, 2, 1, 3, 2] && values["x_epoch"] == [3, 3])
  }

  @Test(arguments: [LogReduction.min, .max, .sum, .mean]) func aNaNIsNotLost(
    _ reduction: LogReduction
  ) throws {
    let probe = Probe()
    let model = Scripted { model, batch, index in
      log("x", index == 1 ? Double.nan : 1, reduction: reduction)
      return (model.weight * batch).square().mean()
    }
    try quietTrainer(1, [probe]).fit(model, train: loader([1, 2, 3], batchSize: 1))
    #expect(probe.values("x").allSatisfy(\.isNaN) && probe.values("x").count == 1)
  }

  @Test func largeIntegersStayExactWhereTheyAreNotAddedUp() throws {
    let large = 9_007_199_254_740_993
    let probe = Probe()
    let model = Scripted { model, batch, index in
      log("least", large + 4 * index, reduction: .min)
      log("greatest", large + 4 * index, reduction: .max)
      log("sum", large + 4 * index, reduction: .sum)
      return (model.weight * batch).square().mean()
    }
    try quietTrainer(1, [probe]).fit(model, train: loader([1, 2, 3], batchSize: 1))
    let integers = probe.records[0].metrics.map(\.value.largeInteger)
    #expect(integers == [large, large + 8, nil])
  }

  @Test func aNameKeepsItsReduction() {
    let model = Scripted { model, batch, index in
      log("x", 1.0, reduction: index == 0 ? .min : .max)
      return (model.weight * batch).square().mean()
    }
    #expect(throws: TrainerError.self) {
      try quietTrainer(1).fit(model, train: loader([1, 2], batchSize: 1))
    }
  }

  @Test func theMetricSoFarIsThatOfTheReduction() throws {
    let probe = Probe()
    var seen: [Double?] = []
    probe.batchEnd = { trainer, _ in seen.append(trainer.metrics["x"]) }
    let model = Scripted { model, batch, _ in
      log("x", batch, reduction: .sum)
      return (model.weight * batch).square().mean()
    }
    try quietTrainer(1, [probe]).fit(model, train: loader([1, 2, 4], batchSize: 1))
    #expect(seen == [1, 3, 7])
  }

  @Test func aReductionGoesOnInAResumedEpoch() throws {
    struct Stop: Error {}
    func run(_ failing: Probe, _ resume: Resume?) throws -> ([Double], Trainer) {
      let model = Scripted { model, batch, _ in
        for reduction in [LogReduction.min, .max, .sum] {
          log("\(reduction)", batch, reduction: reduction)
        }
        return (model.weight * batch).square().mean()
      }
      let probe = Probe()
      let trainer = quietTrainer(1, [failing, probe])
      _ = try? trainer.fit(
        model, train: loader([4, 1, 9, 2], batchSize: 1), resume: resume)
      return (["min", "max", "sum"].flatMap(probe.values), trainer)
    }
    let failing = Probe()
    failing.batchEnd = { _, index in if index == 2 { throw Stop() } }
    let trainer = try run(failing, nil).1
    let state = try #require(trainer.keptState)
    #expect(try run(Probe(), .state(state)).0 == [1, 9, 16])
  }
}
