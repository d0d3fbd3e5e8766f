internal import Foundation
public import LevinTensor

/// Writes checkpoints of a fit, from which it can go on to the last bit, and keeps the best of them.
///
///     let checkpoints = ModelCheckpoint(monitor: "val_loss", saveTopK: 3)
///     let trainer = Trainer(maxEpochs: 100, callbacks: [checkpoints])
///     try trainer.fit(model, train: train, validation: validation)
///     try model.loadWeights(from: checkpoints.bestModelPath!)
///     try trainer.fit(model, train: train, validation: validation, resume: .last)
///
/// Files are `.safetensors`, in the folder `checkpoints` of the run: parameters and buffers under their names, which the
/// Python package `safetensors` reads, and all else that a fit needs. A file is there as a whole or not at all. A save that
/// fails ends the fit by an error. `last.safetensors` is where the fit stopped, also by an error. A file that is no longer
/// among the best is removed, but neither the one that the fit goes on from nor those of an earlier fit in another folder.
public final class ModelCheckpoint: Callback {
  /// The folder of the files; that of the run if nil.
  public let directory: String?
  /// The template of names, with metrics in braces, such as `{epoch}-{val_loss:.3f}`.
  public let filename: String
  /// The metric by which checkpoints are compared; the newest is the best one if nil.
  public let monitor: String?
  /// The direction in which the metric gets better.
  public let mode: MonitorMode
  /// The number of best checkpoints that are kept; -1 for all, 0 for none.
  public let saveTopK: Int
  /// Whether `last.safetensors` is written along with each save, at the end of the fit, and when it ends by an error.
  public let saveLast: Bool
  /// The steps from one save to the next; nil if they do not count.
  public let everyNTrainSteps: Int?
  /// The epochs from one save to the next; nil if they do not count.
  public let everyNEpochs: Int?
  /// The time from one save to the next; nil if it does not count.
  public let trainTimeInterval: Duration?

  /// The path of the best checkpoint; nil before the first.
  public var bestModelPath: String? { kept.first?.path }
  /// The value of the metric at the best checkpoint.
  public var bestModelScore: Double? { kept.first?.score }
  /// The path of `last.safetensors`; nil before it is written.
  public private(set) var lastModelPath: String?

  private struct Kept {
    let path: String
    let score: Double
  }

  // The best first.
  private var kept: [Kept] = []
  private var savedStep = -1
  private var hasFolder = false
  private var isWaiting = false
  private var lastTime = 0.0
  private let now: () -> Double
  /// Whether it is the one of a trainer that was given none.
  private(set) var isStandard = false

  /// Sets what is written when.
  ///
  /// Of `everyNTrainSteps`, `everyNEpochs` and `trainTimeInterval` at most one is given; without one, there is a save for
  /// each epoch. A save that compares by a metric of validations waits for the next one where it is due before.
  public convenience init(
    directory: String? = nil, filename: String = "{epoch}-{step}", monitor: String? = nil,
    mode: MonitorMode = .min, saveTopK: Int = 1, saveLast: Bool = true,
    everyNTrainSteps: Int? = nil, everyNEpochs: Int? = nil, trainTimeInterval: Duration? = nil
  ) {
    self.init(
      directory, filename, monitor, mode, saveTopK, saveLast, everyNTrainSteps, everyNEpochs,
      trainTimeInterval, now: Console.clock)
  }

  init(
    _ directory: String?, _ filename: String, _ monitor: String?, _ mode: MonitorMode,
    _ saveTopK: Int, _ saveLast: Bool, _ steps: Int?, _ epochs: Int?, _ time: Duration?,
    now: @escaping () -> Double
  ) {
    (self.directory, self.filename, self.monitor, self.mode) = (directory, filename, monitor, mode)
    (self.saveTopK, self.saveLast) = (saveTopK, saveLast)
    (everyNTrainSteps, everyNEpochs, trainTimeInterval) = (steps, epochs, time)
    self.now = now
    super.init()
  }

  /// The one of a trainer that was given none: it writes where a fit stopped, and every five minutes where it is.
  static func standard() -> ModelCheckpoint {
    let callback = ModelCheckpoint(saveTopK: 0, trainTimeInterval: .seconds(300))
    callback.isStandard = true
    return callback
  }

  /// Its hooks come last, so that it writes what all others keep.
  public override var runsLast: Bool { true }

  /// Takes no part in a trial.
  public override var runsInTrials: Bool { false }

  /// The type, the metric and the intervals.
  public override var stateName: String {
    let intervals = [
      everyNTrainSteps.map { "\($0) steps" }, everyNEpochs.map { "\($0) epochs" },
      trainTimeInterval.map { "\($0)" },
    ]
    return "ModelCheckpoint(\(monitor ?? "newest"), \(mode), "
      + intervals.compactMap(\.self).joined() + ")"
  }

