/// Shows how far a fit is, with the loss, or how far a validation, test or prediction by itself, on standard error.
///
/// On a terminal one line is redrawn at most ten times a second, over all epochs, since a fit by full
/// batches has thousands of epochs of one step. Elsewhere, in a log file, there is a plain line every ten
/// seconds, and one at the end of a fit. A batch that is not shown costs one look at the clock.
///
/// A trainer has one by itself, unless `progressBar` is false. One of a subclass among the callbacks takes its place:
///
///     final class Terse: ProgressBar {
///       override func line(_ facts: ProgressFacts, elapsed: Double, columns: Int?) -> String {
///         "step \(facts.step.done): loss \(facts.loss ?? .nan)"
///       }
///     }
open class ProgressBar: Callback {
  private var console = Console.standardError
  private var facts: () -> ProgressFacts = {
    ProgressFacts(epoch: .init(done: 0), step: .init(done: 0))
  }
  private var started = 0.0
  private var firstStep = 0
  private var due = 0.0
  private var validationStarted = 0.0
  private var isRunning = false
  // The pass over data that runs and is no part of the training.
  private var pass: (name: String, batches: ProgressFacts.Count)?

  /// Makes a progress bar.
  public override init() { super.init() }

  /// The text for a fit, or a pass over data by itself, as it is.
  ///
  /// - Parameters:
  ///   - facts: The state of the fit.
  ///   - elapsed: The seconds since it began.
  ///   - columns: The columns of the terminal; nil for a line in a file.
  open func line(_ facts: ProgressFacts, elapsed: Double, columns: Int?) -> String {
    let steps = facts.step.done - firstStep
    let rate = elapsed > 0 && steps > 0 ? Double(steps) / elapsed : nil
    let line = ProgressLine(facts: facts, elapsed: elapsed, rate: rate)
    return columns.map(line.text(columns:)) ?? line.plainText
  }

  /// Takes part in a fit.
  ///
  /// - Parameters:
  ///   - console: The console that it is drawn on.
  ///   - facts: The state of the fit, asked when it is shown.
  func attach(to console: Console, facts: @escaping () -> ProgressFacts) {
    (self.console, self.facts) = (console, facts)
  }

  /// Starts the clock.
  public override func onTrainStart(_ trainer: Trainer, _ module: any LightningModule) {
    started = console.now()
    firstStep = facts().step.done
    (isRunning, pass) = (true, nil)
    due = console.isTerminal ? started : started + interval
    if console.isTerminal { showIfDue(started) }
  }

  /// Shows the new state now and then.
  public override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) {
    showIfDue(console.now())
  }

  /// Notes the time.
  public override func onValidationStart(_ trainer: Trainer, _ module: any LightningModule) {
    if isRunning {
      validationStarted = console.now()
    } else {
      begin(trainer.isSanityChecking ? "Sanity check" : "Validating")
    }
  }

  /// Shows the new state now and then.
  public override func onValidationBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) { batchEnded() }

  /// Shows the last state, which stays, unless a fit comes: its bar takes the place of that of its sanity check.
  public override func onValidationEnd(_ trainer: Trainer, _ module: any LightningModule) {
    if trainer.isSanityChecking { pass = nil } else { endPass() }
  }

  /// Starts the clock.
  public override func onTestStart(_ trainer: Trainer, _ module: any LightningModule) {
    begin("Testing")
  }

  /// Shows the new state now and then.
  public override func onTestBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) { batchEnded() }

  /// Shows the last state, which stays.
  public override func onTestEnd(_ trainer: Trainer, _ module: any LightningModule) { endPass() }

  /// Starts the clock.
  public override func onPredictStart(_ trainer: Trainer, _ module: any LightningModule) {
    begin("Predicting")
  }

  /// Shows the new state now and then.
  public override func onPredictBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, prediction: Any, batch: Any, batchIndex: Int
  ) { batchEnded() }

  /// Shows the last state, which stays.
  public override func onPredictEnd(_ trainer: Trainer, _ module: any LightningModule) {
    endPass()
  }

  /// Shows the last state, which stays.
  public override func onTrainEnd(_ trainer: Trainer, _ module: any LightningModule) { end() }

  /// Shows the last state, which stays.
  public override func onException(
    _ trainer: Trainer, _ module: any LightningModule, error: any Error
  ) {
    endPass()
    end()
  }

  // MARK: - Passes by themselves

  private func begin(_ name: String) {
    (started, firstStep) = (console.now(), 0)
    due = console.isTerminal ? started : started + interval
    pass = (name, .init(done: 0, total: facts().validation?.total))
  }

  private func batchEnded() {
    pass?.batches.done += 1
    showIfDue(console.now())
  }

  // A log file has the metrics of short passes from elsewhere.
  private func endPass() {
    guard let pass else { return }
    if console.isTerminal, pass.batches.done > 0 { show(console.now()) }
    console.endBar()
    self.pass = nil
  }

  // MARK: - Drawing

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
    var facts = facts()
    // With thousands of short epochs the line would change its form all the time.
    if now - validationStarted < 0.1 { facts.validation = nil }
    if let pass { (facts.pass, facts.step, facts.validation) = (pass.name, pass.batches, nil) }
    let elapsed = now - started
    if console.isTerminal {
      console.redraw { [shown = facts] columns in
        let text = self.line(shown, elapsed: elapsed, columns: columns)
        return Text.cut(Text.oneLine(text), to: columns)
      }
    } else {
      console.line(line(facts, elapsed: elapsed, columns: nil))
    }
  }
}
