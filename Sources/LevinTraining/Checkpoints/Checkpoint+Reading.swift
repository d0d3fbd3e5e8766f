import LevinTensor

extension Checkpoint {
  /// Reads all of a checkpoint.
  ///
  /// Every byte is compared with the checksums in the file. Memory is taken for as many bytes as the file has.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``CheckpointError``: there is no such file, it is something else than a checkpoint, it is cut or altered,
  ///   or from a newer version of the library.
  public static func load(from path: String) throws(CheckpointError) -> Checkpoint {
    let file = try open(path)
    guard file.metadata(formatName) != nil else {
      throw CheckpointError(
        path: path,
        problem: .foreign(
          "it is a safetensors file without the state of a run; load its tensors into a model with loadWeights(from:)"
        ))
    }
    return try Checkpoint(file, path)
  }

  private init(_ file: SafeTensors, _ path: String) throws(CheckpointError) {
    var model = State()
    var others: [ExactName: Tensor] = [:]
    for name in file.names {
      if Self.isReserved(name) {
        others[ExactName(name)] = try Self.tensor(name, file)
      } else {
        model[name] = .tensor(try Self.tensor(name, file))
      }
    }
    var decoder = StateDecoder(others)
    let extras = try Self.state(Self.modelPrefix, file, path, &decoder)
    for name in extras.names {
      if model[name] != nil { throw Self.damaged(path, "'\(name)' is there twice") }
      model[name] = extras[name]
    }
    let run = try Self.state(Self.runPrefix, file, path, &decoder)
    guard decoder.tensors.isEmpty else {
      let names = decoder.tensors.keys.map(\.text).sorted().prefix(5)
      throw Self.damaged(path, "no value takes the tensors \(names.joined(separator: ", "))")
    }
    self.init(model: model, run: run, origin: Origin(file), path: path)
  }

  private static func state(
    _ name: String, _ file: SafeTensors, _ path: String, _ decoder: inout StateDecoder
  ) throws(CheckpointError) -> State {
    guard let text = file.metadata(name) else { throw damaged(path, "it has no '\(name)'") }
    do throws(JSONScanner.Failure) { return try decoder.state(text, at: name) } catch {
      throw damaged(path, "\(error.reason) at byte \(error.offset) of '\(name)'")
    }
  }

  private static func tensor(
    _ name: String, _ file: SafeTensors
  ) throws(CheckpointError) -> Tensor {
    do throws(ArrayFileError) { return try file[name] } catch { throw CheckpointError(error) }
  }

  private static func damaged(_ path: String, _ reason: String) -> CheckpointError {
    CheckpointError(path: path, problem: .altered(reason))
  }

  /// Opens a checkpoint of a known format with its checksums, or any other safetensors file.
  static func open(_ path: String) throws(CheckpointError) -> SafeTensors {
    func failure(_ problem: CheckpointError.Problem) -> CheckpointError {
      CheckpointError(path: path, problem: problem)
    }
    let file: SafeTensors
    do throws(ArrayFileError) { file = try SafeTensors(path) } catch {
      guard case .headerTooLarge(let count) = error.problem else { throw CheckpointError(error) }
      throw failure(.foreign("its header would have \(count) bytes, and 100,000,000 are the most"))
    }
    let isChecked = file.metadata(Checksums.name) != nil
    guard let text = file.metadata(formatName) else {
      // The one byte that was altered may be in this very name.
      let strays = file.metadataNames.filter(isReserved)
      if strays.isEmpty { return file }
      throw failure(.altered("its header has '\(strays[0])' and no '\(formatName)'"))
    }
    guard let format = Int(text), format > 0 else {
      throw failure(.altered("'\(text)' is no version of a format"))
    }
    if format > formatVersion {
      let version = file.metadata(Origin.Name.version) ?? "of a later version"
      throw failure(.newer(format: format, libraryVersion: version))
    }
    guard isChecked else { throw failure(.altered("its checksums are not there")) }
    return file
  }
}

extension Checkpoint.Origin {
  fileprivate init(_ file: SafeTensors) {
    func text(_ name: String) -> String { file.metadata(name) ?? "unknown" }
    self.init(
      libraryVersion: text(Name.version), instructionSet: text(Name.instructionSet),
      matrixBackend: text(Name.matrixBackend), created: text(Name.created))
  }
}
