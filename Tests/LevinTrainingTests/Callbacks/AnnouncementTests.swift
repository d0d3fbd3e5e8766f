import Levin
import LevinTraining
import Testing

private final class Nested: LightningModule {
  final class Part: Module {
    @Parameter var weight: Tensor = Tensor.ones([10, 20])
  }

  let part = Part()
  @Parameter var rate: Tensor = [1]

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    log("shown", batch.mean(), progressBar: true)
    return (batch * rate).mean()
  }
  func configureOptimizers() -> OptimizerConfiguration { .init(Adam(parameters)) }
}

@Suite struct AnnouncementTests {
  private func transcript(
    isTerminal: Bool, progressBar: Bool = true, summary: Bool = true, epochs: Int = 1,
    secondsPerStep: Double = 0, _ model: some LightningModule<Tensor> = Nested()
  ) throws -> Transcript {
    let transcript = Transcript(isTerminal: isTerminal)
    let clock = Probe()
    clock.batchEnd = { _, _ in transcript.time += secondsPerStep }
    let trainer = Trainer(
      maxEpochs: epochs, callbacks: [clock], progressBar: progressBar, summary: summary,
      console: transcript.console)
    try trainer.fit(model, train: loader([1, 2, 3, 4], batchSize: 1))
    return transcript
  }

  @Test func theSummaryListsEveryParameter() throws {
    let lines = try transcript(isTerminal: false, progressBar: false).lines
    #expect(
      lines.prefix(3) == [
        "Nested: 2 parameters, 201 numbers in all",
        "  part.weight  [10, 20]  200",
        "  rate         [1]         1",
      ])
  }

  @Test func aParameterWithoutGradientIsNamedOnce() throws {
    let text = try transcript(
      isTerminal: false, progressBar: false, summary: false, epochs: 3
    ).text
    #expect(
      text
        == "warning: the loss does not depend on parameter 'part.weight', which stays as it is\n")
  }

  @Test func silenceIsPossible() throws {
    let text = try transcript(
      isTerminal: false, progressBar: false, summary: false, Location()
    ).text
    #expect(text.isEmpty)
  }

  @Test func aLogFileGetsALineEveryTenSecondsAndALastOne() throws {
    let lines = try transcript(
      isTerminal: false, summary: false, epochs: 3, secondsPerStep: 3, Location(2, learningRate: 0)
    ).lines
    #expect(
      lines == [
        "Epoch 1/3   33%  step  4/12  0:12  0:24 left  0.3333 steps/s  loss 1.500",
        "Epoch 2/3   66%  step  8/12  0:24  0:12 left  0.3333 steps/s  loss 1.500",
        "Epoch 3/3  100%  step 12/12  0:36  0.3333 steps/s  loss 1.500",
        "Epoch 3/3  100%  step 12/12  0:36  0.3333 steps/s  loss 1.500",
      ])
  }

  @Test func theBarShowsWhatIsLoggedForIt() throws {
    let text = try transcript(isTerminal: true, summary: false).text
    #expect(text.contains("shown 2.500"))
  }

  @Test func theResultPrintsReasonCountsAndMetrics() throws {
    let result = try quietTrainer(2).fit(
      Location(0, learningRate: 0.25), train: loader([1, 2, 3]))
    #expect(
      result.description == """
        all epochs done: 2 epochs, 2 steps in 0.000 s
          loss        1.6666666
          train_loss  1.6666666
          location    1.0
        """)
    #expect(result.metrics["location"] == 1)
    #expect(result.metrics["nothing"] == nil)
  }
}
