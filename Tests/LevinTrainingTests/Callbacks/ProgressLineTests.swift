import Testing

@testable import LevinTraining

@Suite struct ProgressLineTests {
  private func line(
    validation: ProgressFacts.Count? = nil, epochs: Int? = 10, steps: Int? = 1200,
    loss: Double? = 0.41421, _ metrics: [(String, Double)] = []
  ) -> ProgressLine {
    let facts = ProgressFacts(
      epoch: .init(done: 3, total: epochs), step: .init(done: 290, total: steps),
      validation: validation, loss: loss, metrics: metrics.map { (name: $0.0, value: $0.1) })
    return ProgressLine(facts: facts, elapsed: 7, rate: 41.4)
  }

  @Test func thePlainLineHasEverythingButTheBar() {
    #expect(
      line(validation: .init(done: 2, total: 40), [("accuracy", 0.9)]).plainText
        == "Epoch  3/10  Validating  2/40   24%  step  290/1200  0:07  0:22 left  41.40 steps/s  "
        + "loss 0.4142  accuracy 0.9000")
  }

  // Each width is the least for its line.
  @Test(arguments: [
    (
      150,
      "Epoch  3/10  Validating 12/40  ████░░░░░░░░░░░░░░░░   24%  step  290/1200  0:07  0:22 left  "
        + "41.40 steps/s  loss 0.4142  accuracy 0.9000  recall 0.8000"
    ),
    (
      138,
      "Epoch  3/10  Validating 12/40  █░░░░░░░   24%  step  290/1200  0:07  0:22 left  "
        + "41.40 steps/s  loss 0.4142  accuracy 0.9000  recall 0.8000"
    ),
    (
      122,
      "Epoch  3/10  Validating 12/40  █░░░░░░░   24%  0:07  0:22 left  41.40 steps/s  "
        + "loss 0.4142  accuracy 0.9000  recall 0.8000"
    ),
    (
      116,
      "Epoch  3/10  Validating 12/40  █░░░░░░░   24%  0:22 left  41.40 steps/s  loss 0.4142  "
        + "accuracy 0.9000  recall 0.8000"
    ),
    (
      101,
      "Epoch  3/10  Validating 12/40  █░░░░░░░   24%  0:22 left  loss 0.4142  accuracy 0.9000  "
        + "recall 0.8000"
    ),
    (
      91,
      "Epoch  3/10  Validating 12/40   24%  0:22 left  loss 0.4142  accuracy 0.9000  recall 0.8000"
    ),
    (76, "Epoch  3/10  Validating 12/40   24%  0:22 left  loss 0.4142  accuracy 0.9000"),
    (59, "Epoch  3/10  Validating 12/40   24%  0:22 left  loss 0.4142"),
    (48, "Epoch  3/10  Validating 12/40   24%  loss 0.4142"),
    (42, "Epoch  3/10  Validating 12/40  loss 0.4142"),
    (36, "Epoch  3/10  Validating  loss 0.4142"),
    (24, "Epoch  3/10  loss 0.4142"),
  ]) func theLeastImportantPartsAreLeftOutFirst(_ columns: Int, _ text: String) {
    let line = line(
      validation: .init(done: 12, total: 40), [("accuracy", 0.9), ("recall", 0.8)])
    #expect(Text.width(text) <= columns && line.text(columns: columns) == text)
    #expect(line.text(columns: columns - 1) != text)
  }

  @Test func aPartComesBackWhereALongOneLeftRoom() {
    let line = line([("a metric of a very long name", 1), ("recall", 0.8)])
    #expect(
      line.text(columns: 71) == "Epoch  3/10  ███░░░░░░░░░░   24%  0:22 left  loss 0.4142  "
        + "recall 0.8000")
  }

  @Test func whatDoesNotFitIsCut() {
    #expect(line().text(columns: 20) == "Epoch  3/10  loss 0.")
    #expect(line().text(columns: 1) == "E")
  }

  @Test func noWidthIsExceeded() {
    let line = line(
      validation: .init(done: 1, total: nil), [("größe 大小", -1e-7), ("e\u{301}", .nan)])
    for columns in 1...200 { #expect(Text.width(line.text(columns: columns)) <= columns) }
  }

  @Test func withoutAnEndThereIsNeitherShareNorTimeLeft() {
    let line = line(epochs: nil, steps: nil)
    #expect(line.text(columns: 80) == "Epoch 3  step 290  0:07  41.40 steps/s  loss 0.4142")
    #expect(line.text(columns: 32) == "Epoch 3  step 290  loss 0.4142")
  }

  @Test func theLossIsShownOnceUnderTheNameThatItWasLoggedBy() {
    func numbers(_ metrics: [(String, Double)]) -> String {
      let text = line(loss: 0.5, metrics).plainText
      return String(text.drop { $0 != "/" }.split(separator: "steps/s  ")[1])
    }
    #expect(numbers([("accuracy", 1)]) == "loss 0.5000  accuracy 1.000")
    #expect(numbers([("accuracy", 1), ("train_loss", 0.5)]) == "train_loss 0.5000  accuracy 1.000")
    #expect(numbers([("accuracy", 1), ("loss", 0.5)]) == "loss 0.5000  accuracy 1.000")
  }

  @Test func beforeTheFirstStepThereIsNoLoss() {
    let facts = ProgressFacts(epoch: .init(done: 1, total: 2), step: .init(done: 0, total: 8))
    #expect(
      ProgressLine(facts: facts, elapsed: 0, rate: nil).text(columns: 80)
        == "Epoch 1/2  ░░░░░░░░░░░░░░░░░░░░    0%  step 0/8  0:00")
  }

  @Test func allPercentsAreOnlyShownAtTheEnd() {
    func text(_ done: Int, of total: Int) -> String {
      let facts = ProgressFacts(
        epoch: .init(done: 1, total: 1), step: .init(done: done, total: total))
      return ProgressLine(facts: facts, elapsed: 1, rate: 1).text(columns: 36)
    }
    #expect(text(999_999, of: 1_000_000) == "Epoch 1/1  ███████░   99%  0:01 left")
    #expect(text(29, of: 100) == "Epoch 1/1  ██░░░░░░   29%  1:11 left")
    #expect(text(100, of: 100) == "Epoch 1/1  █████████████  100%  0:01")
    #expect(text(0, of: 0) == "Epoch 1/1  ░░░░░░░░░░░░░    0%  0:01")
  }

  @Test func namesCannotBreakTheLine() {
    #expect(line([("a\nb\u{1B}[2J", 1)]).plainText.hasSuffix("  a\\nb\\u{1B}[2J 1.000"))
  }

  @Test func numbersOfOtherSizesDoNotMoveTheNeighbours() {
    func column(of loss: Double) -> Int {
      line(loss: loss, [("end", 1)]).plainText.split(separator: "end")[0].count
    }
    #expect(
      Set([0, 0.9999, 1.0001, 10, 100, 1000, 123_456, .nan, .infinity].map(column)).count == 1)
  }
}
