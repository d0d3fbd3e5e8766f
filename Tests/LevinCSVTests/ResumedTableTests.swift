import Foundation
import Levin
import LevinTestKit
import LevinTraining
import Testing

@testable import LevinCSV

private final class Empty: LightningModule {
  @Parameter var level: Tensor = [0]

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { (batch - level).square().mean() }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.1))
  }
}

// The table of a run that goes on, with the hooks called as a trainer does.
@Suite struct ResumedTableTests {
  /// A logger of a run in a folder.
  private final class Run {
    let logger = CSVLogger()
    let trainer: Trainer
    let module = Empty()

    /// Begins, from a state if there is one, with the table of an earlier run in the folder.
    init(in folder: String, table: String? = nil, from state: State? = nil) throws {
      trainer = Trainer(maxEpochs: 0, directory: folder, progressBar: false, summary: false)
      if let table {
        let path = try trainer.runDirectory() + "/metrics.csv"
        try Data(table.utf8).write(to: URL(filePath: path))
      }
      logger.setup(trainer, module)
      if let state {
        _ = trainer.continueRun(in: try trainer.runDirectory())
        try logger.restore(from: state)
      }
      try logger.onFitStart(trainer, module)
    }

    func send(_ step: Int, _ metrics: KeyValuePairs<String, Double>) throws {
      try logger.onMetrics(
        trainer, module,
        record: MetricsRecord(
          epoch: 0, step: step, batchIndex: nil,
          metrics: metrics.map { ($0.key, MetricValue($0.value, .float64)) }))
    }

    func end() throws { try logger.teardown(trainer, module) }

    var text: String {
      get throws {
        let path = try trainer.runDirectory() + "/metrics.csv"
        return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
      }
    }
  }

  private func rows(_ count: Int) -> State {
    var state = State()
    state["rows"] = .integer(count)
    return state
  }

  @Test func theStateCountsTheRowsOfTheFile() throws {
    try withTemporaryFolder { folder in
      let run = try Run(in: folder)
      #expect(run.logger.state() == rows(0))
      try run.send(0, ["a": 1])
      try run.send(1, ["a": 2])
      #expect(run.logger.state() == rows(2))
      try run.send(2, ["b": 3])
      #expect(run.logger.state() == rows(3))
      try run.end()
      #expect(run.logger.state() == rows(3))
      // A test or a prediction is no fit.
      run.logger.setup(run.trainer, run.module)
      #expect(run.logger.state() == rows(3))
    }
  }

