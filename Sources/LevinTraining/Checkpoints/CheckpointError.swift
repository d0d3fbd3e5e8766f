/// Why a checkpoint could not be written, read or put in force.
public struct CheckpointError: Error, Sendable, Hashable {
  /// A tensor that differs from what a model needs, in words such as `float32 of shape [3]`.
  public struct Mismatch: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The dtype or shape that the model has.
    public let expected: String
    /// The dtype or shape in the file.
    public let found: String
  }

  /// A problem with a file.
  ///
  /// Later versions may add cases, so a `switch` over them needs a `default`.
  #if compiler(>=6.3)
  @nonexhaustive
  #endif
  public enum Problem: Sendable, Hashable {
    /// There is no such file.
    case notThere
    /// The system refused to open or read the file, or a tensor has no counterpart here; the reason.
    case unreadable(String)
    /// The system refused to write the file, in its own words; what was there before still is.
    case unwritable(String)
    /// A device, a pipe or a file with several names has taken some of the bytes; the system's words.
    case writtenInPart(String)
    /// The file is something else; the reason.
    case foreign(String)
    /// The file ends too early: the least bytes that it must have, and those that are there.
    case cut(expected: Int, found: Int)
    /// The file does not hold what was written; the part that is known to differ.
    case altered(String)
    /// The file is from a later version of the library, in a format that this one does not know.
    case newer(format: Int, libraryVersion: String)
    /// There is not enough memory.
    case tooLarge
    /// The names and shapes are those of another model.
    case otherArchitecture(missing: [String], unexpected: [String], shapes: [Mismatch])
    /// The names and shapes are those of the model, the dtypes are not.
    case otherDType([Mismatch])
    /// A state cannot be written; the reason.
    case unusableState(String)
    /// It holds no settings of the type that was asked for; the reason.
    case noConfiguration(String)
  }

  /// The file.
  public let path: String
  /// The problem.
  public let problem: Problem
}

extension CheckpointError: CustomStringConvertible {
  /// The file, what is wrong with it, and what to do.
  public var description: String { "\(path): \(problem.sentence)" }
}

extension CheckpointError.Problem {
  fileprivate var sentence: String {
    switch self {
    case .notThere: "there is no such file; look at the path, or save a checkpoint there first"
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .unwritable(let reason): "cannot be written: \(reason); nothing has been changed"
    case .writtenInPart(let reason): "has been written only in part: \(reason)"
    case .foreign(let reason): "is not a checkpoint: \(reason)"
    case .cut(let expected, let found):
      "is cut: \(expected) bytes are expected and \(found) are there; copy it anew, or take an earlier checkpoint"
    case .altered(let reason):
      "is not what was written: \(reason); copy it anew, or take an earlier checkpoint"
    case .newer(let format, let version):
      "is from Levin \(version) and has format \(format), where this version reads formats up to "
        + "\(Checkpoint.formatVersion); update Levin"
    case .tooLarge: "does not fit into memory"
    case .otherArchitecture(let missing, let unexpected, let shapes):
      "is of another model: \(Self.differences(missing, unexpected, shapes)); load it into a model that was made as "
        + "that one was"
    case .otherDType(let mismatches):
      "has other dtypes than the model: \(Self.list(mismatches.map(\.words))); make the model in those dtypes, or convert "
        + "the file"
    case .noConfiguration(let reason): "holds no such settings: \(reason)"
    case .unusableState(let reason): "cannot be written: \(reason); nothing has been changed"
    }
  }

  private static func differences(
    _ missing: [String], _ unexpected: [String], _ shapes: [CheckpointError.Mismatch]
  ) -> String {
    let parts = [
      ("the model needs ", missing.map { "'\($0)'" }, ", which the file has not"),
      ("the file has ", unexpected.map { "'\($0)'" }, ", which the model has not"),
      ("shapes differ: ", shapes.map(\.words), ""),
    ]
    return parts.filter { !$0.1.isEmpty }.map { $0.0 + list($0.1) + $0.2 }.joined(separator: "; ")
  }

  // A model may have thousands.
  private static func list(_ words: [String]) -> String {
    let most = 20
    let rest = words.count - most
    return words.prefix(most).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}

extension CheckpointError.Mismatch {
  fileprivate var words: String { "'\(name)' is \(found) in the file and \(expected) in the model" }
}
