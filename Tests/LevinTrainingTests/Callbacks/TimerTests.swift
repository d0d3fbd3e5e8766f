import Levin
import Testing

@testable import LevinTraining

@Suite struct TimerTests {
  private let data = loader([1, 2, 3, 4], batchSize: 1)

  /// Fits with batches that take a second each, and counts them.
  private func fit(
    on trainer: (Callback) -> Trainer, _ clock: Clock, _ resume: Resume? = nil
  ) throws -> (result: FitResult, batches: Int, trainer: Trainer) {
    let probe = Probe()
    var batches = 0
    probe.batchEnd = { _, _ in
      clock.time += 1
      batches += 1
    }
    let trainer = trainer(probe)
    let result = try trainer.fit(Location(), train: data, resume: resume)
    return (result, batches, trainer)
  }

  private final class Clock {
    var time = 0.0
  }

  @Test func withoutALimitTheTimerNeverEndsAFit() throws {
    let timer = TrainingTimer()
    #expect(timer.duration == nil && timer.secondsLeft == nil)
    let clock = Clock()
    let measuring = TrainingTimer(duration: nil, now: { clock.time * 1e9 })
    let (result, _, _) = try fit(on: { quietTrainer(2, [$0, measuring]) }, clock)
    #expect(result.stopReason == .maxEpochs && result.steps == 8)
    #expect(measuring.secondsLeft == nil && measuring.trainingSeconds == 8e9)
  }

  private static let limits: [(Duration, Double)] = [
    (.seconds(86_400 + 2 * 3600 + 3 * 60 + 4), 93_784), (.milliseconds(1500), 1.5),
    (Duration(secondsComponent: 3, attosecondsComponent: 250_000_000_000_000_000), 3.25),
    (.seconds(1) * 86_400, 86_400), (.zero, 0),
  ]

  @Test(arguments: limits) func aLimitIsADurationOfAnyUnits(_ duration: Duration, _ seconds: Double)
  {
    #expect(TrainingTimer(duration: duration).secondsLeft == seconds)
  }

  @Test func aFitThatGoesOnWithSpentTimeMakesNoStep() throws {
    let clock = Clock()
    func trainer(_ seconds: Int) -> (Callback) -> Trainer {
      { quietTrainer(5, [$0, TrainingTimer(duration: .seconds(seconds), now: { clock.time })]) }
    }
    let first = try fit(on: trainer(6), clock)
    #expect(first.result.stopReason == .maxTime && first.batches == 6)
    let state = try #require(first.trainer.keptState)
    clock.time = 1000
    let second = try fit(on: trainer(6), clock, .state(state))
    #expect(second.batches == 0 && second.result.steps == 6)
    #expect(second.result.stopReason == .maxTime)
    // With more time it goes on for the rest of it.
    let third = try fit(on: trainer(9), clock, .state(state))
    #expect(third.batches == 3 && third.result.steps == 9)
  }

  @Test func theTimeOfTheTrainerCountsOnToo() throws {
    let clock = Clock()
    func trainer(_ seconds: Int) -> (Callback) -> Trainer {
      { probe in
        let console = Console(isTerminal: false, write: { _ in }, now: { clock.time })
        return Trainer(
          TrainerSettings(maxTime: .seconds(seconds)), callbacks: [probe], progressBar: false,
          summary: false, console: console)
      }
    }
    let first = try fit(on: trainer(6), clock)
    #expect(first.result.stopReason == .maxTime && first.batches == 6)
    let state = try #require(first.trainer.keptState)
    let second = try fit(on: trainer(6), clock, .state(state))
    #expect(second.batches == 0 && second.result.stopReason == .maxTime)
    #expect(try fit(on: trainer(8), clock, .state(state)).batches == 2)
  }
}
