import Foundation
import Levin
import LevinTraining
import Testing

/// Logs a score after each validation: 5 4 3 2 1 2 3 by epoch.
private final class Scorer: Callback {
  static let scores = [5.0, 4, 3, 2, 1, 2, 3]

  override func onValidationEpochEnd(_ trainer: Trainer, _ module: any LightningModule) {
    log("score", Self.scores[trainer.currentEpoch])
  }
}

/// Reads a metric in hooks.
private final class Reader: Callback {
  let name: String
  var atBatchEnd: [Double?] = []
  var atValidationEpochEnd: [Double?] = []
  var atEpochEnd: [Double?] = []

  init(_ name: String) { self.name = name }

  override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) { atBatchEnd.append(trainer.metrics[name]) }
  override func onValidationEpochEnd(_ trainer: Trainer, _ module: any LightningModule) {
    atValidationEpochEnd.append(trainer.metrics[name])
  }
  override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) {
    atEpochEnd.append(trainer.metrics[name])
  }
}

@Suite struct CurrentMetricsTests {
  @Test func aLaterCallbackOfTheSameHookSeesWhatWasLogged() throws {
    let reader = Reader("score")
    try quietTrainer(7, [Scorer(), reader]).fit(
      Location(), train: loader([1]), validation: loader([1]))
    #expect(reader.atValidationEpochEnd == Scorer.scores)
    #expect(reader.atEpochEnd == Scorer.scores)
  }

  @Test func anEarlierCallbackSeesItInTheNextHook() throws {
    let reader = Reader("score")
    try quietTrainer(7, [reader, Scorer()]).fit(
      Location(), train: loader([1]), validation: loader([1]))
    let before: [Double?] = [nil, 5, 4, 3, 2, 1, 2]
    #expect(reader.atValidationEpochEnd == before)
    #expect(reader.atEpochEnd == Scorer.scores)
  }

  private func read(_ name: String, _ step: @escaping (Tensor, Int) -> Void) throws -> (
    Reader, Probe
  ) {
    let (reader, probe) = (Reader(name), Probe())
    let model = Scripted { model, batch, index in
      step(batch, index)
      return (model.weight + model.other).square().mean()
    }
    try quietTrainer(2, [reader, probe]).fit(model, train: loader([1, 2, 6], batchSize: 1))
    return (reader, probe)
  }

  @Test func aStepsOwnValueIsThereAtItsEnd() throws {
    let (reader, _) = try read("l") { batch, _ in log("l", batch, onStep: true) }
    #expect(reader.atBatchEnd == [1, 2, 6, 1, 2, 6])
  }

  @Test func aMeanIsThatOfTheEpochSoFar() throws {
    let (reader, probe) = try read("l") { batch, _ in log("l", batch) }
    #expect(reader.atBatchEnd == [1, 1.5, 3, 1, 1.5, 3])
    #expect(reader.atEpochEnd == [3, 3])
    #expect(probe.values("l") == [3, 3])
  }

  @Test func aMetricWithBothFormsHasTheNewestUnderItsOwnName() throws {
    let (reader, probe) = try read("both") { batch, _ in
      log("both", batch, onStep: true, onEpoch: true)
    }
    #expect(reader.atBatchEnd == [1, 2, 6, 1, 2, 6])
    #expect(reader.atEpochEnd == [3, 3])
    // There alone: no row has it.
    #expect(probe.values("both").isEmpty)
    #expect(probe.values("both_epoch") == [3, 3])
    #expect(probe.values("both_step").count == 6)
  }

  @Test func rowsOfValidationStepsAreToldApart() throws {
    final class Stepwise: Location {
      override func validationStep(_ batch: Tensor, batchIndex: Int) {
        log("val", batch.mean(), onStep: true)
      }
    }
    let probe = Probe()
    try quietTrainer(2, [probe]).fit(
      Stepwise(), train: loader([1]), validation: loader([4, 5, 6], batchSize: 1))
    let rows = probe.records.filter { $0.metrics.contains { $0.name == "val" } }
    #expect(rows.map(\.batchIndex) == [0, 1, 2, 0, 1, 2])
    #expect(rows.map(\.epoch) == [0, 0, 0, 1, 1, 1])
    #expect(probe.records.filter { $0.batchIndex == nil }.map(\.epoch) == [0, 1])
  }

  @Test func aValueOfAHookBeforeTheValidationIsNotLostToItsRows() throws {
    final class Early: Callback {
      override func onValidationStart(_ trainer: Trainer, _ module: any LightningModule) {
        log("early", 7.0, onStep: true)
      }
    }
    let probe = Probe()
    try quietTrainer(2, [Early(), probe]).fit(
      Location(), train: loader([1]), validation: loader([1, 2], batchSize: 1))
    #expect(probe.values("early") == [7, 7])
  }

  @Test func aNameThatTablesUseThemselvesIsRefused() {
    let model = Scripted { model, _, _ in
      log("validation_batch", 1.0)
      return model.weight.sum() + model.other.sum()
    }
    #expect(throws: TrainerError.self) { try quietTrainer(1).fit(model, train: loader([1])) }
  }
}

@Suite struct LateLogTests {
  /// Logs in `onMetrics`, whatever comes.
  private final class Answering: Callback {
    let isOnStep: Bool
    private(set) var count = 0
    init(onStep: Bool) { isOnStep = onStep }

    override func onMetrics(
      _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
    ) {
      count += 1
      log("answers", count, onStep: isOnStep)
    }
  }

