import Levin
import LevinTestKit
import Testing

@testable import LevinTraining

@Suite struct LoggerTests {
  private struct Full: Error, CustomStringConvertible { let description = "a/b.log: disk full" }

  private final class Notes: Logger {
    var lines: [String] = []
    var failsAt: Int?
    var failsToOpen = false
    var failsToClose = false

    override func open(
      _ trainer: Trainer, _ module: any LightningModule, after count: Int?
    ) throws {
      lines.append("open \(count.map(String.init) ?? "new")")
      if failsToOpen { throw Full() }
    }
    override func write(_ record: MetricsRecord) throws {
      if record.step == failsAt { throw Full() }
      lines.append("\(record.step)")
    }
    override func close(_ trainer: Trainer, _ module: any LightningModule) throws {
      lines.append("close")
      if failsToClose { throw Full() }
    }
  }

  private func fit(
    _ notes: Notes, steps: Int = 4
  ) throws -> (result: FitResult, warnings: [String]) {
    var text = ""
    let console = Console(isTerminal: false, write: { text += $0 }, now: { 0 })
    let trainer = Trainer(
      TrainerSettings(maxSteps: steps), callbacks: [notes, Logs()], progressBar: false,
      summary: false, console: console)
    let result = try trainer.fit(Location(), train: loader([1, 2], batchSize: 1))
    return (result, text.split(separator: "\n").map(String.init))
  }

  // Beside the model's own record at the end of each epoch.
  private final class Logs: Callback {
    override func onTrainBatchEnd(
      _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
      batchIndex: Int
    ) { log("m", batchIndex, onStep: true, onEpoch: false) }
  }

  @Test func recordsAreWrittenBetweenOpeningAndClosing() throws {
    let notes = Notes()
    let (_, warnings) = try fit(notes)
    #expect(notes.lines == ["open new", "0", "1", "1", "2", "3", "3", "close"])
    #expect(notes.rowCount == 6 && notes.failure == nil && warnings.isEmpty)
  }

  @Test func aLoggerThatCannotWriteWarnsOnceAndTheFitGoesOn() throws {
    let notes = Notes()
    (notes.failsAt, notes.failsToClose) = (2, true)
    let (result, warnings) = try fit(notes)
    #expect(result.steps == 4 && notes.lines == ["open new", "0", "1", "1", "close"])
    #expect(notes.failure is Full && notes.rowCount == 3)
    #expect(warnings.count == 1 && warnings[0].contains("Notes") && warnings[0].contains("a/b.log"))
    // The next fit tries again.
    notes.lines = []
    notes.failsAt = nil
    notes.failsToClose = false
    #expect(try fit(notes).warnings.isEmpty && notes.failure == nil)
    #expect(notes.lines == ["open new", "0", "1", "1", "2", "3", "3", "close"])
  }

  @Test func oneThatCannotBeOpenedOrClosedWarnsToo() throws {
    let shut = Notes()
    shut.failsToOpen = true
    #expect(try fit(shut).warnings.count == 1)
    #expect(shut.lines == ["open new", "close"])
    let stuck = Notes()
    stuck.failsToClose = true
    #expect(try fit(stuck).warnings.count == 1 && stuck.rowCount == 6)
  }

  @Test func aFitEndsWithTheErrorIfThatIsAskedFor() throws {
    let notes = Notes(failurePolicy: .stop)
    notes.failsAt = 2
    #expect(throws: Full.self) { try fit(notes) }
    #expect(notes.lines == ["open new", "0", "1", "1", "close"])
  }

  @Test func aTrialHasNoLogger() throws {
    let notes = Notes()
    let trainer = quietTrainer(TrainerSettings(maxEpochs: 1, fastDevRun: 1), [notes, Logs()])
    try trainer.fit(Location(), train: loader([1]))
    #expect(notes.lines.isEmpty)
  }

  @Test func aRunThatGoesOnTellsHowManyRecordsAreItsOwn() throws {
    try withTemporaryFolder { folder in
      let first = quietTrainer(1, directory: folder, [Notes(), Logs(), ModelCheckpoint()])
      try first.fit(Location(), train: loader([1, 2], batchSize: 1))
      let notes = Notes()
      let second = quietTrainer(2, directory: folder, [notes, Logs(), ModelCheckpoint()])
      try second.fit(Location(), train: loader([1, 2], batchSize: 1), resume: .last)
      #expect(notes.lines.first == "open 3" && notes.rowCount == 6)
    }
  }
}
