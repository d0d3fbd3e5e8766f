import Levin
import Testing

@testable import LevinTraining

@Suite struct ReplacedAnnouncementTests {
  private final class Terse: ProgressBar {
    override func line(_ facts: ProgressFacts, elapsed: Double, columns: Int?) -> String {
      "step \(facts.step.done) of \(facts.step.total ?? 0)"
    }
  }

  private final class Short: ModelSummary {
    override func text(of module: any LightningModule) -> String {
      "\(module.namedParameters.count) parameters"
    }
  }

  private func trainer(
    _ text: Transcript, _ callbacks: [Callback], bar: Bool, summary: Bool
  ) -> Trainer {
    Trainer(
      TrainerSettings(maxEpochs: 2), callbacks: callbacks, progressBar: bar, summary: summary,
      console: text.console)
  }

  @Test func aBarOfTheUsersTakesThePlaceOfTheOther() throws {
    let text = Transcript()
    try trainer(text, [Terse()], bar: true, summary: false)
      .fit(Location(), train: loader([1, 2], batchSize: 1))
    #expect(text.lines == ["step 4 of 4"])
  }

  @Test func aLongLineIsCutOnATerminal() throws {
    final class Long: ProgressBar {
      override func line(_ facts: ProgressFacts, elapsed: Double, columns: Int?) -> String {
        String(repeating: "x\n", count: 200)
      }
    }
    let text = Transcript(isTerminal: true)
    try trainer(text, [Long()], bar: true, summary: false).fit(Location(), train: loader([1]))
    #expect(
      text.text.contains("x\\nx") && !text.text.contains(String(repeating: "x\\n", count: 40)))
  }

  @Test func aBarWhereThereIsToBeNoneIsRefused() {
    #expect(throws: TrainerError.self) {
      try trainer(Transcript(), [Terse()], bar: false, summary: false)
        .fit(Location(), train: loader([1]))
    }
  }

  @Test func aSummaryOfTheUsersTakesThePlaceOfTheOther() throws {
    let text = Transcript()
    try trainer(text, [Short()], bar: false, summary: true).fit(Location(), train: loader([1]))
    #expect(text.lines == ["1 parameters"])
  }
}
