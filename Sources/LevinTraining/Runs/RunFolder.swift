import Foundation
internal import LevinTensor

/// The folder `directory/name/version_N` of a run, made when the first file is written.
///
/// It is born with the settings of the run in `hparams.yaml`: who sees another file of the run sees these too.
final class RunFolder {
  /// The folder of all versions.
  let root: String
  /// The folder, once it is made.
  private(set) var path: String?
  /// The number to take, for runs in parallel that want theirs in order.
  var reservedVersion: Int?
  /// Whether the folder is that of a run that goes on.
  private(set) var isReopened = false
  // That of the folder: somebody may have put another one there.
  private var identity: FileIdentity?
  // The document of the settings, while a fit runs.
  private(set) var settings: String?
  /// The settings of the module that was fitted last, by their names.
  private(set) var hyperparameters: [(name: String, value: HyperparameterValue)] = []
  /// The settings of a ``ConfiguredModule`` as JSON; nil of any other.
  private(set) var configuration: String?

  init(directory: String, name: String) {
    let parts = [directory, name].filter { !$0.isEmpty }
    root = parts.isEmpty ? "." : parts.joined(separator: "/")
  }

  func reset() {
    path = nil
    isReopened = false
    settings = nil
  }

  /// Takes the settings of the module that is fitted, to be written when the folder is made.
  ///
  /// - Throws: ``TrainerError/invalidHyperparameter(name:problem:)``.
  func takeSettings(of module: any LightningModule) throws(TrainerError) {
    var setting = try Setting((module as? any HyperparameterProviding)?.hyperparameters ?? [:])
    configuration = try ConfigurationText.text(of: module)
    if let configuration { setting = try setting.joined(by: Setting(json: configuration)) }
    settings = YAML.document(setting)
    hyperparameters = setting.entries
  }

  /// The file of a name in the newest version that has one; nil if there is none.
  func newestFile(_ name: String) -> String? {
    for version in stride(from: nextVersion() - 1, through: 0, by: -1) {
      let path = "\(root)/version_\(version)/\(name)"
      if fileStatus(at: path) != nil { return path }
    }
    return nil
  }

  /// Goes on with the folder of a run; false if it is no longer there.
  func reopen(_ path: String) -> Bool {
    guard let status = fileStatus(at: path), status.kind == S_IFDIR else { return false }
    self.path = path
    identity = FileIdentity(status)
    isReopened = true
    // The run is not over any more.
    unlink("\(path)/\(RunOutcome.fileName)")
    return true
  }

  func make() throws -> String { try flushingPrintedText(makeIfNeeded) }

  private func makeIfNeeded() throws -> String {
    if let path { return path }
    try makeRoot()
    let made = try makeVersion()
    do { try writeSettings(into: made) } catch {
      rmdir(made)
      throw error
    }
    path = made
    identity = fileStatus(at: made).map(FileIdentity.init)
    return made
  }

  // Outside of a fit there is no module to ask.
  private func writeSettings(into folder: String) throws(RunFileError) {
    guard let settings else { return }
    let file = try RunFile(creating: folder + "/hparams.yaml", content: Array(settings.utf8))
    try file.close()
  }

  /// Writes down how the fit has ended, if it has left anything else.
  func writeOutcome(_ result: FitResult, _ error: (any Error)?) throws(RunFileError) {
    guard let path else { return }
    let file = "\(path)/\(RunOutcome.fileName)"
    guard fileStatus(at: path).map(FileIdentity.init) == identity else {
      throw RunFileError(
        path: file, action: .create, reason: "the folder is no longer that of the run")
    }
    try RunFile(creating: file, content: RunOutcome.document(result, error)).close()
  }

  private func makeRoot() throws {
    // The system would read the path up to the zero only, and find another folder there.
    if root.utf8.contains(0) {
      throw TrainerError.runDirectory(path: root, reason: "the path holds a zero character")
    }
    var path = ""
    // By scalars: with a mark that combines, a slash is another character.
    let parts = root.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      path += (index == 0 ? "" : "/") + String(part)
      let code = Self.makeFolder(path.isEmpty ? "/" : path)
      if code != 0 && code != EEXIST { throw Self.failure(at: path, code) }
    }
  }

  // Making a folder is atomic, so of several runs that want the same number one gets it and the others
  // look again.
  private func makeVersion() throws -> String {
    var version = reservedVersion ?? nextVersion()
    reservedVersion = nil
    while true {
      let candidate = "\(root)/version_\(version)"
      let code = Self.makeFolder(candidate)
      if code == 0 { return candidate }
      if code != EEXIST { throw Self.failure(at: candidate, code) }
      version = max(nextVersion(), version + 1)
    }
  }

  // The error number, 0 when all went well.
  private static func makeFolder(_ path: String) -> Int32 { mkdir(path, 0o777) == 0 ? 0 : errno }

  private static func failure(at path: String, _ code: Int32) -> TrainerError {
    .runDirectory(path: path, reason: String(cString: strerror(code)))
  }

  /// One more than the highest version there is; folders of other names do not count.
  func nextVersion() -> Int {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return (entries.compactMap(Self.version).max() ?? -1) + 1
  }

  private static func version(_ entry: String) -> Int? {
    let prefix = "version_"
    guard entry.hasPrefix(prefix) else { return nil }
    let digits = entry.dropFirst(prefix.count)
    // The bound keeps the next number in range.
    guard digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isNumber), digits.count <= 9 else {
      return nil
    }
    return Int(digits)
  }
}