  @Test func rowsThatWaitCountOnceTheyAreWritten() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/metrics.csv"
      // No time at all, so that all rows wait.
      let table = MetricsTable(path: path, patience: .seconds(-3600))
      for step in 0..<4 {
        try table.append(
          MetricsRecord(
            epoch: 0, step: step, batchIndex: nil,
            metrics: [("m\(step)", MetricValue(1, .float64))]))
      }
      #expect(table.rowCount == 0 && !FileManager.default.fileExists(atPath: path))
      try table.close()
      #expect(table.rowCount == 4)
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 5)
    }
  }

  @Test func laterRowsAreCutOffAndOthersFollow() throws {
    let table = "epoch,m,step\n0,1.0,0\n0,2.0,1\n1,3.0,2\n"
    for count in 0...3 {
      try withTemporaryFolder { folder in
        let run = try Run(in: folder, table: table, from: rows(count))
        let kept = table.split(separator: "\n").prefix(count + 1).map { $0 + "\n" }.joined()
        #expect(try run.text == kept && run.logger.state() == rows(count))
        try run.send(7, ["m": 4])
        #expect(try run.text == kept + "0,4.0,7\n")
        try run.end()
        #expect(run.logger.state() == rows(count + 1))
      }
    }
  }

  @Test func halfARowAtTheEndIsCutOff() throws {
    try withTemporaryFolder { folder in
      let run = try Run(in: folder, table: "epoch,m,step\n0,1.0,0\n0,2.", from: rows(1))
      #expect(try run.text == "epoch,m,step\n0,1.0,0\n")
    }
  }

  @Test func namesInQuotesAreReadBack() throws {
    try withTemporaryFolder { folder in
      let names: KeyValuePairs = [
        "a,\"b\"": 1.0, "\"": 2, "\"\"": 3, "x\r\n": 4, "\n\u{301}": 5, "\u{E9}": 6, "e\u{301}": 7,
        ",": 8, "\"\u{301}": 9,
      ]
      let first = try Run(in: folder)
      try first.send(0, names)
      let text = try first.text
      try first.end()
      let run = try Run(in: folder + "/again", table: text, from: rows(1))
      try run.send(1, names)
      let added = try run.text.utf8.dropFirst(text.utf8.count)
      let row = try #require(text.split(separator: "\n").last)
      // But for the step the rows are the same.
      #expect(Array(try run.text.utf8.prefix(text.utf8.count)) == Array(text.utf8))
      #expect(added.count == row.utf8.count + 1)
      try run.send(2, ["late": 1])
      try run.end()
      #expect(run.logger.state() == rows(3))
    }
  }

  @Test func aMetricThatIsNewAfterwardsWidensTheTable() throws {
    try withTemporaryFolder { folder in
      let run = try Run(in: folder, table: "epoch,m,step\n0,1.0,0\n", from: rows(1))
      try run.send(1, ["a": 5, "n": 6])
      try run.end()
      #expect(try run.text == "a,epoch,m,n,step\n,0,1.0,,0\n5.0,0,,6.0,1\n")
    }
  }

  @Test func aRunWithoutRowsMayHaveNoTable() throws {
    try withTemporaryFolder { folder in
      let run = try Run(in: folder, from: rows(0))
      try run.send(0, ["m": 1])
      try run.end()
      #expect(try run.text == "epoch,m,step\n0,1.0,0\n")
    }
  }

  @Test func aTableWithFewerRowsIsAnError() throws {
    let table = "epoch,m,step\n0,1.0,0\n0,2.0,1\n"
    for text in [table, nil, table + "0,3.0"] {
      try withTemporaryFolder { folder in
        let error = #expect(throws: RunFileError.self) {
          _ = try Run(in: folder, table: text, from: rows(3))
        }
        let found = text == nil ? 0 : 2
        #expect(error?.path == folder + "/version_0/metrics.csv" && error?.action == .open)
        #expect(error?.reason.contains("\(found) rows") == true, "\(String(describing: error))")
        #expect(error?.reason.contains("the run had written 3") == true)
        let path = folder + "/version_0/metrics.csv"
        #expect(FileManager.default.contents(atPath: path) == text.map { Data($0.utf8) })
      }
    }
  }

  @Test(arguments: [
    "", "epoch,m,step", "step,m,epoch\n1,2,3\n", "epoch,epoch,step\n1,2,3\n",
    "epoch,\"m\",step\n1,2,3\n", "epoch,m,step\r\n1,2,3\r\n", "epoch,\"m,step\n1,2,3\n",
  ]) func anotherFileIsNotTakenForATable(_ text: String) throws {
    try withTemporaryFolder { folder in
      let error = #expect(throws: RunFileError.self) {
        _ = try Run(in: folder, table: text, from: rows(1))
      }
      #expect(error?.reason.contains("header") == true)
      let path = folder + "/version_0/metrics.csv"
      #expect(FileManager.default.contents(atPath: path) == Data(text.utf8))
    }
  }

  @Test func otherStatesAreRefused() throws {
    let logger = CSVLogger()
    var other = rows(1)
    other["lines"] = .integer(1)
    for state in [State(), rows(-1), other] {
      #expect(throws: StateError.self) { try logger.restore(from: state) }
    }
  }

  @Test func theNextFitBeginsANewTable() throws {
    try withTemporaryFolder { folder in
      let run = try Run(in: folder, table: "epoch,m,step\n0,1.0,0\n", from: rows(1))
      try run.end()
      run.logger.setup(run.trainer, run.module)
      try run.logger.onFitStart(run.trainer, run.module)
      // The file of the first is there, and is not written over.
      #expect(throws: RunFileError.self) { try run.send(0, ["m": 1]) }
      #expect(try run.text == "epoch,m,step\n0,1.0,0\n")
    }
  }
}
