import LevinTensor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Checkpoint {
  /// The library and the machine that a checkpoint is from.
  public struct Origin: Sendable, Hashable {
    /// The version of the library.
    public let libraryVersion: String
    /// The architecture and the instruction set whose loops computed it, such as `x86_64 avx2`.
    public let instructionSet: String
    /// The library that multiplied large matrices: `Levin`, `OpenBLAS` or `Accelerate`.
    public let matrixBackend: String
    /// The time at which it was made, in UTC, such as `2026-01-31T12:00:00Z`.
    public let created: String

    /// This process, now.
    public static var here: Origin {
      Origin(
        libraryVersion: Checkpoint.libraryVersion,
        instructionSet: "\(architecture) \(InstructionSet.current)",
        matrixBackend: MatrixLibrary.name, created: now)
    }

    /// The reason why a run that goes on here may differ in its last bits from one that was never stopped; nil if there
    /// is none.
    public var warning: String? {
      let here = Origin.here
      let differences = [
        ("the instruction set", instructionSet, here.instructionSet),
        ("the library for matrices", matrixBackend, here.matrixBackend),
        ("the version of the library", libraryVersion, here.libraryVersion),
      ].filter { $0.1 != $0.2 }.map { "\($0.0) was '\($0.1)' and is '\($0.2)'" }
      if differences.isEmpty { return nil }
      return
        "the checkpoint was made elsewhere (\(differences.joined(separator: ", "))); results may differ from those "
        + "of an uninterrupted run in their last bits"
    }

    private static var architecture: String {
      #if arch(x86_64)
      "x86_64"
      #elseif arch(arm64)
      "arm64"
      #else
      "other"
      #endif
    }

    private static var now: String {
      var seconds = time(nil)
      var parts = tm()
      gmtime_r(&seconds, &parts)
      func padded(_ number: Int32) -> String { (number < 10 ? "0" : "") + "\(number)" }
      let date = [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday].map(padded)
      let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(padded)
      return "\(date.joined(separator: "-"))T\(clock.joined(separator: ":"))Z"
    }
  }

  /// The version of this library.
  static let libraryVersion = "0.1.0"
}
