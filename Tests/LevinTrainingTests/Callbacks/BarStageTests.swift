import Levin
import LevinTraining
import Testing

/// A model whose batches take a time, for all tasks of a trainer.
private final class Timed: ValidatingModule, TestingModule, PredictingModule {
  struct Stop: Error {}

  @Parameter var weight: Tensor = [1]
  var time = 0.0
  var failsAt: Int?
  private let seconds: Double
  private var validations = 0

  init(secondsPerBatch: Double = 0.2) { seconds = secondsPerBatch }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    time += seconds
    return (batch * weight).mean()
  }

  func validationStep(_ batch: Tensor, batchIndex: Int) {
    time += seconds
    validations += 1
    log("val", Double(validations), progressBar: true)
  }

  func testStep(_ batch: Tensor, batchIndex: Int) throws {
    time += seconds
    if batchIndex == failsAt { throw Stop() }
    log("seen", batch.mean(), progressBar: true)
  }

  func predictStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    time += seconds
    return batch
  }

  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 0)) }
}

@Suite struct BarStageTests {
  private let data = loader([1, 2, 3, 4], batchSize: 1)

  /// What a trainer writes, and the frames of its bar.
  private func written(
    _ model: Timed, _ settings: TrainerSettings = TrainerSettings(maxEpochs: 2),
    isTerminal: Bool = true, _ body: (Trainer) throws -> Void
  ) throws -> (text: String, frames: [String]) {
    var text = ""
    let console = Console(
      isTerminal: isTerminal, write: { text += $0 }, width: { 200 }, now: { model.time })
    try body(Trainer(settings, summary: false, console: console))
    return (text, text.unicodeScalars.split(separator: "\r").map { String($0) })
  }

  /// The counts that frames with a title show one after the other.
  private func counts(_ title: String, _ frames: [String]) -> [String] {
    let all = frames.compactMap { frame -> String? in
      guard let range = frame.firstRange(of: title + " ") else { return nil }
      return String(frame[range.upperBound...].prefix { $0.isNumber || $0 == "/" })
    }
    return all.enumerated().filter { $0.offset == 0 || all[$0.offset - 1] != $0.element }
      .map(\.element)
  }

  // MARK: In a fit

  @Test(arguments: [1, 2]) func aFitShowsItsSanityCheckItsEpochsAndItsValidations(
    _ sourceCount: Int
  ) throws {
    let settings = TrainerSettings(maxEpochs: 2, sanityValidationBatches: 1)
    let sources = [loader([1, 2], batchSize: 1), loader([1, 2, 3], batchSize: 1)]
    let model = Timed()
    let (text, frames) = try written(model, settings) {
      try $0.fit(model, train: data, validation: Array(sources.prefix(sourceCount)))
    }
    let total = sourceCount == 1 ? 2 : 5
    let validation = (1...total).map { "\($0)/\(total)" }
    #expect(counts("Sanity check", frames) == (1...sourceCount).map { "\($0)/\(sourceCount)" })
    #expect(counts("Validating", frames) == validation + validation)
    #expect(counts("step", frames).first == "0/8" && counts("step", frames).last == "8/8")
    #expect(counts("Epoch", frames) == ["1/2", "2/2"])
    // The bars of all take turns on one line.
    #expect(text.unicodeScalars.count { $0 == "\n" } == 1 && text.hasSuffix("\n"))
  }

  @Test func anEpochWithValidationsInItEndsAtItsLastBatch() throws {
    let model = Timed()
    let settings = TrainerSettings(maxEpochs: 1, validationInterval: .batches(4))
    let numbers = [Float](repeating: 1, count: 7)
    let (text, frames) = try written(model, settings) {
      try $0.fit(model, train: loader(numbers, batchSize: 1), validation: data)
    }
    #expect(frames.last?.contains("100%  step 7/7  ") == true && text.hasSuffix("\n"))
    #expect(counts("Validating", frames) == ["1/4", "2/4", "3/4", "4/4"])
    #expect(counts("step", frames) == (0...7).map { "\($0)/7" })
  }

  @Test func aMetricStaysUntilItsNextValue() throws {
    let model = Timed()
    let (_, frames) = try written(model) {
      try $0.fit(model, train: data, validation: loader([1]))
    }
    let ofSecond = frames.drop { !$0.contains("step 5/8") }
    let shown = frames.map { $0.contains("val 1.000") ? 1 : $0.contains("val 2.000") ? 2 : 0 }
    #expect(shown == shown.sorted() && Set(shown) == [0, 1, 2])
    #expect(ofSecond.first?.contains("val 1.000") == true)
  }

  // MARK: By itself

  /// The tasks that are no fit.
  enum Task: CaseIterable {
    case validation, test, prediction

    var title: String {
      switch self {
      case .validation: "Validating"
      case .test: "Testing"
      case .prediction: "Predicting"
      }
    }
  }

  private func run(
    _ task: Task, _ trainer: Trainer, _ model: Timed, _ data: some BatchSource<Tensor>
  ) throws {
    switch task {
    case .validation: try trainer.validate(model, data)
    case .test: try trainer.test(model, data)
    case .prediction: _ = try trainer.predict(model, data)
    }
  }

  @Test(arguments: Task.allCases) func aTaskByItselfShowsItsBatches(_ task: Task) throws {
    let model = Timed(secondsPerBatch: 0.25)
    let (text, frames) = try written(model) { try run(task, $0, model, data) }
    #expect(counts(task.title, frames) == ["1/4", "2/4", "3/4", "4/4"])
    #expect(frames.allSatisfy { $0.hasPrefix(task.title) })
    #expect(frames.last?.contains("100%  0:01  4.000 batches/s") == true)
    #expect(text.unicodeScalars.count { $0 == "\n" } == 1 && text.hasSuffix("\n"))
  }

  @Test func aTaskOfUnknownLengthShowsWhatIsDone() throws {
    struct Stream: BatchSource {
      func makeBatches(epoch: Int) -> BatchStream<Tensor> {
        BatchStream((0..<3).lazy.map { Tensor([Float($0)]) })
      }
    }
    let model = Timed()
    let (_, frames) = try written(model) { try run(.test, $0, model, Stream()) }
    #expect(counts("Testing", frames) == ["1", "2", "3"])
    #expect(frames.last?.contains("%") == false && frames.last?.contains("seen 1.000") == true)
  }

  @Test func aTaskThatFailsLeavesItsLastStateAndANewline() throws {
    let model = Timed()
    model.failsAt = 2
    let (text, frames) = try written(model) { trainer in
      #expect(throws: Timed.Stop.self) { try run(.test, trainer, model, data) }
    }
    #expect(counts("Testing", frames).last == "2/4" && text.hasSuffix("\n"))
  }

  @Test func aLogFileHasALineEveryTenSeconds() throws {
    let slow = Timed(secondsPerBatch: 6)
    let lines = try written(slow, isTerminal: false) { try run(.test, $0, slow, data) }.text
    #expect(
      lines == """
        Testing 2/4   50%  0:12  0:12 left  0.1667 batches/s  seen 1.500
        Testing 4/4  100%  0:24  0.1667 batches/s  seen 2.500

        """)
    let fast = Timed()
    #expect(
      try written(fast, isTerminal: false) { try run(.validation, $0, fast, data) }.text.isEmpty)
  }
}
