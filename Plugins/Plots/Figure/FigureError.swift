import Foundation

/// A figure that could not be written.
public struct FigureError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The path of the file.
  public let path: String
  /// The reason, with what to do about it.
  public let reason: String

  init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }

  /// The path and the reason.
  public var description: String { "\(path): \(reason)" }

  // Foundation's errors name the file once more, and the reason in the error beneath.
  static func words(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    if let underlying, underlying.domain == NSPOSIXErrorDomain {
      return String(cString: strerror(Int32(underlying.code)))
    }
    return error.localizedDescription
  }
}