  /// The first problem with the settings, if there is one.
  public override func settingsProblem(_ trainer: Trainer) -> String? {
    if saveTopK < -1 { return "saveTopK is \(saveTopK); give -1 for all, or a number from 0 up" }
    if monitor == nil, saveTopK > 1 {
      return
        "saveTopK is \(saveTopK), and without a monitor nothing says which are the best; give a monitor, or "
        + "-1, 0 or 1"
    }
    let counts = [everyNTrainSteps, everyNEpochs].compactMap(\.self)
    if counts.contains(where: { $0 < 0 }) || trainTimeInterval.map({ $0 < .zero }) ?? false {
      return "an interval is negative; give a number from 0 up"
    }
    let intervalCount = counts.count(where: { $0 > 0 }) + (trainTimeInterval == nil ? 0 : 1)
    if intervalCount > 1 {
      return "give one of everyNTrainSteps, everyNEpochs and trainTimeInterval"
    }
    if CheckpointName(filename) == nil {
      return "the filename '\(filename)' is no template; write metrics as {name} or {name:.3f}"
    }
    if filename.isEmpty || filename.hasPrefix("/") || filename.hasSuffix("/") {
      return "the filename '\(filename)' is none within a folder; give the folder as 'directory'"
    }
    if saveLast, filename == "last" {
      return
        "the filename 'last' is that of the file which says where the fit stopped; choose another one, or set "
        + "saveLast to false"
    }
    return nil
  }

