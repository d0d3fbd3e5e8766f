import LevinTensor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension CheckpointError {
  /// The error that corresponds to one of the file itself.
  init(_ error: ArrayFileError) {
    self.init(path: error.path, problem: Self.problem(error))
  }

  private static func problem(_ error: ArrayFileError) -> Problem {
    let tensor = error.array.map { "tensor '\($0)': " } ?? ""
    switch error.problem {
    case .unreadable(let reason): return isThere(error.path) ? .unreadable(reason) : .notThere
    case .unwritable(let reason): return .unwritable(reason)
    case .writtenInPart(let reason): return .writtenInPart(reason)
    case .notSafeTensors: return .foreign("it is no safetensors file")
    case .cut(let expected, let found): return .cut(expected: expected, found: found)
    case .trailingBytes(let expected, let found):
      return .altered("it has \(found) bytes where its header makes \(expected)")
    case .badHeader(let reason): return .altered("\(tensor)the header makes no sense (\(reason))")
    case .badChecksum:
      return .altered(
        error.array == nil ? "the checksum of its header differs" : "\(tensor)the checksum differs")
    case .tooLarge: return .tooLarge
    case .unusableName(let reason): return .unusableState(reason)
    case .headerTooLarge(let count):
      return .unusableState(
        "names and plain values take \(count) bytes, and the format has room for 100,000,000; keep long lists of "
          + "numbers as tensors")
    default: return .unreadable(error.description)
    }
  }

  private static func isThere(_ path: String) -> Bool {
    fileStatus(at: path) != nil || ![ENOENT, ENOTDIR].contains(errno)
  }
}
