#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that appears under its name when it is whole, and not before.
///
/// Bytes go to a file beside it, which takes the name once they have reached the disk. What was there
/// before stays until then, and stays for good when something fails.
final class AtomicFile {
  private let path: String
  private let partial: String
  private let descriptor: Int32
  /// The bytes written so far.
  private(set) var byteCount = 0

  /// Writes a file by what `body` writes, or leaves everything as it was.
  static func write(
    to path: String, _ body: (AtomicFile) throws(ArrayFileError) -> Void
  ) throws(ArrayFileError) {
    let file = try AtomicFile(path)
    do throws(ArrayFileError) {
      try body(file)
      try file.finish()
    } catch {
      unlink(file.partial)
      throw error
    }
  }

  private init(_ path: String) throws(ArrayFileError) {
    guard !path.utf8.contains(0) else {
      let problem = ArrayFileError.Problem.unwritable("the path holds a zero character")
      throw ArrayFileError(path: path, array: nil, problem: problem)
    }
    // Two writers of one file must not meet in one partial file.
    let partial = "\(path).\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36)).partial"
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    (self.path, self.partial, self.descriptor) = (path, partial, descriptor)
    if descriptor < 0 { throw failure() }
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  private func failure() -> ArrayFileError {
    ArrayFileError(path: path, array: nil, problem: .unwritable(systemReason()))
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(ArrayFileError) {
    var rest = bytes
    while let address = rest.baseAddress, !rest.isEmpty {
      #if canImport(Glibc)
      let count = Glibc.write(descriptor, address, rest.count)
      #elseif canImport(Musl)
      let count = Musl.write(descriptor, address, rest.count)
      #else
      let count = Darwin.write(descriptor, address, rest.count)
      #endif
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        byteCount += count
      } else if errno != EINTR {
        throw failure()
      }
    }
  }

  func write(_ bytes: [UInt8]) throws(ArrayFileError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(ArrayFileError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  private func finish() throws(ArrayFileError) {
    guard fsync(descriptor) == 0, rename(partial, path) == 0 else { throw failure() }
    // The new name is on the disk when the folder is; where a folder cannot be synchronised, the
    // system sees to it by itself.
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let opened = open(folder, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { return }
    fsync(opened)
    _ = close(opened)
  }
}
