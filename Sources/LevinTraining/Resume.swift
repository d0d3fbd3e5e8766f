internal import Foundation
public import LevinTensor

/// The fit that another one goes on with.
///
/// The fit that goes on has the bits of one that was never stopped: parameters, optimizer, schedules, callbacks, random
/// streams, position in the data, metrics, rows of loggers.
public struct Resume: Sendable {
  enum Place: Sendable {
    case lastFit
    case state(State)
    case path(String)
    case last
    case best
  }

  let place: Place

  /// The last fit of the same trainer, from where it stopped.
  public static let lastFit = Resume(place: .lastFit)

  /// A fit whose ``Trainer/keptState`` is given.
  public static func state(_ state: State) -> Resume { Resume(place: .state(state)) }

  /// The fit of a checkpoint.
  public static func path(_ path: String) -> Resume { Resume(place: .path(path)) }

  /// The `last.safetensors` in the folder of the trainer's ``ModelCheckpoint``, or the newest of the runs of the trainer's
  /// folder and name.
  public static let last = Resume(place: .last)

  /// The best checkpoint of the trainer's ``ModelCheckpoint``.
  public static let best = Resume(place: .best)

  /// - Throws: ``TrainerError/nothingToResume(_:)``, ``CheckpointError``.
  func state(for trainer: Trainer) throws -> State {
    switch place {
    case .state(let state): return state
    case .lastFit:
      guard let state = trainer.keptState else {
        throw TrainerError.nothingToResume("this trainer has run no fit")
      }
      return state
    case .path(let path): return try Self.load(path, trainer)
    case .last:
      return try Self.load(Self.lastPath(of: trainer), trainer)
    case .best:
      let callbacks = trainer.callbacks.compactMap { $0 as? ModelCheckpoint }
      guard let path = callbacks.lazy.compactMap(\.bestModelPath).first else {
        throw TrainerError.nothingToResume(
          callbacks.isEmpty
            ? "the trainer has no ModelCheckpoint, which knows the best one"
            : "no checkpoint has been written by this trainer")
      }
      return try Self.load(path, trainer)
    }
  }

  private static func lastPath(of trainer: Trainer) throws(TrainerError) -> String {
    let folders = trainer.callbacks.compactMap { ($0 as? ModelCheckpoint)?.directory }
    if folders.isEmpty {
      if let path = trainer.folder.newestFile("checkpoints/last.safetensors") { return path }
      throw .nothingToResume(
        "'\(trainer.folder.root)' has no 'version_N/checkpoints/last.safetensors'")
    }
    let paths = folders.map { $0 + "/last.safetensors" }
    if let path = paths.first(where: { fileStatus(at: $0) != nil }) { return path }
    throw .nothingToResume("there is no '\(paths.joined(separator: "' and no '"))'")
  }

  private static func load(_ path: String, _ trainer: Trainer) throws -> State {
    let checkpoint = try Checkpoint.load(from: path)
    guard checkpoint.run["session"] != nil else {
      throw TrainerError.nothingToResume(
        "'\(path)' holds weights without a fit; load them by loadWeights(from:) and begin anew")
    }
    if let warning = checkpoint.origin.warning { warn(warning) }
    trainer.resumedPath = path
    var state = checkpoint.run
    // The weights of the file are averages, where the fit made some.
    state["module"] = checkpoint.run["trained"] ?? .tree(checkpoint.model)
    return state
  }
}

extension Trainer {
  /// Writes everything that a fit needs to go on from here: from within a hook where it is, and after the fit where it
  /// stopped.
  ///
  /// - Throws: ``TrainerError/nothingToResume(_:)`` before the first fit, ``CheckpointError``.
  public func saveCheckpoint(to path: String) throws {
    try writeCheckpoint(to: path)
  }

  /// Writes a checkpoint in which a callback knows of it.
  func saveCheckpoint(to path: String, by callback: Callback) throws {
    session?.keepState(of: callback)
    try writeCheckpoint(to: path)
  }

  private func writeCheckpoint(to path: String) throws {
    guard var state = session?.keptState ?? session?.makeState?() ?? keptState else {
      throw TrainerError.nothingToResume("this trainer has run no fit, so there is nothing to save")
    }
    let trained = try state.tree("module")
    var model = trained
    if state["averaged"] != nil {
      model = try state.tree("averaged")
      state["trained"] = .tree(trained)
    }
    (state["module"], state["averaged"]) = (nil, nil)
    try Checkpoint(model: model, run: state).write(to: path)
  }
}
