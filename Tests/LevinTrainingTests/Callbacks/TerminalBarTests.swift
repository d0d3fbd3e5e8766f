import Levin
import LevinTraining
import Testing

/// A model whose "train_loss" is the number of the step, on a clock that each batch moves on.
private final class Clocked: ValidatingModule {
  @Parameter var weight: Tensor = [1]
  var time = 0.0
  var step = 0
  private let secondsPerBatch: Double

  init(secondsPerBatch: Double) { self.secondsPerBatch = secondsPerBatch }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    step += 1
    time += secondsPerBatch
    log("train_loss", Double(step), progressBar: true)
    log("accuracy", 0.5, progressBar: true)
    log("a rather long name of a metric", -0.25, progressBar: true)
    return (batch * weight).mean()
  }

  func validationStep(_ batch: Tensor, batchIndex: Int) { time += secondsPerBatch }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.01))
  }
}

private struct Stop: Error {}

/// Fits for three epochs of twenty steps and four batches of validation.
private func fit(
  _ model: Clocked, on console: Console, atBatchEnd: @escaping (Trainer) throws -> Void = { _ in }
) throws {
  let probe = Probe()
  probe.batchEnd = { trainer, _ in try atBatchEnd(trainer) }
  let trainer = Trainer(maxEpochs: 3, callbacks: [probe], summary: false, console: console)
  let numbers = (0..<20).map(Float.init)
  try trainer.fit(
    model, train: loader(numbers, batchSize: 1), validation: loader(numbers, batchSize: 5))
}

/// The frames of a bar: what stands between one return to the start of the line and the next.
private func frames(_ text: String) -> [String] {
  text.unicodeScalars.split(separator: "\r").map { String($0) }
}

@Suite struct TerminalBarTests {
  @Test(arguments: [
    (40, "Epoch 3/3  100%  train_loss 50.50"),
    (80, "Epoch 3/3  █████████  100%  16.67 steps/s  train_loss 50.50   accuracy 0.5000"),
    (
      200,
      "Epoch 3/3  ████████████████████  100%  step 60/60  0:03  16.67 steps/s  train_loss 50.50   "
        + "accuracy 0.5000  a rather long name of a metric -0.2500"
    ),
  ]) func aFitLeavesItsLastStateOnOneLine(_ columns: Int, _ last: String) throws {
    let terminal = PseudoTerminal(columns: columns)
    let model = Clocked(secondsPerBatch: 0.05)
    try fit(
      model,
      on: terminal.console {
        terminal.drain()
        return model.time
      })
    let written = terminal.finish()
    var screen = Screen(columns: columns)
    screen.feed(written)
    #expect(screen.text == [last, ""] && screen.isAtLineStart && screen.scrolledCount == 0)
    #expect(written.unicodeScalars.count { $0 == "\n" } == 1)
  }

  @Test func itIsRedrawnTenTimesASecond() throws {
    let model = Clocked(secondsPerBatch: 0.0625)
    var writes = 0
    try fit(model, on: Console(isTerminal: true, write: { _ in writes += 1 }, now: { model.time }))
    // Every second of 72 batches, the first line, the last one and its newline.
    #expect(writes == 36 + 3)
  }

  @Test func aBatchThatIsNotShownCostsOneLookAtTheClock() throws {
    var looks = 0
    var written = 0
    let model = Clocked(secondsPerBatch: 0)
    let console = Console(
      isTerminal: true, write: { _ in written += 1 },
      now: {
        looks += 1
        return 0
      })
    try fit(model, on: console)
    // A fit itself looks four times, the bar at the start, at the end and once in each of 3 validations.
    #expect(looks == 60 + 12 + 3 + 6)
    #expect(written == 3)
  }

