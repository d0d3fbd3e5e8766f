import Foundation
public import Levin

/// Leaves a report of the run, `report.html` in its folder: one file that any browser shows without a network.
///
/// It has the curves of all metrics, those of training and of validation together, and tells step and values under the
/// pointer; the parameters, with standard errors where it is given a way to find them; the time; the hyperparameters; and
/// why the run ended. While the run goes on, the file is replaced every few seconds.
///
///     Trainer(maxEpochs: 100, callbacks: [RunReport()])
public final class RunReport: Logger {
  /// A number that a run has come to, for the table of parameters.
  public struct Estimate: Sendable {
    /// The name.
    public let name: String
    /// The estimate.
    public let value: Double
    /// Its standard error, if it is known.
    public let standardError: Double?

    /// Puts a name and an estimate together.
    public init(name: String, value: Double, standardError: Double? = nil) {
      (self.name, self.value, self.standardError) = (name, value, standardError)
    }
  }

  private let interval: Duration
  private let estimates: ((any LightningModule) throws -> [Estimate])?
  private let history = MetricsHistory()
  private var path = ""
  private var started = ContinuousClock.now
  private var written: ContinuousClock.Instant?

  /// Makes a callback.
  ///
  /// - Parameters:
  ///   - interval: The least time between two versions of the file while the run goes on.
  ///   - failurePolicy: What becomes of a fit when the report cannot be written.
  ///   - estimates: The rows of the table of parameters, asked for at the end of the fit; all elements of small
  ///     parameters, without standard errors, unless given.
  public init(
    interval: Duration = .seconds(5), failurePolicy: FailurePolicy = .warn,
    estimates: ((any LightningModule) throws -> [Estimate])? = nil
  ) {
    (self.interval, self.estimates) = (interval, estimates)
    super.init(failurePolicy: failurePolicy)
  }

  /// Forgets the run before.
  public override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    super.setup(trainer, module)
    history.setup(trainer, module)
  }

  /// Makes the folder of the run.
  public override func open(
    _ trainer: Trainer, _ module: any LightningModule, after count: Int?
  ) throws {
    path = try trainer.runDirectory() + "/report.html"
    (started, written) = (ContinuousClock.now, nil)
  }

  /// Keeps a record for the curves, and writes the file if the last version is old.
  public override func onMetrics(
    _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
  ) throws {
    history.add(record)
    if failure != nil { return }
    let now = ContinuousClock.now
    if now - (written ?? started) < interval { return }
    written = now
    try attempt(trainer, module) { try write(page(trainer, module)) }
  }

  /// Writes the last version.
  public override func close(_ trainer: Trainer, _ module: any LightningModule) throws {
    if failure == nil { try write(page(trainer, module)) }
  }

  private func write(_ page: ReportPage) throws {
    do { try Data(page.html.utf8).write(to: URL(filePath: path), options: .atomic) } catch {
      throw FigureError(path: path, reason: FigureError.words(error))
    }
  }

  private func page(_ trainer: Trainer, _ module: any LightningModule) throws -> ReportPage {
    ReportPage(
      title: path.split(separator: "/").suffix(3).dropLast().joined(separator: " / "),
      module: "\(type(of: module))", result: trainer.result, epoch: trainer.currentEpoch,
      step: trainer.globalStep, seconds: (ContinuousClock.now - started).inSeconds,
      curves: ReportCurves(history),
      estimates: try estimates?(module) ?? ReportPage.elements(of: module),
      hyperparameters: trainer.hyperparameters)
  }

  /// What the curves have, so that those of a run that goes on are whole.
  public override func state() -> State {
    var state = super.state()
    state["history"] = .tree(history.state())
    return state
  }

  /// Goes on with the curves of an earlier fit of the run.
  ///
  /// - Throws: `StateError` when the state was taken from something else.
  public override func restore(from state: State) throws {
    try history.restore(from: state.tree("history"))
    var own = state
    own["history"] = nil
    try super.restore(from: own)
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
