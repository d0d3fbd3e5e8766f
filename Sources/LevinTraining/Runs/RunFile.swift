internal import LevinTensor

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
/// process is there after it. A piece that the disk has no room for is taken back. When the file was deleted
/// meanwhile, or another one stands in its place, it is not touched, and ``replace(with:)`` and ``close()`` say so.
/// A file belongs to one thread at a time.
public final class RunFile {
  /// The path, as it was given.
  public let path: String
  /// The number of bytes written so far.
  public private(set) var size = 0
  // Negative once the file is closed.
  private var descriptor: Int32 = -1
  // From the root on: it holds when the working directory changes.
  private let location: String

  /// Makes a file that does not exist yet; it appears with all of its first content.
  ///
  /// - Throws: ``RunFileError``, also if there is a file of that name.
  public init(creating path: String, content: [UInt8] = []) throws(RunFileError) {
    self.path = path
    try Self.checkPath(path, for: .create)
    guard let location = resolvedLocation(path) else { throw RunFileError(path, .create) }
    self.location = location
    if content.isEmpty {
      descriptor = openFile(location, Self.creating)
      if descriptor < 0 { throw RunFileError(path, .create) }
    } else {
      try write(content, for: .create) { [location] in Self.claim(location, for: $0) }
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
    try Self.checkPath(path, for: .open)
    guard let location = resolvedPath(path) else { throw RunFileError(path, .open) }
    self.location = location
    // A named pipe would wait for a reader.
    descriptor = openFile(location, O_RDWR | O_APPEND | O_NONBLOCK)
    guard descriptor >= 0, let status = fileStatus(descriptor) else {
      throw RunFileError(path, .open)
    }
    guard [S_IFREG, S_IFCHR].contains(status.kind), fcntl(descriptor, F_SETFL, O_APPEND) == 0 else {
      throw RunFileError(path: path, action: .open, reason: "it is not a regular file")
    }
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
  /// The permissions stay as they are.
  ///
  /// - Throws: ``RunFileError``, also if the file is no longer there; then the file holds what it held before.
  public func replace(with content: [UInt8]) throws(RunFileError) {
    guard let own = fileStatus(descriptor) else { throw failure(.replace, errno) }
    if !isThere(own) { throw missing }
    try write(content, for: .replace, permissions: own.permissions) { temporary in
      // Once more, since writing took its time.
      if isThere(own) { return rename(temporary, location) }
      errno = ESTALE
      return -1
    }
  }

  /// Reads all that the file holds.
  ///
  /// - Throws: ``RunFileError``, also if somebody else made the file shorter.
  public func content() throws(RunFileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    var done = 0
    while done < size {
      let count = bytes[done...].withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, off_t(done))
      }
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
  /// - Throws: ``RunFileError`` for errors that the system kept back until now, and if the file is no longer where it
  ///   was made.
  public func close() throws(RunFileError) {
    guard descriptor >= 0 else { return }
    let isThere = fileStatus(descriptor).map(isThere) ?? false
    let status = closeDescriptor(descriptor)
    descriptor = -1
    if status != 0 { throw RunFileError(path, .close) }
    if !isThere { throw missing }
  }

  // MARK: Whether the file is still there

  private func isThere(_ own: stat) -> Bool {
    fileStatus(at: location, followsLink: false).map(FileIdentity.init) == FileIdentity(own)
  }

  private var missing: RunFileError {
    RunFileError(
      path: path, action: .find,
      reason: "it was deleted, moved or replaced by another file while the run was writing it; "
        + "\(size) bytes that were written to it are not there")
  }

  // MARK: Writing

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
    _ content: [UInt8], for action: RunFileError.Action, permissions: mode_t = 0o666,
    _ move: (_ temporary: String) -> Int32
  ) throws(RunFileError) {
    let temporary = location + ".new"
    let next = Self.openTemporary(temporary, permissions)
    if next < 0 { throw RunFileError(path + ".new", action) }
    let (old, oldSize) = (descriptor, size)
    (descriptor, size) = (next, 0)
    var code = content.withUnsafeBytes { appended($0) }
    // A new file has what the process lets it have, another content what the old one had.
    if code == 0, old >= 0, fileStatus(next)?.permissions != permissions,
      fchmod(next, permissions) != 0
    {
      code = errno
    }
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

  private static let creating = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND

  // What a run left that was killed while it wrote is taken away; links, pipes and folders are somebody else's.
  private static func openTemporary(_ path: String, _ permissions: mode_t) -> Int32 {
    let descriptor = openFile(path, creating, mode: permissions)
    guard descriptor < 0, errno == EEXIST else { return descriptor }
    if fileStatus(at: path, followsLink: false)?.kind == S_IFREG { unlink(path) }
    return openFile(path, creating, mode: permissions)
  }

  // Gives a file its name, unless there is a file of that name.
  private static func claim(_ path: String, for temporary: String) -> Int32 {
    if link(temporary, path) == 0 { return unlink(temporary) }
    guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(errno) else { return -1 }
    // A file system without links shows an empty file for a moment.
    let claim = openFile(path, creating)
    guard claim >= 0 else { return -1 }
    _ = closeDescriptor(claim)
    if rename(temporary, path) == 0 { return 0 }
    let code = errno
    unlink(path)
    errno = code
    return -1
  }

  // The system would read the path up to the zero only, and find another file there.
  private static func checkPath(
    _ path: String, for action: RunFileError.Action
  ) throws(RunFileError) {
    guard path.utf8.contains(0) else { return }
    throw RunFileError(path: path, action: action, reason: "the path holds a zero character")
  }
}

// The C functions, under names that the methods do not hide.
private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
