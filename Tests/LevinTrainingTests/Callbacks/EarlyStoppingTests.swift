import Levin
import LevinTraining
import Testing

@Suite struct EarlyStoppingTests {
  private func fit(
    _ scores: [Double], _ callbacks: [Callback], batches: Int = 1,
    _ change: (inout TrainerSettings) -> Void = { _ in }
  ) throws -> FitResult {
    var settings = TrainerSettings(maxEpochs: scores.count)
    change(&settings)
    let data = loader([Float](repeating: 1, count: batches), batchSize: 1)
    return try quietTrainer(settings, callbacks)
      .fit(Replay(scores), train: data, validation: loader([1]))
  }

  @Test(arguments: [
    ([6.0, 5, 5, 5, 5, 5], 3, 4), ([6, 5, 4, 4, 3, 3], 1, 3), ([6, 5, 6, 5, 5, 5], 3, 4),
  ])
  func patienceCountsChecks(_ scores: [Double], _ patience: Int, _ stopped: Int) throws {
    let stopping = EarlyStopping(monitor: "score", patience: patience)
    let result = try fit(scores, [stopping])
    #expect(stopping.stoppedEpoch == stopped && result.epochs == stopped + 1)
    #expect(stopping.reason == .patience && result.stopReason == .requested)
    #expect(result.stopDetail == stopping.reasonText)
  }

  @Test func aValuePastAThresholdEndsTheFit() throws {
    let scores = [9.0, 8, 7, 6, 5, 6, 4, 3, 2, 1]
    let stopping = EarlyStopping(monitor: "score", patience: 9, stoppingThreshold: 2.9)
    _ = try fit(scores, [stopping])
    #expect(stopping.stoppedEpoch == 8 && stopping.reason == .stoppingThreshold)
    let diverging = EarlyStopping(monitor: "score", patience: 9, divergenceThreshold: 15.9)
    _ = try fit([9, 4, 2, 16, 32, 64], [diverging])
    #expect(diverging.stoppedEpoch == 3 && diverging.reason == .divergenceThreshold)
    let usual = EarlyStopping(monitor: "score")
    _ = try fit([8, 4, 2, 3, 4, 5, 8, 10], [usual])
    #expect(usual.stoppedEpoch == 5)
  }

  @Test(arguments: [Double.infinity, .nan])
  func aValueThatIsNotFiniteEndsTheFit(_ value: Double) throws {
    let stopping = EarlyStopping(monitor: "score", patience: 9)
    _ = try fit([3, 2, value, 1, 1], [stopping])
    #expect(stopping.stoppedEpoch == 2 && stopping.reason == .nonFinite)
  }

  @Test func theFitGoesOnUntilItsMinimum() throws {
    let scores = [1.0, 2, 3, 4, 5, 6]
    let bySteps = try fit(scores, [EarlyStopping(monitor: "score", patience: 1)], batches: 3) {
      $0.minSteps = 10
    }
    #expect(bySteps.steps == 10)
    let byEpochs = try fit(scores, [EarlyStopping(monitor: "score", patience: 1)], batches: 5) {
      $0.minEpochs = 3
    }
    #expect(byEpochs.steps == 15 && byEpochs.epochs == 3)
  }

  @Test func aMetricThatRecoversBeforeTheMinimumTakesTheWishBack() throws {
    let stopping = EarlyStopping(monitor: "score", patience: 2)
    let result = try fit([5, 5, 5, 4, 3, 2, 1, 0.5], [stopping]) { $0.minEpochs = 6 }
    #expect(result.stopReason == .maxEpochs && result.epochs == 8)
    #expect(stopping.reason == .none && stopping.waitCount == 0)
  }

  @Test(arguments: [false, true]) func eitherOfTwoEndsTheFit(_ isReversed: Bool) throws {
    let patient = EarlyStopping(monitor: "score", patience: 50)
    let strict = EarlyStopping(monitor: "score", patience: 2)
    let both = isReversed ? [strict, patient] : [patient, strict]
    #expect(try fit([1, 1, 1, 1, 1], both).epochs == 3)
  }

