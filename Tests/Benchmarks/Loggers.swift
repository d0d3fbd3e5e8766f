import Foundation
import Levin
import LevinCSV
import LevinJSONLines
import LevinPlots

/// The time that a logger takes for a record of ten metrics: putting it together and the write to the file.
let loggerBenchmarks: [Benchmark] = [
  logger("log-csv") { CSVLogger() },
  logger("log-jsonl") { JSONLinesLogger(failurePolicy: .stop) },
  logger("log-report") { RunReport(failurePolicy: .stop) },
]

private func logger(_ name: String, _ make: @escaping @Sendable () -> Callback) -> Benchmark {
  Benchmark(name: name, rows: 10) {
    Stopwatch.microseconds { repetitions in
      let folder = FileManager.default.temporaryDirectory.path + "/levin-" + UUID().uuidString
      defer { try? FileManager.default.removeItem(atPath: folder) }
      do { return try seconds(of: repetitions, make(), folder) } catch { fatalError("\(error)") }
    }
  }
}

private func seconds(of steps: Int, _ logger: Callback, _ folder: String) throws -> Double {
  let trainer = Trainer(maxEpochs: 1, directory: folder, progressBar: false, summary: false)
  let module = Idle()
  try logger.setup(trainer, module)
  try logger.onFitStart(trainer, module)
  defer { try? logger.teardown(trainer, module) }
  let names = (0..<10).map { "metric_\($0)" }
  let time = try ContinuousClock().measure {
    for step in 0..<steps {
      let metrics = names.map { ($0, MetricValue(Double(Float(step) * 0.37), .float32)) }
      let record = MetricsRecord(epoch: 0, step: step, metrics: metrics)
      try logger.onMetrics(trainer, module, record: record)
    }
  }
  return time / .seconds(1)
}

private final class Idle: LightningModule {
  @Parameter var level = Tensor(Float(0))

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { (batch - level).square().mean() }
  func configureOptimizers() -> OptimizerConfiguration { .init(Adam(parameters)) }
}