  @Test func aValidationIsShownWhileItRuns() throws {
    let model = Clocked(secondsPerBatch: 0.2)
    var text = ""
    try fit(model, on: Console(isTerminal: true, write: { text += $0 }, now: { model.time }))
    let validating = frames(text).filter { $0.contains("Validating") }
    #expect(validating.count == 12)
    #expect(validating.first?.hasPrefix("Epoch 1/3  Validating 1/4") == true)
    #expect(validating.last?.hasPrefix("Epoch 3/3  Validating 4/4") == true)
  }

  @Test func shortValidationsDoNotDisturbTheLine() throws {
    let model = Clocked(secondsPerBatch: 0.0234375)
    var text = ""
    try fit(model, on: Console(isTerminal: true, write: { text += $0 }, now: { model.time }))
    #expect(frames(text).count > 10 && !text.contains("Validating"))
  }

  @Test func otherLinesGoAboveTheBar() throws {
    let model = Clocked(secondsPerBatch: 0.05)
    let long = String(repeating: "0123456789", count: 15)
    let (console, screen) = screenConsole(columns: 40) { model.time }
    try fit(model, on: console) { trainer in
      if trainer.globalStep == 7 { console.line("two\nlines") }
      if trainer.globalStep == 8 { console.line(long) }
    }
    #expect(
      screen.value.text == [
        "two", "lines", "0123456789012345678901234567890123456789",
        "0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789",
        "012345678901234567890123456789", "Epoch 3/3  100%  train_loss 50.50", "",
      ])
  }

  @Test func anErrorLeavesTheLastStateAndANewline() throws {
    let model = Clocked(secondsPerBatch: 0.001)
    let (console, screen) = screenConsole(columns: 40) { model.time }
    #expect(throws: Stop.self) {
      try fit(model, on: console) { if $0.globalStep == 33 { throw Stop() } }
    }
    #expect(screen.value.text == ["Epoch 2/3   55%  train_loss 27.00", ""])
  }

  @Test func aTerminalThatBecomesNarrowerIsLeftWithOneLine() throws {
    let model = Clocked(secondsPerBatch: 0.05)
    let (console, screen) = screenConsole(columns: 200) { model.time }
    try fit(model, on: console) { trainer in
      if trainer.globalStep == 5 { console.line("a line") }
      let widths = [10: 130, 20: 80, 30: 27, 31: 90, 40: 12, 50: 40]
      if let columns = widths[trainer.globalStep] { screen.value.resize(columns: columns) }
    }
    #expect(screen.value.text == ["a line", "Epoch 3/3  100%  train_loss 50.50", ""])
  }

  @Test func theWidthIsAskedAnewAtEachDrawing() throws {
    let terminal = PseudoTerminal(columns: 200)
    let model = Clocked(secondsPerBatch: 0.05)
    let console = terminal.console {
      terminal.drain()
      return model.time
    }
    try fit(model, on: console) { if $0.globalStep == 40 { terminal.columns = 40 } }
    let drawn = frames(terminal.finish())
    let narrow = drawn.drop { !$0.hasPrefix("\u{1B}[3A\u{1B}[JEpoch 2/3   66%  train_loss 30.50") }
    #expect(narrow.count > 10 && narrow.dropFirst().allSatisfy { $0.count < 40 })
    #expect(drawn.count - narrow.count > 10)
    #expect(drawn.prefix(drawn.count - narrow.count).dropFirst(3).allSatisfy { $0.count > 140 })
  }
}

/// A screen that several closures share.
final class SharedScreen {
  var value: Screen
  init(_ value: Screen) { self.value = value }
}

/// A console that writes to a screen.
func screenConsole(columns: Int, now: @escaping () -> Double = { 0 }) -> (Console, SharedScreen) {
  let screen = SharedScreen(Screen(columns: columns))
  // The system puts a carriage return before the newlines of programs.
  let console = Console(
    isTerminal: true,
    write: { text in
      for scalar in text.unicodeScalars {
        screen.value.feed(scalar == "\n" ? "\r\n" : String(scalar))
      }
    },
    width: { screen.value.columns }, now: now)
  return (console, screen)
}
