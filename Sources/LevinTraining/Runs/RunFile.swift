#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file of a run that grows at its end, by whole pieces or not at all.
///
///     let file = try RunFile(creating: trainer.runDirectory() + "/metrics.jsonl")
///     try file.append("{\"epoch\": 0}\n")
///
/// A piece is one write to the system, without a buffer in between: what was appended before a crash of the
/// process is there after it. A piece that the disk has no room for is taken back. A file belongs to one
/// thread at a time.
public final class RunFile {
  /// The path, as it was given.
  public let path: String
  /// The number of bytes written so far.
  public private(set) var size = 0
  // Negative once the file is closed.
  private var descriptor: Int32

  /// Makes a file that does not exist yet; it appears with all of its first content.
  ///
  /// - Throws: ``RunFileError``, also if there is a file of that name.
  public init(creating path: String, content: [UInt8] = []) throws(RunFileError) {
    self.path = path
    descriptor = -1
    if content.isEmpty {
      descriptor = try Self.open(path, O_WRONLY | O_CREAT | O_EXCL, for: .create)
    } else {
      try write(content, beside: path, for: .create) { temporary in
        if link(temporary, path) == 0 {
          unlink(temporary)
          return 0
        }
        // A file system without links shows an empty file for a moment.
        let claim = openDescriptor(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        return claim < 0 || closeDescriptor(claim) != 0 ? -1 : rename(temporary, path)
      }
    }
  }

  /// Opens a file of a run that goes on.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - expectedSize: The number of bytes that it has to hold; nil for any.
  /// - Throws: ``RunFileError`` if there is no such file, or if its size is another one.
  public init(reopening path: String, expectedSize: Int? = nil) throws(RunFileError) {
    self.path = path
    descriptor = try Self.open(path, O_WRONLY, for: .open)
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw RunFileError(path, .open) }
    size = Int(status.st_size)
    if let expectedSize, size != expectedSize {
      let reason = "it holds \(size) bytes, not the \(expectedSize) that the run had written"
      throw RunFileError(path: path, action: .open, reason: reason)
    }
  }

  deinit { if descriptor >= 0 { _ = closeDescriptor(descriptor) } }

  /// Writes bytes at the end.
  ///
  /// - Throws: ``RunFileError``; then the file holds what it held before.
  public func append(_ bytes: [UInt8]) throws(RunFileError) {
    let code = bytes.withUnsafeBytes { appended($0) }
    if code != 0 { throw failure(.write, code) }
  }

  /// Writes text at the end, in UTF-8.
  ///
  /// - Throws: ``RunFileError``; then the file holds what it held before.
  public func append(_ text: String) throws(RunFileError) {
    var text = text
    let code = text.withUTF8 { appended(UnsafeRawBufferPointer($0)) }
    if code != 0 { throw failure(.write, code) }
  }

  /// Exchanges all that the file holds for another content, at once; appending goes on from there.
  ///
  /// - Throws: ``RunFileError``; then the file holds what it held before.
  public func replace(with content: [UInt8]) throws(RunFileError) {
    if descriptor < 0 { throw failure(.replace, EBADF) }
    try write(content, beside: path, for: .replace) { rename($0, path) }
  }

  /// Reads all that the file holds.
  ///
  /// - Throws: ``RunFileError``, also if somebody else made the file shorter.
  public func content() throws(RunFileError) -> [UInt8] {
    let reader = try Self.open(path, O_RDONLY, for: .read)
    defer { _ = closeDescriptor(reader) }
    var bytes = [UInt8](repeating: 0, count: size)
    var done = 0
    while done < size {
      let count = bytes[done...].withUnsafeMutableBytes { read(reader, $0.baseAddress, $0.count) }
      if count > 0 {
        done += count
      } else if count == 0 {
        let reason = "it is shorter than what was written"
        throw RunFileError(path: path, action: .read, reason: reason)
      } else if errno != EINTR {
        throw RunFileError(path, .read)
      }
    }
    return bytes
  }

  /// Closes the file, which may have been closed before.
  ///
  /// - Throws: ``RunFileError`` for errors that the system kept back until now.
  public func close() throws(RunFileError) {
    guard descriptor >= 0 else { return }
    defer { descriptor = -1 }
    if closeDescriptor(descriptor) != 0 { throw RunFileError(path, .close) }
  }

  // The error number, 0 when all bytes are in the file.
  private func appended(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    if descriptor < 0 { return EBADF }
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = writeBytes(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        let code = errno
        if done > 0 { ftruncate(descriptor, off_t(size)) }
        return code
      }
    }
    size += done
    return 0
  }

  // Writes a file beside this one, gives it the name by `move`, and goes on with it.
  private func write(
    _ content: [UInt8], beside path: String, for action: RunFileError.Action,
    _ move: (_ temporary: String) -> Int32
  ) throws(RunFileError) {
    let temporary = path + ".new"
    let next = try Self.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, for: action)
    let (old, oldSize) = (descriptor, size)
    (descriptor, size) = (next, 0)
    var code = content.withUnsafeBytes { appended($0) }
    if code == 0, move(temporary) != 0 { code = errno }
    guard code == 0 else {
      _ = closeDescriptor(next)
      unlink(temporary)
      (descriptor, size) = (old, oldSize)
      throw failure(action, code)
    }
    if old >= 0 { _ = closeDescriptor(old) }
  }

  private func failure(_ action: RunFileError.Action, _ code: Int32) -> RunFileError {
    RunFileError(path, action, code)
  }

  private static func open(
    _ path: String, _ flags: Int32, for action: RunFileError.Action
  ) throws(RunFileError) -> Int32 {
    // The system would read the path up to the zero only, and find another file there.
    if path.utf8.contains(0) {
      throw RunFileError(path: path, action: action, reason: "the path holds a zero character")
    }
    let descriptor = openDescriptor(path, flags | O_APPEND | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw RunFileError(path, action) }
    return descriptor
  }
}

// The C functions, under names that the methods do not hide.
private func openDescriptor(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
  open(path, flags, mode)
}
private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
