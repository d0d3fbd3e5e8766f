/// Shows how far a fit is, with the loss.
///
/// On a terminal one line is redrawn at most ten times a second, over all epochs, since a fit by full
/// batches has thousands of epochs of one step. Elsewhere, in a log file, there is a plain line every ten
/// seconds and one at the end. A batch that is not shown costs one look at the clock.
final class ProgressBar: Callback {
  private let console: Console
  private let facts: () -> ProgressFacts
  private var started = 0.0
  private var firstStep = 0
  private var due = 0.0
  private var validationStarted = 0.0
  private var isRunning = false

  /// Makes a progress bar for one fit.
  ///
  /// - Parameters:
  ///   - console: The console that it is drawn on.
  ///   - facts: The state of the fit, asked when it is shown.
  init(_ console: Console, facts: @escaping () -> ProgressFacts) {
    self.console = console
    self.facts = facts
  }

  override func onTrainStart(_ trainer: Trainer, _ module: any LightningModule) {
    started = console.now()
    firstStep = facts().step.done
    isRunning = true
    due = console.isTerminal ? started : started + interval
    if console.isTerminal { showIfDue(started) }
  }

  override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) {
    showIfDue(console.now())
  }

  override func onValidationStart(_ trainer: Trainer, _ module: any LightningModule) {
    validationStarted = console.now()
  }

  override func onValidationBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) {
    showIfDue(console.now())
  }

  override func onTrainEnd(_ trainer: Trainer, _ module: any LightningModule) { end() }

  override func onException(_ trainer: Trainer, _ module: any LightningModule, error: any Error) {
    end()
  }

  private var interval: Double { console.isTerminal ? 0.1 : 10 }

  private func showIfDue(_ now: Double) {
    guard now >= due else { return }
    due = now + interval
    show(now)
  }

  // The last state stays.
  private func end() {
    guard isRunning else { return }
    isRunning = false
    if facts().step.done > firstStep { show(console.now()) }
    console.endBar()
  }

  private func show(_ now: Double) {
    let line = line(now)
    if console.isTerminal {
      console.redraw(line.text)
    } else {
      console.line(line.plainText)
    }
  }

  private func line(_ now: Double) -> ProgressLine {
    var facts = facts()
    // With thousands of short epochs the line would change its form all the time.
    if now - validationStarted < 0.1 { facts.validation = nil }
    let elapsed = now - started
    let steps = facts.step.done - firstStep
    let rate = elapsed > 0 && steps > 0 ? Double(steps) / elapsed : nil
    return ProgressLine(facts: facts, elapsed: elapsed, rate: rate)
  }
}
