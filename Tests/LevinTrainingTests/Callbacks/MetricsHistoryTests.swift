import Levin
import LevinTestKit
import Testing

@testable import LevinTraining

@Suite struct MetricsHistoryTests {
  private func logging(_ value: @escaping (Int) -> Double) -> Probe {
    let probe = Probe()
    probe.batchEnd = { trainer, _ in
      log("m", value(trainer.globalBatch), onStep: true, onEpoch: true)
    }
    return probe
  }

  @Test func theValuesOfStepsAndEpochsAreKeptInOrder() throws {
    let history = MetricsHistory()
    let trainer = quietTrainer(2, [logging { Double($0) }, history])
    try trainer.fit(Location(), train: loader([1, 2], batchSize: 1))
    #expect(history["m_step"].values == [1, 2, 3, 4] && history["m_step"].steps == [0, 1, 2, 3])
    #expect(history["m_step"].epochs == [0, 0, 1, 1])
    #expect(history["m_epoch"].values == [1.5, 3.5] && history["m_epoch"].steps == [1, 3])
    #expect(history.names.contains("m_epoch") && history["other"].values.isEmpty)
  }

  @Test func anotherFitBeginsAnew() throws {
    let history = MetricsHistory()
    let trainer = quietTrainer(1, [logging { Double($0) }, history])
    for _ in 0..<2 { try trainer.fit(Location(), train: loader([1, 2], batchSize: 1)) }
    #expect(history["m_step"].values == [1, 2])
  }

  @Test func aFitThatGoesOnHasTheValuesOfTheOneBefore() throws {
    let first = MetricsHistory()
    let trainer = quietTrainer(1, [logging { $0 == 2 ? .nan : Double($0) }, first])
    try trainer.fit(Location(), train: loader([1, 2], batchSize: 1))
    let second = MetricsHistory()
    let next = quietTrainer(2, [logging { Double($0) }, second])
    try next.fit(
      Location(), train: loader([1, 2], batchSize: 1),
      resume: .state(#require(trainer.keptState)))
    let values = second["m_step"].values
    #expect(values.count == 4 && values[0] == 1 && values[1].isNaN && values[3] == 4)
    #expect(second["m_step"].steps == [0, 1, 2, 3])
  }

  @Test func aStateOfSomethingElseIsRefused() {
    var state = MetricsHistory().state()
    state["names"] = .list([.text("m")])
    var series = MetricSeries().state()
    series["steps"] = .tensor(Tensor([1, 2]))
    state["0"] = .tree(series)
    #expect(throws: StateError.self) { try MetricsHistory().restore(from: state) }
  }
}
