public import LevinNN
public import LevinTensor

/// Everything that must be kept so that a run can go on, in one file.
///
///     var run = State()
///     run["optimizer"] = .tree(optimizer.state())
///     try Checkpoint(of: model, run: run).write(to: "last.ckpt")
///
///     let checkpoint = try Checkpoint.load(from: "last.ckpt")
///     try checkpoint.restore(model)
///     try optimizer.restore(from: checkpoint.run.tree("optimizer"))
///
/// The file is a ``SafeTensors`` file, which the Python package `safetensors` reads. The parameters and buffers of the
/// model lie in it under their plain names, those of `namedParameters` and `namedBuffers`. A parameter's numbers are
/// the *unconstrained* ones, those that an optimizer changes: a parameter with a constraint is the transform of them.
/// All other tensors lie under `levin/model/` (what modules keep besides) and `levin/run/`, followed by the path in
/// the state, whose names are joined by `/` (`~` and `/` in a name are `~0` and `~1`, as in RFC 6901).
///
/// Plain values are JSON in the texts `levin/model` and `levin/run` of the metadata. A tree is an object, a list an
/// array. Numbers that JSON or its readers cannot hold are objects of one field: `{"$real": "0x7ff0000000000000"}`
/// gives the bits of an infinity, a NaN or -0, `{"$integer": "9007199254740993"}` an integer beyond 2^53 in decimal,
/// and `{"$tensor": null}` stands for the tensor of that path. The names of a tree that begin with `$` have another `$`
/// in front. Further texts: `levin/format` (the version of all this), `levin/version` (the library's),
/// `levin/instructionSet`, `levin/matrixBackend`, `levin/created`, and `levin/checksums`: the CRC-32 of the header (with
/// zeros where this number stands) and of each tensor in the header's order, in eight hexadecimal digits each.
public struct Checkpoint: Sendable {
  /// The version of the format that is written; this one and all before it are read.
  public static let formatVersion = 1

  /// The parameters, unconstrained, the buffers and the extra state of the model, as `Module.state()` gives them.
  public var model: State
  /// All the rest of the run by names of the caller's: optimizers, schedules, callbacks, progress, generators.
  public var run: State
  /// The library and the machine that it is from.
  public let origin: Origin
  /// The file that it was read from; nil for one that was made here.
  public let path: String?

  /// Takes the states of a model and of a run, as they are now.
  public init(model: State, run: State = State()) {
    self.init(model: model, run: run, origin: .here, path: nil)
  }

  /// Takes the state of a model, and that of the rest of the run.
  public init(of model: any Module, run: State = State()) {
    self.init(model: model.state(), run: run)
  }

  init(model: State, run: State, origin: Origin, path: String?) {
    (self.model, self.run, self.origin, self.path) = (model, run, origin, path)
  }

  /// The beginning of all names that no parameter or buffer may have.
  static let reservedPrefix = "levin/"
  static let modelPrefix = "levin/model"
  static let runPrefix = "levin/run"
  static let formatName = "levin/format"

  /// Puts the state of the model in force in a model of the same structure.
  ///
  /// Names, shapes and dtypes are compared before anything is changed.
  ///
  /// - Throws: ``CheckpointError`` that lists every name, shape and dtype that differs, or the model's own error when it
  ///   refuses its extra state; the model then has the state that it had before.
  public func restore(_ module: any Module) throws {
    let found = model.tensors.map { FoundTensor(name: $0.name, $0.tensor) }
    let comparison = WeightsComparison(module, found)
    try comparison.requireMatch(path: path ?? "the checkpoint")
    let before = module.state()
    do { try module.restore(from: model) } catch {
      try? module.restore(from: before)
      throw error
    }
  }
}

extension State {
  /// The tensors that lie in the tree itself, by name.
  var tensors: [(name: String, tensor: Tensor)] {
    names.compactMap { name in
      if case .tensor(let tensor) = self[name] { (name, tensor) } else { nil }
    }
  }
}
