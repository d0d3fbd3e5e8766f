internal import LevinTensor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file of a run that could not be made, written or read.
public struct RunFileError: Error, Sendable {
  /// An operation on a file.
  ///
  /// Later versions may add cases, so a `switch` over them needs a `default`.
  #if compiler(>=6.3)
  @nonexhaustive
  #endif
  public enum Action: String, Sendable {
    /// Making a file that does not exist yet.
    case create
    /// Opening a file that exists.
    case open
    /// Writing at the end.
    case write = "write to"
    /// Exchanging the whole content.
    case replace
    /// Reading the content.
    case read
    /// Closing the file.
    case close
    /// Finding the file where it was made.
    case find
  }

  /// The path of the file.
  public let path: String
  /// The operation that failed.
  public let action: Action
  /// The cause, mostly in the system's words.
  public let reason: String

  /// Puts an error together.
  public init(path: String, action: Action, reason: String) {
    (self.path, self.action, self.reason) = (path, action, reason)
    flushPrintedText()
  }

  /// The error that the system reported by a number.
  init(_ path: String, _ action: Action, _ code: Int32 = errno) {
    self.init(path: path, action: action, reason: String(cString: strerror(code)))
  }
}

extension RunFileError: CustomStringConvertible {
  /// The operation, the path and the cause.
  public var description: String { "cannot \(action.rawValue) '\(path)': \(reason)" }
}