  @Test(arguments: [true, false])
  func whatOnMetricsLogsComesInARecordOfTheSameEpoch(_ isOnStep: Bool) throws {
    let probe = Probe()
    try quietTrainer(3, [Answering(onStep: isOnStep), probe]).fit(Location(), train: loader([1]))
    let answers = probe.records.filter { $0.metrics.map(\.name) == ["answers"] }
    #expect(answers.map(\.epoch) == [0, 1, 2])
    #expect(answers.map(\.step) == [0, 1, 2])
    // It is called for its own answer too, and what it logs then is not taken.
    #expect(probe.values("answers") == [1, 3, 5])
  }

  @Test func aValueLoggedInTeardownIsReported() throws {
    final class Late: Callback {
      override func teardown(_ trainer: Trainer, _ module: any LightningModule) {
        log("late", 1.0)
        log("late", 2.0)
      }
    }
    let transcript = Transcript()
    let trainer = Trainer(
      maxEpochs: 1, callbacks: [Late()], progressBar: false, summary: false,
      console: transcript.console)
    try trainer.fit(Location(), train: loader([1]))
    #expect(transcript.lines.count == 1)
    #expect(transcript.text.contains("log(\"late\") in teardown"))
  }

  // In a process of its own: which fit is told is anybody's guess when several run.
  @Test func aValueLoggedOnAnotherThreadIsReportedOnce() async {
    await #expect(processExitsWith: .success) {
      let transcript = Transcript()
      let probe = Probe()
      probe.batchEnd = { _, _ in
        let group = DispatchGroup()
        group.enter()
        let thread = Thread {
          log("elsewhere", 1.0)
          group.leave()
        }
        thread.start()
        group.wait()
      }
      log("outside", 1.0)
      let trainer = Trainer(
        maxEpochs: 3, callbacks: [probe], progressBar: false, summary: false,
        console: transcript.console)
      try trainer.fit(Location(), train: loader([1]))
      log("outside", 1.0)
      precondition(transcript.lines.count == 1, transcript.text)
      precondition(transcript.text.contains("log(\"elsewhere\")"), transcript.text)
      precondition(trainer.metrics["elsewhere"] == nil)
    }
  }

  @Test func theResultIsKnownAtTheEnd() throws {
    final class Looking: Callback {
      var atFitEnd: FitResult?
      var atTeardown: FitResult?
      override func onFitEnd(_ trainer: Trainer, _ module: any LightningModule) {
        atFitEnd = trainer.result
        log("last", 7.0)
      }
      override func teardown(_ trainer: Trainer, _ module: any LightningModule) {
        atTeardown = trainer.result
      }
    }
    let looking = Looking()
    let trainer = quietTrainer(2, [looking])
    let result = try trainer.fit(Location(), train: loader([1]))
    #expect(looking.atFitEnd?.steps == 2 && looking.atFitEnd?.stopReason == .maxEpochs)
    #expect(looking.atTeardown?.metrics["last"] == 7 && result.metrics["last"] == 7)
    #expect(trainer.result?.steps == 2)
  }

  @Test func afterAnErrorTeardownSeesWhatTheFitHadComeTo() throws {
    struct Stop: Error {}
    final class Looking: Callback {
      var seen: FitResult?
      override func teardown(_ trainer: Trainer, _ module: any LightningModule) {
        seen = trainer.result
      }
    }
    let (looking, probe) = (Looking(), Probe())
    probe.epochEnd = { if $0.currentEpoch == 1 { throw Stop() } }
    #expect(throws: Stop.self) {
      try quietTrainer(5, [probe, looking]).fit(Location(), train: loader([1]))
    }
    #expect(looking.seen?.stopReason == .failed && looking.seen?.steps == 2)
  }
}

@Suite struct MediaTests {
  @Test func histogramsTextsAndImagesComeWithARecord() throws {
    let probe = Probe()
    let model = Scripted { model, batch, index in
      logHistogram("data", batch, bins: 2)
      if index == 0 { logText("note", "first") }
      return (model.weight + model.other).square().mean()
    }
    probe.epochEnd = { _ in logImage("plot", [1, 2, 3]) }
    try quietTrainer(1, [probe]).fit(model, train: loader([1, 2, 4, 5], batchSize: 4))
    let media = probe.records.flatMap(\.media)
    #expect(media.map(\.name) == ["note", "data", "plot"])
    guard case .histogram(let histogram) = media[1].value else {
      Issue.record("not a histogram")
      return
    }
    #expect(histogram.edges == [1, 3, 5])
    #expect(histogram.counts == [2, 2])
    #expect(histogram.sum == 12)
    #expect(media[2].value == .image([1, 2, 3], format: "png"))
  }

  // numpy.histogram([0, 0.1, 0.25, 0.5, 0.75, 1], bins=4)
  @Test func binsAreNumPys() {
    let histogram = Histogram(of: [0, 0.1, 0.25, 0.5, 0.75, 1, .nan, .infinity], bins: 4)
    #expect(histogram.counts == [2, 1, 1, 2])
    #expect(histogram.nonFiniteCount == 2)
    #expect(histogram.edges == [0, 0.25, 0.5, 0.75, 1])
    #expect(Histogram(of: [3, 3], bins: 2).edges == [2.5, 3, 3.5])
    #expect(Histogram(of: [], bins: 2).counts == [0, 0])
  }
}
