import Levin
import LevinTraining
import Testing

@Suite struct StepRowTests {
  // The steps that have a row.
  private func steps(_ interval: Int, endsAt end: Int? = nil) throws -> [Int] {
    let probe = Probe()
    probe.batchEnd = { trainer, _ in if trainer.globalStep == end { trainer.stop() } }
    let model = Scripted { model, batch, _ in
      let loss = (model.weight * batch).square().mean()
      log("by_step", loss, onStep: true)
      return loss
    }
    let settings = TrainerSettings(maxEpochs: 2, logEveryNSteps: interval)
    try quietTrainer(settings, [probe]).fit(model, train: loader([1, 2, 3, 4, 5], batchSize: 1))
    return probe.records.filter { !$0.metrics.isEmpty }.map(\.step)
  }

  @Test func rowsComeEveryFewStepsAcrossEpochs() throws {
    #expect(try steps(5) == [4, 9] && steps(3) == [2, 5, 8])
    #expect(try steps(1) == Array(0..<10))
  }

  @Test func theStepOfAnEndHasARow() throws {
    #expect(try steps(5, endsAt: 7) == [4, 6])
  }

  @Test(arguments: [nil, 7]) func noIntervalMeansNoRows(_ end: Int?) throws {
    #expect(try steps(0, endsAt: end).isEmpty)
  }
}