  /// Begins anew.
  public override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    if !trainer.isFitting { return }
    (kept, savedStep, isWaiting, lastModelPath) = ([], -1, false, nil)
    (lastTime, hasFolder) = (now(), false)
  }

  /// Makes the folder of the files, so that one that cannot be made ends the fit before its first step.
  public override func onFitStart(_ trainer: Trainer, _ module: any LightningModule) throws {
    _ = try folder(trainer)
  }

  // MARK: - When

  /// Saves if so many steps or so much time have passed.
  public override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) throws {
    guard case .taken = outcome else { return }
    let isDue: Bool
    if let steps = everyNTrainSteps, steps > 0 {
      isDue = trainer.globalStep.isMultiple(of: steps)
    } else if let interval = trainTimeInterval {
      isDue = now() - lastTime >= interval.seconds
    } else {
      return
    }
    if !isDue { return }
    // The mean over an epoch is not known in the first.
    if let monitor, trainer.awaitsValue(of: monitor) { return }
    lastTime = now()
    if waitsForValidation(trainer) { isWaiting = true } else { try save(trainer) }
  }

  /// Writes where the fit is, between two batches, if so much time has passed.
  func writeIfDue(_ trainer: Trainer) throws {
    guard let interval = trainTimeInterval, now() - lastTime >= interval.seconds else { return }
    lastTime = now()
    try writeLast(trainer)
  }

  // A metric that is not known yet, or that a validation will renew.
  private func waitsForValidation(_ trainer: Trainer) -> Bool {
    guard let monitor, trainer.hasValidation else { return false }
    return trainer.isMetricOfValidation(monitor)
  }

  /// Saves if a save waits for this validation, or validations rather than epochs count.
  public override func onValidationEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
    if !trainer.isFitting || trainer.isSanityChecking { return }
    let isDue = isEpochDue(trainer) && !trainer.validatesOncePerEpoch
    if isWaiting || isDue { try save(trainer) }
    isWaiting = false
  }

  /// Saves if epochs count.
  public override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
    if isEpochDue(trainer), trainer.validatesOncePerEpoch { try save(trainer) }
  }

  // Whether epochs count, and this is one that is saved.
  private func isEpochDue(_ trainer: Trainer) -> Bool {
    let interval = everyNEpochs ?? 1
    guard interval > 0, (everyNTrainSteps ?? 0) == 0, trainTimeInterval == nil else { return false }
    return (trainer.currentEpoch + 1).isMultiple(of: interval)
  }

  /// Writes where the fit stopped.
  public override func onTrainEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
    if let monitor, saveTopK != 0, savedStep < 0 {
      try trainer.tellOfNoLook(at: monitor, by: self)
    }
    if saveLast, trainer.globalBatch > 0 { try writeLast(trainer) }
  }

  /// Writes where the fit stopped.
  public override func onException(
    _ trainer: Trainer, _ module: any LightningModule, error: any Error
  ) {
    guard saveLast, trainer.isFitting, trainer.globalBatch > 0 else { return }
    // The error that is there already is the one to tell of.
    do { try writeLast(trainer) } catch { warn("the checkpoint was not written: \(error)") }
  }

  // MARK: - Saving

  private func save(_ trainer: Trainer) throws {
    if savedStep == trainer.globalStep { return }
    if saveTopK != 0 { try saveBest(trainer) }
    savedStep = trainer.globalStep
    if saveLast { try writeLast(trainer) }
  }

  private func saveBest(_ trainer: Trainer) throws {
    var score = 0.0
    if let monitor {
      score = try trainer.watched(monitor, by: self)
      // A NaN is kept while there is room, and gives way to any number.
      if score.isNaN { score = mode.worst }
    }
    let before = kept
    let position = monitor == nil ? 0 : kept.firstIndex { mode.isBetter(score, than: $0.score) }
    let path = try path(trainer)
    kept.insert(Kept(path: path, score: score), at: position ?? kept.count)
    var gone: [Kept] = []
    if saveTopK > 0, kept.count > saveTopK { gone = [kept.removeLast()] }
    // The new one may be the worst.
    if gone.first?.path == path, kept.first?.path != path { return }
    do { try trainer.saveCheckpoint(to: path, by: self) } catch {
      kept = before
      trainer.session?.keepState(of: self)
      throw error
    }
    let folder = try folder(trainer)
    for old in gone where old.path != path && mayRemove(old.path, in: folder, trainer) {
      try? FileManager.default.removeItem(atPath: old.path)
    }
  }

  // Neither the file that the fit goes on from, nor those that an earlier fit wrote elsewhere; however paths are spelled.
  private func mayRemove(_ path: String, in folder: String, _ trainer: Trainer) -> Bool {
    func resolved(_ path: String) -> String {
      URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
    let file = resolved(path)
    return file.hasPrefix(resolved(folder) + "/") && file != trainer.resumedPath.map(resolved)
  }

  private func path(_ trainer: Trainer) throws -> String {
    let folder = try folder(trainer)
    let (name, missing) =
      CheckpointName(filename)?.filled(
        epoch: trainer.currentEpoch, step: trainer.globalStep, { trainer.metrics[$0] })
      ?? (nil, filename)
    guard let name else {
      throw TrainerError.unknownMetric(
        name: missing ?? filename, callback: "ModelCheckpoint", known: trainer.metrics.names)
    }
    if let end = name.lastIndex(of: "/") { try makeFolder(folder + "/" + name[..<end]) }
    var path = "\(folder)/\(name).safetensors"
    // The newest takes the place of the one before, under the same name.
    if monitor == nil, saveTopK == 1, kept.first?.path == path { return path }
    var version = 1
    while FileManager.default.fileExists(atPath: path) || kept.contains(where: { $0.path == path })
    {
      path = "\(folder)/\(name)-v\(version).safetensors"
      version += 1
    }
    return path
  }

  // Made once: where somebody has removed it since, the file cannot be written, and the fit says so.
  private func folder(_ trainer: Trainer) throws -> String {
    let folder = try directory ?? trainer.runDirectory() + "/checkpoints"
    if !hasFolder { try makeFolder(folder) }
    hasFolder = true
    return folder
  }

  private func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
      throw TrainerError.runDirectory(
        path: path, reason: cause?.localizedDescription ?? error.localizedDescription)
    }
  }

  private func writeLast(_ trainer: Trainer) throws {
    let path = try folder(trainer) + "/last.safetensors"
    let before = lastModelPath
    lastModelPath = path
    do { try trainer.saveCheckpoint(to: path, by: self) } catch {
      lastModelPath = before
      trainer.session?.keepState(of: self)
      throw error
    }
  }

  // MARK: - State

  /// The checkpoints that are kept, with their values.
  public override func state() -> State {
    var state = State()
    state["savedStep"] = .integer(savedStep)
    state["isWaiting"] = .boolean(isWaiting)
    state["paths"] = .list(kept.map { .text($0.path) })
    state["scores"] = .list(kept.map { .real($0.score) })
    state["last"] = lastModelPath.map { .text($0) }
    return state
  }

  /// Goes on with the checkpoints that another one kept.
  public override func restore(from state: State) throws {
    let paths = try state.list("paths")
    let scores = try state.list("scores")
    let last = state["last"] == nil ? nil : try state.text("last")
    let step = try state.integer("savedStep")
    isWaiting = try state.boolean("isWaiting")
    kept = zip(paths, scores).compactMap { path, score in
      guard case .text(let path) = path, case .real(let score) = score else { return nil }
      return FileManager.default.fileExists(atPath: path) ? Kept(path: path, score: score) : nil
    }
    (savedStep, lastModelPath) = (step, last)
  }
}