  @Test func checksComeWithValidationsWhereTheseAreNotOnceAnEpoch() throws {
    let stopping = EarlyStopping(monitor: "score", patience: 3)
    let result = try fit([5, 5, 5, 5, 5, 5, 5, 5], [stopping], batches: 4) {
      $0.validationInterval = .fraction(0.5)
    }
    #expect(result.steps == 8 && result.epochs == 2)
    let byEpochs = try fit([5, 5, 5, 5, 5], [EarlyStopping(monitor: "score", patience: 1)]) {
      $0.maxEpochs = 10
      $0.validationInterval = .epochs(2)
    }
    #expect(byEpochs.epochs == 4)
  }

  @Test func anUnknownMetricIsRefusedWithTheKnownOnes() throws {
    let error = #expect(throws: TrainerError.self) {
      try fit([1, 2], [EarlyStopping(monitor: "val_los")])
    }
    #expect("\(try #require(error))".contains("no metric is called 'val_los'"))
    #expect("\(try #require(error))".contains("'score'"))
    let lenient = EarlyStopping(monitor: "val_los", strict: false)
    #expect(try fit([1, 2], [lenient]).epochs == 2)
  }

  @Test func aMetricThatNoCheckCameToIsToldOf() throws {
    let text = Transcript()
    let settings = TrainerSettings(maxEpochs: 1, validationInterval: .epochs(2))
    let trainer = Trainer(
      settings, callbacks: [EarlyStopping(monitor: "score")], progressBar: false, summary: false,
      console: text.console)
    try trainer.fit(Replay([1]), train: loader([1]), validation: loader([1]))
    #expect(text.text.contains("EarlyStopping has never looked at 'score'"))
    let callback = EarlyStopping(monitor: "loss", checkOnTrainEpochEnd: false)
    #expect(throws: TrainerError.self) {
      try quietTrainer(1, [callback]).fit(Location(), train: loader([1]))
    }
  }

  @Test func aWishThatWaitsForTheMinimumOutlivesAnInterruption() throws {
    struct Stop: Error {}
    func run(_ failing: Callback, _ resume: State?) throws -> (FitResult?, State?) {
      // A check every second epoch, and a minimum between two of them.
      let settings = TrainerSettings(
        maxEpochs: 9, minEpochs: 3, validationInterval: .epochs(2))
      let callback = EarlyStopping(monitor: "score", stoppingThreshold: 1.5)
      let trainer = quietTrainer(settings, [callback, failing])
      let result = try? trainer.fit(
        Replay([1, 2, 3, 4]), train: loader([1]), validation: loader([1]),
        resume: resume.map(Resume.state))
      return (result, trainer.keptState)
    }
    let whole = try #require(try run(Callback(), nil).0)
    #expect(whole.epochs == 3 && whole.stopReason == .requested)
    let failing = Probe()
    failing.epochEnd = { trainer in if trainer.currentEpoch == 1 { throw Stop() } }
    let cut = try run(failing, nil)
    #expect(cut.0 == nil)
    let rest = try #require(try run(Callback(), cut.1).0)
    #expect(rest.epochs == 3 && rest.stopReason == .requested)
    #expect(rest.stopDetail == whole.stopDetail)
    // The wish was granted; who goes on all the same does.
    let more = try #require(try run(Callback(), try run(Callback(), nil).1).0)
    #expect(more.epochs == 4)
  }

  @Test func settingsThatMakeNoSenseAreRefused() {
    #expect(throws: TrainerError.self) {
      try fit([1], [EarlyStopping(monitor: "score", minDelta: -1)])
    }
    #expect(throws: TrainerError.self) {
      try fit([1], [EarlyStopping(monitor: "score", patience: -1)])
    }
  }

  @Test func theReasonSurvivesARoundTrip() throws {
    let stopping = EarlyStopping(monitor: "score", patience: 1)
    _ = try fit([1, 2, 3], [stopping])
    let other = EarlyStopping(monitor: "score", patience: 1)
    try other.restore(from: stopping.state())
    #expect(other.reason == .patience && other.reasonText == stopping.reasonText)
    #expect(other.waitCount == 1 && other.bestScore == 1 && other.stoppedEpoch == 1)
    var old = stopping.state()
    old["reason"] = nil
    old["reasonText"] = nil
    try other.restore(from: old)
    #expect(other.reason == .none && other.waitCount == 1)
  }
}
