/// Why a state cannot be restored.
///
/// Later versions may add cases, so a `switch` over them needs a `default`.
#if compiler(>=6.3)
@nonexhaustive
#endif
public enum StateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The state has no value where one is needed.
  case missing(path: String)
  /// The state has a value of another kind, shape or content.
  case mismatch(path: String, expected: String, found: String)
  /// The state has values that nothing takes.
  case unexpected(paths: [String])

  /// The cause, the path, and what to do about it.
  public var description: String {
    switch self {
    case .missing(let path):
      "the state has no '\(path)'; it was taken from something else, so restore it there"
    case .mismatch(let path, let expected, let found):
      "the state has \(found) as '\(path)', where \(expected) is needed; restore it into what it was "
        + "taken from"
    case .unexpected(let paths):
      "the state has \(paths.map { "'\($0)'" }.joined(separator: ", ")), which nothing here takes; "
        + "restore it into what it was taken from"
    }
  }
}
