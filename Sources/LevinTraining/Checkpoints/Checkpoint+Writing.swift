import LevinTensor

extension Checkpoint {
  /// Writes the checkpoint to a file, which appears under its name when it is whole and on the disk.
  ///
  /// A file that is there already keeps its permissions and its owner, and stays as it is when something fails.
  /// Symbolic links are followed.
  ///
  /// - Parameter path: The file; its folder must exist.
  /// - Throws: ``CheckpointError``: the system refuses, a parameter has a name that begins with `levin/`, or a state
  ///   cannot be written.
  public func write(to path: String) throws(CheckpointError) {
    let (tensors, metadata) = try contents(for: path)
    do throws(EvaluationError) { try evaluate(tensors.map(\.tensor)) } catch {
      throw CheckpointError(path: path, problem: .unusableState(error.description))
    }
    do throws(ArrayFileError) {
      try SafeTensors.write(tensors, metadata: metadata, isChecked: true, to: path)
    } catch { throw CheckpointError(error) }
  }

  private typealias Contents = (
    tensors: [(name: String, tensor: Tensor)], metadata: [(name: String, text: String)]
  )

  private func contents(for path: String) throws(CheckpointError) -> Contents {
    let weights = model.tensors
    if let name = weights.map(\.name).first(where: Self.isReserved) {
      throw CheckpointError(
        path: path,
        problem: .unusableState(
          "a parameter or buffer is named '\(name)', and names that begin with '\(Self.reservedPrefix)' are kept for "
            + "the rest of the run; give it another name"))
    }
    var extras = State()
    for name in model.names {
      if case .tensor? = model[name] { continue }
      extras[name] = model[name]
    }
    var encoder = StateEncoder()
    do throws(StateEncoder.Failure) {
      let texts = [
        (Self.modelPrefix, try encoder.text(of: extras, at: Self.modelPrefix)),
        (Self.runPrefix, try encoder.text(of: run, at: Self.runPrefix)),
      ]
      return (weights + encoder.tensors, facts + texts)
    } catch {
      throw CheckpointError(path: path, problem: .unusableState(error.reason))
    }
  }

  /// Whether a name is none that a parameter or buffer may have.
  static func isReserved(_ name: String) -> Bool {
    name.utf8.starts(with: reservedPrefix.utf8)
  }

  private var facts: [(name: String, text: String)] {
    [
      (Self.formatName, "\(Self.formatVersion)"), (Origin.Name.version, origin.libraryVersion),
      (Origin.Name.instructionSet, origin.instructionSet),
      (Origin.Name.matrixBackend, origin.matrixBackend), (Origin.Name.created, origin.created),
    ]
  }
}

extension Checkpoint.Origin {
  /// The names of its parts in the metadata.
  enum Name {
    static let version = "levin/version"
    static let instructionSet = "levin/instructionSet"
    static let matrixBackend = "levin/matrixBackend"
    static let created = "levin/created"
  }
}
