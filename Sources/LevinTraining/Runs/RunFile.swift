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
/// meanwhile, or another one stands in its place, that one is not touched, and ``replace(with:)`` and ``close()`` say
/// so; they also do when somebody else wrote to the file or shortened it. A file belongs to one thread at a time.
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
    try Self.check(path, .create)
    guard let location = resolvedLocation(path) else { throw RunFileError(path, .create) }
    self.location = location
    if content.isEmpty {
      descriptor = openFile(location, Self.creating)
      if descriptor < 0 { throw RunFileError(path, .create) }
    } else {
      let partial = try writePartial(content, for: .create)
      guard Self.claim(location, for: partial.path) == 0 else { throw discard(partial, .create) }
      (descriptor, size) = (partial.descriptor, content.count)
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
    try Self.check(path, .open)
    guard let location = resolvedPath(path) else { throw RunFileError(path, .open) }
    self.location = location
    // A named pipe would wait for a reader.
    descriptor = openFile(location, O_RDWR | O_APPEND | O_NONBLOCK)
    guard descriptor >= 0, let status = fileStatus(descriptor) else {
      throw RunFileError(path, .open)
    }
    guard [S_IFREG, S_IFCHR].contains(status.kind), fcntl(descriptor, F_SETFL, O_APPEND) == 0 else {
      throw RunFileError(path: path, action: .open, reason: Self.irregular)
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
    if code != 0 { throw RunFileError(path, .write, code) }
  }

  /// Writes text at the end, in UTF-8.
  ///
  /// - Throws: ``RunFileError``; then the file holds what it held before.
  public func append(_ text: String) throws(RunFileError) {
    var text = text
    let code = text.withUTF8 { appended(UnsafeRawBufferPointer($0)) }
    if code != 0 { throw RunFileError(path, .write, code) }
  }

  /// Exchanges all that the file holds for another content, at once; appending goes on from there.
  ///
  /// Owner and permissions stay as they are. A file with further names keeps them all, and takes in the content once
  /// there is room for it.
  ///
  /// - Throws: ``RunFileError``, also if the file is no longer there, is not a regular one, or was written to or
  ///   shortened by somebody else; then the file holds what it held before.
  public func replace(with content: [UInt8]) throws(RunFileError) {
    let own = try checkedStatus(for: .replace)
    guard own.kind == S_IFREG else {
      throw RunFileError(path: path, action: .replace, reason: Self.irregular)
    }
    let partial = try writePartial(content, for: .replace, permissions: own.permissions & 0o777)
    do throws(RunFileError) {
      // Once more, since writing took its time.
      _ = try checkedStatus(for: .replace)
    } catch {
      _ = discard(partial, .replace)
      throw error
    }
    if own.st_nlink > 1 || !takeOver(own, by: partial.descriptor) {
      return try fill(with: content, partial)
    }
    guard rename(partial.path, location) == 0 else {
      // A file that is mounted has a name that nothing else can take.
      if errno == EBUSY { return try fill(with: content, partial) }
      throw discard(partial, .replace)
    }
    _ = closeDescriptor(descriptor)
    (descriptor, size) = (partial.descriptor, content.count)
  }

  /// Reads all that the file holds.
  ///
  /// - Throws: ``RunFileError``, also if somebody else wrote to the file or shortened it.
  public func content() throws(RunFileError) -> [UInt8] {
    guard let own = fileStatus(descriptor) else { throw RunFileError(path, .read) }
    try checkSize(own, for: .read)
    var bytes = [UInt8](repeating: 0, count: size)
    var done = 0
    while done < size {
      let count = bytes[done...].withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, off_t(done))
      }
      if count > 0 {
        done += count
      } else if count == 0 {
        throw altered(.read, size: done)
      } else if errno != EINTR {
        throw RunFileError(path, .read)
      }
    }
    return bytes
  }

  /// Closes the file, which may have been closed before.
  ///
  /// - Throws: ``RunFileError`` for errors that the system kept back until now, and if the file is no longer where it
  ///   was made, or was written to or shortened by somebody else.
  public func close() throws(RunFileError) {
    guard descriptor >= 0 else { return }
    var problem: RunFileError?
    do throws(RunFileError) { _ = try checkedStatus(for: .close) } catch { problem = error }
    if closeDescriptor(descriptor) != 0 { problem = RunFileError(path, .close) }
    descriptor = -1
    if let problem { throw problem }
  }

  // MARK: Whether the file is what was written

  // The status of the file while it is where it was made and holds as much as was written.
  private func checkedStatus(for action: RunFileError.Action) throws(RunFileError) -> stat {
    guard let own = fileStatus(descriptor) else { throw RunFileError(path, action) }
    let there = fileStatus(at: location, followsLink: false)
    guard there.map(FileIdentity.init) == FileIdentity(own) else { throw missing }
    try checkSize(own, for: action)
    return own
  }

  private func checkSize(_ own: stat, for action: RunFileError.Action) throws(RunFileError) {
    if own.kind == S_IFREG, own.st_size != size { throw altered(action, size: Int(own.st_size)) }
  }

  private func altered(_ action: RunFileError.Action, size found: Int) -> RunFileError {
    RunFileError(
      path: path, action: action,
      reason: "somebody else wrote to it or shortened it while the run was writing it: "
        + "it holds \(found) bytes, and the run had written \(size)")
  }

  private var missing: RunFileError {
    RunFileError(
      path: path, action: .find,
      reason: "it was deleted, moved or replaced by another file while the run was writing it; "
        + "\(size) bytes that were written to it are not there")
  }

  // MARK: Writing

  private static let creating = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND
  private static let irregular = "it is not a regular file"

  // The error number, 0 when all bytes are in the file.
  private func appended(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    if descriptor < 0 { return EBADF }
    var (done, start) = (0, 0)
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = writeBytes(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        if done == 0, count < bytes.count { start = Int(lseek(descriptor, 0, SEEK_CUR)) - count }
        done += count
      } else if errno != EINTR {
        let code = errno
        if done > 0 { takeBack(from: start, count: done) }
        return code
      }
    }
    size += done
    return 0
  }

  // What somebody else wrote after a piece that was cut short must not go with it.
  private func takeBack(from start: Int, count: Int) {
    guard let own = fileStatus(descriptor), own.st_size == start + count else { return }
    ftruncate(descriptor, off_t(start))
  }

  // MARK: Another content

  /// A content that is whole, under a name of its own.
  private struct Partial {
    let path: String
    let descriptor: Int32
  }

  private func writePartial(
    _ content: [UInt8], for action: RunFileError.Action, permissions: mode_t = 0o666
  ) throws(RunFileError) -> Partial {
    let name = partialPath(beside: location)
    let descriptor = openFile(name, Self.creating, mode: permissions)
    let partial = Partial(path: name, descriptor: descriptor)
    if descriptor < 0 { throw RunFileError(path, action) }
    let count = content.withUnsafeBytes { writeAll($0, to: descriptor) }
    if count < content.count { throw discard(partial, action) }
    return partial
  }

  // The error that `errno` tells of, after which nobody needs the partial file.
  private func discard(_ partial: Partial, _ action: RunFileError.Action) -> RunFileError {
    let error = RunFileError(path, action)
    _ = closeDescriptor(partial.descriptor)
    unlink(partial.path)
    return error
  }

  // Makes sure of the room on the disk, then writes over what is there. Only a disk that breaks, or the end of the
  // process, can come between; the partial file is whole then.
  private func fill(with content: [UInt8], _ partial: Partial) throws(RunFileError) {
    guard reserve(content.count, in: descriptor) else {
      let error = discard(partial, .replace)
      ftruncate(descriptor, off_t(size))
      throw error
    }
    // A descriptor that appends writes nowhere else.
    _ = fcntl(descriptor, F_SETFL, 0)
    defer { _ = fcntl(descriptor, F_SETFL, O_APPEND) }
    guard lseek(descriptor, 0, SEEK_SET) == 0,
      content.withUnsafeBytes({ writeAll($0, to: descriptor) }) == content.count,
      ftruncate(descriptor, off_t(content.count)) == 0
    else {
      let reason = "\(RunFileError(path, .replace).reason); all of it is in '\(partial.path)'"
      _ = closeDescriptor(partial.descriptor)
      throw RunFileError(path: path, action: .replace, reason: reason)
    }
    size = content.count
    _ = closeDescriptor(partial.descriptor)
    unlink(partial.path)
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
  private static func check(_ path: String, _ action: RunFileError.Action) throws(RunFileError) {
    guard path.utf8.contains(0) else { return }
    throw RunFileError(path: path, action: action, reason: "the path holds a zero character")
  }
}

// The C functions, under names that the methods do not hide.
private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
