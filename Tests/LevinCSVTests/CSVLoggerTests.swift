import Foundation
import Levin
import LevinCSV
import LevinTestKit
import Testing

private final class Line: LightningModule, HyperparameterProviding {
  @Parameter var level: Tensor = [0]
  let hyperparameters: Hyperparameters
  private let record: (Tensor, Int) -> Void

  init(_ hyperparameters: Hyperparameters = [:], _ record: @escaping (Tensor, Int) -> Void) {
    self.hyperparameters = hyperparameters
    self.record = record
  }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    record(batch, batchIndex)
    return (batch - level).square().mean()
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.1))
  }
}

/// Looks at the file in the middle of the run.
private final class Peek: Callback {
  var look: (Trainer) throws -> Void = { _ in }

  override func onTrainBatchStart(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) throws { try look(trainer) }
}

@Suite struct CSVLoggerTests {
  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }

  private func fit(
    _ folder: String, epochs: Int = 2, hyperparameters: Hyperparameters = [:],
    callbacks: [Callback] = [], _ record: @escaping (Tensor, Int) -> Void
  ) throws -> FitResult {
    let trainer = Trainer(
      maxEpochs: epochs, directory: folder, name: "line", callbacks: [CSVLogger()] + callbacks,
      checkpoints: false,
      progressBar: false, summary: false)
    let data = TensorDataset(Tensor([Float(0.1), 2]))
    return try trainer.fit(Line(hyperparameters, record), train: DataLoader(data, batchSize: 1))
  }

  @Test func anEpochIsARowWithColumnsInAlphabeticalOrder() throws {
    try withTemporaryFolder { folder in
      _ = try fit(folder) { batch, _ in
        log("train_loss", batch)
        log("alpha", Double(1) / 3)
      }
      #expect(
        try text(folder + "/line/version_0/metrics.csv") == """
          alpha,epoch,step,train_loss
          0.3333333333333333,0,1,1.05
          0.3333333333333333,1,3,1.05

          """)
    }
  }

  @Test func rowsAreSparse() throws {
    try withTemporaryFolder { folder in
      _ = try fit(folder, epochs: 1) { batch, _ in
        log("by_step", batch, onStep: true)
        log("a", batch)
      }
      #expect(
        try text(folder + "/line/version_0/metrics.csv") == """
          a,by_step,epoch,step
          ,0.1,0,0
          ,2.0,0,1
          1.05,,0,1

          """)
    }
  }

  @Test func aLateMetricWidensTheTable() throws {
    try withTemporaryFolder { folder in
      _ = try fit(folder, epochs: 1) { batch, index in
        log("m", batch, onStep: true)
        if index == 1 { log("a,\"b\"", 7, onStep: true) }
      }
      #expect(
        try text(folder + "/line/version_0/metrics.csv") == """
          "a,""b""\",epoch,m,step
          ,0,0.1,0
          7,0,2.0,1

          """)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder + "/line/version_0").sorted()
          == ["hparams.yaml", "metrics.csv", "result.json"])
    }
  }

  @Test func rowsAfterALateMetricHaveTheirCellsInTheNewColumns() throws {
    try withTemporaryFolder { folder in
      var step = 0
      _ = try fit(folder, epochs: 3) { batch, _ in
        log("m", batch, onStep: true, onEpoch: false)
        if step == 1 { log("a", 7, onStep: true, onEpoch: false) }
        step += 1
      }
      #expect(
        try text(folder + "/line/version_0/metrics.csv") == """
          a,epoch,m,step
          ,0,0.1,0
          7,0,2.0,1
          ,1,0.1,2
          ,1,2.0,3
          ,2,0.1,4
          ,2,2.0,5

          """)
    }
  }

  @Test func aRowIsOnDiskAsSoonAsItIsLogged() throws {
    try withTemporaryFolder { folder in
      let peek = Peek()
      var sizes: [Int] = []
      peek.look = { trainer in
        let path = try trainer.runDirectory() + "/metrics.csv"
        let lines = (try? text(path))?.split(separator: "\n", omittingEmptySubsequences: false)
        sizes.append(lines?.count ?? 0)
      }
      _ = try fit(folder, epochs: 2, callbacks: [peek]) { batch, _ in log("m", batch, onStep: true)
      }
      // The header, the rows, and what stands behind the last line end.
      #expect(sizes == [0, 3, 4, 5])
    }
  }

  @Test func aFitWithoutMetricsHasNoTable() throws {
    try withTemporaryFolder { folder in
      let result = try fit(folder) { _, _ in }
      #expect(result.directory == folder + "/line/version_0")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder + "/line/version_0").sorted()
          == ["hparams.yaml", "result.json"])
      #expect(try text(folder + "/line/version_0/hparams.yaml") == "{}\n")
    }
  }

  @Test func aTrialLeavesNothing() throws {
    try withTemporaryFolder { folder in
      let trainer = Trainer(
        fastDevRun: 2, directory: folder + "/logs", callbacks: [CSVLogger(), ModelCheckpoint()],
        progressBar: false, summary: false)
      let data = DataLoader(TensorDataset(Tensor([1, 2, 3] as [Float])), batchSize: 1)
      let result = try trainer.fit(Line { _, _ in log("a", 1.0) }, train: data)
      #expect(result.steps == 2 && result.directory == nil)
      #expect(!FileManager.default.fileExists(atPath: folder + "/logs"))
    }
  }

  @Test func aRunWhoseFolderIsGoneGoesOnInANewOne() throws {
    try withTemporaryFolder { folder in
      func trainer(_ epochs: Int) -> Trainer {
        Trainer(
          maxEpochs: epochs, directory: folder, callbacks: [CSVLogger()], checkpoints: false,
          progressBar: false,
          summary: false)
      }
      let data = DataLoader(TensorDataset(Tensor([1, 2, 3] as [Float])), batchSize: 3)
      let model = Line { _, _ in log("a", 1.0) }
      let first = trainer(2)
      try first.fit(model, train: data)
      let state = try #require(first.keptState)
      try FileManager.default.removeItem(atPath: folder + "/version_0")
      try FileManager.default.createDirectory(
        atPath: folder + "/version_6", withIntermediateDirectories: false)
      let result = try trainer(3).fit(model, train: data, resume: .state(state))
      #expect(result.directory == folder + "/version_7")
      #expect(try text(folder + "/version_7/metrics.csv") == "a,epoch,step\n1.0,2,2\n")
    }
  }

  @Test func eachFitHasItsOwnVersion() throws {
    try withTemporaryFolder { folder in
      for version in 0..<3 {
        let result = try fit(folder) { batch, _ in log("m", batch) }
        #expect(result.directory == folder + "/line/version_\(version)")
      }
    }
  }

  @Test func aFitThatFailsLeavesWholeRows() throws {
    try withTemporaryFolder { folder in
      var steps = 0
      #expect(throws: TrainerError.self) {
        _ = try fit(folder, epochs: 50) { batch, _ in
          steps += 1
          log("m", batch, onStep: true)
          if steps == 4 { log("step", 1.0) }
        }
      }
      let written = try text(folder + "/line/version_0/metrics.csv")
      #expect(
        written == """
          epoch,m,step
          0,0.1,0
          0,2.0,1
          1,0.1,2

          """)
    }
  }

  @Test func anInterruptLeavesWholeRows() async {
    await #expect(processExitsWith: .success) {
      signal(SIGINT, SIG_DFL)
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGINT)
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      let tests = CSVLoggerTests()
      try withTemporaryFolder { folder in
        let result = try tests.fit(folder, epochs: 50) { batch, index in
          log("m", batch, onStep: true)
          log("e", batch)
          if index == 1 { raise(SIGINT) }
        }
        precondition(result.stopReason == .interrupted && result.epochs == 1)
        let written = try tests.text(folder + "/line/version_0/metrics.csv")
        precondition(written == "e,epoch,m,step\n,0,0.1,0\n,0,2.0,1\n1.05,0,,1\n", written)
      }
    }
  }

  @Test func aRowThatDoesNotFitIsTakenBack() async {
    await #expect(processExitsWith: .success) {
      // Files of this process may grow to 100 bytes, which ends within a row.
      limitFileSize(to: 100)
      let tests = CSVLoggerTests()
      try withTemporaryFolder { folder in
        let path = folder + "/line/version_0/metrics.csv"
        do {
          _ = try tests.fit(folder, epochs: 50) { batch, _ in log("m", batch, onStep: true) }
          preconditionFailure("the file grew beyond its limit")
        } catch {
          precondition("\(error)" == "cannot write to '\(path)': File too large")
        }
        let written = try tests.text(path)
        precondition(written.hasSuffix("\n") && written.utf8.count > 90)
        precondition(
          written.split(separator: "\n").allSatisfy { $0.split(separator: ",").count == 3 })
      }
    }
  }

  @Test func rowsOfValidationStepsAreToldApart() throws {
    try withTemporaryFolder { folder in
      let logger = CSVLogger()
      let trainer = Trainer(maxEpochs: 0, directory: folder, progressBar: false, summary: false)
      let model = Line { _, _ in }
      try logger.onFitStart(trainer, model)
      func send(_ step: Int, batch: Int?, _ name: String, _ value: Double) throws {
        try logger.onMetrics(
          trainer, model,
          record: MetricsRecord(
            epoch: 0, step: step, batchIndex: batch, metrics: [(name, MetricValue(value, .float64))]
          ))
      }
      try send(0, batch: nil, "train_loss", 4)
      #expect(try text(folder + "/version_0/metrics.csv") == "epoch,step,train_loss\n0,0,4.0\n")
      try send(0, batch: 0, "val_loss", 2)
      try send(0, batch: 1, "val_loss", 3)
      try logger.teardown(trainer, model)
      #expect(
        try text(folder + "/version_0/metrics.csv") == """
          epoch,step,train_loss,val_loss,validation_batch
          0,0,4.0,,
          0,0,,2.0,0
          0,0,,3.0,1

          """)
    }
  }

  // MARK: Names

  // csv.reader of Python gives the names back.
  @Test func namesAreQuotedByTheirScalars() throws {
    try withTemporaryFolder { folder in
      let names = ["a\"\u{301}b", "\"\u{301}", ",\u{301}", "x\r\n", "\n\u{301}"]
      _ = try fit(folder, epochs: 1) { _, _ in
        for (index, name) in names.enumerated() { log(name, index) }
      }
      let header =
        "\"\n\u{301}\",\"\"\"\u{301}\",\",\u{301}\",\"a\"\"\u{301}b\",epoch,step,\"x\r\n\"\n"
      let written = try text(folder + "/line/version_0/metrics.csv")
      #expect(Array(written.utf8) == Array((header + "4,1,2,0,0,1,3\n").utf8))
    }
  }

  @Test func namesThatLookAlikeHaveColumnsOfTheirOwn() throws {
    try withTemporaryFolder { folder in
      let result = try fit(folder, epochs: 2) { _, _ in
        log("\u{E9}", 1)
        log("e\u{301}", 2)
      }
      let written = try text(folder + "/line/version_0/metrics.csv")
      let expected = "epoch,e\u{301},step,\u{E9}\n0,2,1,1\n1,2,3,1\n"
      #expect(Array(written.utf8) == Array(expected.utf8))
      #expect(result.metrics["\u{E9}"] == 1 && result.metrics["e\u{301}"] == 2)
      #expect(result.metrics.names.count == 2)
    }
  }

  @Test func aNewNameInEachEpochIsNotLost() throws {
    try withTemporaryFolder { folder in
      let epochs = 400
      var step = 0
      _ = try fit(folder, epochs: epochs) { _, _ in
        log("m\(1000 + step / 2)", step)
        step += 1
      }
      let lines = try text(folder + "/line/version_0/metrics.csv").split(separator: "\n")
      let names = (0..<epochs).map { "m\(1000 + $0)" }
      #expect(lines.count == epochs + 1)
      #expect(lines[0] == "epoch," + names.joined(separator: ",") + ",step")
      for epoch in 0..<epochs {
        var cells = [String](repeating: "", count: epochs)
        // The mean of the two steps.
        cells[epoch] = "\(Double(4 * epoch + 1) / 2)"
        #expect(
          lines[epoch + 1] == "\(epoch)," + cells.joined(separator: ",") + ",\(2 * epoch + 1)")
      }
    }
  }

  // MARK: Files that others have their hands on

  @Test func anotherRunsTableIsNotReplaced() throws {
    try withTemporaryFolder { folder in
      let run = folder + "/line/version_0"
      let peek = Peek()
      var hasDeleted = false
      peek.look = { _ in
        guard !hasDeleted, (try? self.text(run + "/metrics.csv")) != nil else { return }
        hasDeleted = true
        try FileManager.default.removeItem(atPath: folder + "/line")
        try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
        try RunFile(creating: run + "/metrics.csv", content: Array("theirs\n".utf8)).close()
      }
      for widens in [false, true] {
        hasDeleted = false
        var step = 0
        let error = #expect(throws: RunFileError.self) {
          _ = try fit(folder, epochs: 3, callbacks: [peek]) { batch, _ in
            log("m", batch)
            if widens && step > 3 { log("late", batch, onStep: true) }
            step += 1
          }
        }
        #expect(error?.action == .find && error?.path == run + "/metrics.csv")
        #expect(try text(run + "/metrics.csv") == "theirs\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: run) == ["metrics.csv"])
        try FileManager.default.removeItem(atPath: folder + "/line")
      }
    }
  }

  @Test func progressDoesNotGetIntoTheTable() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        let kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10)
        for descriptor in 0...STDERR_FILENO { close(descriptor) }
        let trainer = Trainer(
          maxEpochs: 40, directory: folder, name: "line", callbacks: [CSVLogger()],
          checkpoints: false)
        var step = 0
        let model = Line { batch, _ in
          log("m", 1, onStep: true)
          if step == 60 { log("late", 1) }
          print("a line on standard output")
          step += 1
        }
        let data = TensorDataset(Tensor([Float(0.1), 2]))
        _ = try trainer.fit(model, train: DataLoader(data, batchSize: 1))
        fflush(nil)
        dup2(kept, STDERR_FILENO)
        let written = try CSVLoggerTests().text(folder + "/line/version_0/metrics.csv")
        let lines = written.split(separator: "\n", omittingEmptySubsequences: false)
        precondition(lines.first == "epoch,late,m,step" && lines.last == "", written)
        let steps = (0..<80).map { "\($0 / 2),,1,\($0)" }
        let rows = lines.dropFirst().filter { $0.contains(",,1,") }
        precondition(rows.map(String.init) == steps, written)
      }
    }
  }

  @Test func aFirstRowThatDoesNotFitLeavesNoFile() async {
    await #expect(processExitsWith: .success) {
      // The settings fit, the header does not.
      limitFileSize(to: 4)
      try withTemporaryFolder { folder in
        do {
          _ = try CSVLoggerTests().fit(folder, epochs: 3) { batch, _ in log("m", batch) }
          preconditionFailure("the file grew beyond its limit")
        } catch {
          precondition("\(error)".hasSuffix("metrics.csv': File too large"), "\(error)")
        }
        let run = folder + "/line/version_0"
        let names = try FileManager.default.contentsOfDirectory(atPath: run)
        precondition(names == ["hparams.yaml"], "\(names)")
      }
    }
  }

  @Test func twoLoggersShareARun() throws {
    try withTemporaryFolder { folder in
      _ = try fit(folder, epochs: 1, hyperparameters: ["rate": 0.1], callbacks: [JSONLogger()]) {
        batch, _ in
        log("m", batch)
      }
      let run = folder + "/line/version_0"
      #expect(try text(run + "/metrics.csv") == "epoch,m,step\n0,1.05,1\n")
      #expect(try text(run + "/metrics.jsonl") == "{\"epoch\": 0, \"step\": 1, \"m\": 1.05}\n")
      #expect(try text(run + "/hparams.yaml") == "rate: 0.1\n")
    }
  }

  @Test func theLoggerInTheGuideIsTheOneThatIsTested() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    let guide = try text(tests.appending(path: "../../Plugins/README.md").path)
    let logger = try text(tests.appending(component: "JSONLogger.swift").path)
    #expect(guide.contains("```swift\n" + logger + "```"))
  }

  @Test func aFailedWriteNamesPathAndReason() throws {
    try withTemporaryFolder { folder in
      let peek = Peek()
      var planted = ""
      peek.look = { trainer in
        planted = try trainer.runDirectory() + "/metrics.csv"
        try? FileManager.default.createDirectory(
          atPath: planted, withIntermediateDirectories: true)
      }
      let error = #expect(throws: (any Error).self) {
        _ = try fit(folder, callbacks: [peek]) { batch, _ in log("m", batch) }
      }
      let message = "\(try #require(error))"
      #expect(message == "cannot create '\(planted)': File exists")
    }
  }
}
