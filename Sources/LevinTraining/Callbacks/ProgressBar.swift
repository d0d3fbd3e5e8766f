/// Shows how far a fit is, with the loss.
///
/// On a terminal one line is redrawn at most ten times a second, over all epochs, since a fit by full
/// batches has thousands of epochs of one step. Elsewhere, in a log file, there is a plain line every ten
/// seconds and one at the end.
final class ProgressBar: Callback {
  private let console: Console
  private let totalSteps: Int
  private let log: MetricsBoard
  private var started = 0.0
  private var due = 0.0
  private var loss = Double.nan
  private var isOnScreen = false

  init(_ console: Console, totalSteps: Int, log: MetricsBoard) {
    self.console = console
    self.totalSteps = totalSteps
    self.log = log
  }

  private var interval: Double { console.isTerminal ? 0.1 : 10 }

  override func onTrainStart(_ trainer: Trainer, _ module: any LightningModule) {
    started = console.now()
    due = console.isTerminal ? started : started + interval
  }

  override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batchIndex: Int
  ) {
    self.loss = outcome.loss ?? loss
    let now = console.now()
    guard now >= due else { return }
    due = now + interval
    show(trainer, now)
  }

  override func onTrainEnd(_ trainer: Trainer, _ module: any LightningModule) {
    guard trainer.globalStep > 0 else { return }
    show(trainer, console.now())
    endLine()
  }

  override func onException(_ trainer: Trainer, _ module: any LightningModule, error: any Error) {
    endLine()
  }

  private func endLine() {
    if isOnScreen { console.write("\n") }
    isOnScreen = false
  }

  private func show(_ trainer: Trainer, _ now: Double) {
    let text = line(trainer, seconds: now - started)
    guard console.isTerminal else { return console.line(text) }
    console.redraw(text)
    isOnScreen = true
  }

  private func line(_ trainer: Trainer, seconds: Double) -> String {
    let step = trainer.globalStep
    let epoch = min(trainer.currentEpoch + 1, trainer.maxEpochs)
    var parts = ["Epoch \(epoch)/\(trainer.maxEpochs)"]
    if console.isTerminal { parts.append(bar(step)) }
    parts.append("\(step * 100 / max(totalSteps, 1))%")
    parts.append("step \(step)/\(totalSteps)")
    if seconds > 0 { parts.append("\(Text.short(Double(step) / seconds)) steps/s") }
    parts.append("loss \(Text.short(loss))")
    parts += log.progressMetrics.map { "\($0.name) \(Text.short($0.value.value))" }
    return parts.joined(separator: "  ")
  }

  private func bar(_ step: Int) -> String {
    let width = 20
    let filled = min(step * width / max(totalSteps, 1), width)
    return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
  }
}
