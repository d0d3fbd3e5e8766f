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
/// before stays until then, and stays for good when something fails. The new file has the permissions and
/// the owner of the old one. A symbolic link is followed; an old file with further names, of an owner that this
/// process cannot give, or that is mounted there, keeps its place and takes in the bytes; a device or a pipe takes
/// them as they come.
final class AtomicFile {
  private let path: String
  private let destination: Destination
  private let descriptor: Int32
  /// The bytes written so far.
  private(set) var byteCount = 0

  private enum Destination {
    /// A device, a pipe, or what is open under a descriptor already.
    case stream
    /// A file of this location, the status of the one there, and the file beside it.
    case file(location: String, old: stat?, partial: String)
  }

  /// Writes a file by what `body` writes, or leaves everything as it was.
  static func write(
    to path: String, _ body: (AtomicFile) throws(ArrayFileError) -> Void
  ) throws(ArrayFileError) {
    let file = try AtomicFile(path)
    do throws(ArrayFileError) {
      try body(file)
      try file.finish()
    } catch {
      // An error that names the partial file has told of it, for there is no other copy.
      if case .file(_, _, let partial) = file.destination, !error.namesPartial { unlink(partial) }
      throw error
    }
  }

  private init(_ path: String) throws(ArrayFileError) {
    self.path = path
    guard !path.utf8.contains(0) else {
      throw Self.failure(path, "the path holds a zero character")
    }
    let status = fileStatus(at: path)
    if let stream = Self.openStream(path, status) {
      (destination, descriptor) = (.stream, stream)
    } else {
      guard let location = linkTarget(path), status == nil || access(location, W_OK) == 0 else {
        throw Self.failure(path)
      }
      // Two writers of one file must not meet in one partial file.
      let partial = partialPath(beside: location)
      destination = .file(location: location, old: status, partial: partial)
      descriptor = openFile(
        partial, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
        mode: status.map { $0.permissions & 0o777 } ?? 0o666)
    }
    if descriptor < 0 { throw Self.failure(path) }
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  private static func failure(
    _ path: String, _ reason: String = systemReason()
  ) -> ArrayFileError {
    ArrayFileError(path: path, array: nil, problem: .unwritable(reason))
  }

  // What went to a stream cannot be taken back.
  private func failure() -> ArrayFileError {
    if case .stream = destination, byteCount > 0 {
      return ArrayFileError(path: path, array: nil, problem: .writtenInPart(systemReason()))
    }
    return Self.failure(path)
  }

  // The descriptor of what is no regular file; nil for what is, or is to be one.
  private static func openStream(_ path: String, _ status: stat?) -> Int32? {
    guard let status else { return nil }
    if let open = openDescriptor(path) {
      // What was printed before comes before.
      fflush(nil)
      return duplicate(open)
    }
    return status.kind == S_IFREG ? nil : openFile(path, O_WRONLY)
  }

  // A path that names what this process has open, such as `/dev/stdout`.
  private static func openDescriptor(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdout": return STDOUT_FILENO
    case "/dev/stderr": return STDERR_FILENO
    default:
      let folders = ["/dev/fd/", "/proc/self/fd/"]
      return folders.first { path.hasPrefix($0) }.flatMap { Int32(path.dropFirst($0.count)) }
    }
  }

  // MARK: Writing

  func write(_ bytes: UnsafeRawBufferPointer) throws(ArrayFileError) {
    let count: Int
    if case .stream = destination {
      count = withoutBrokenPipeSignal { writeAll(bytes, to: descriptor) }
    } else {
      count = writeAll(bytes, to: descriptor)
    }
    byteCount += count
    if count < bytes.count { throw failure() }
  }

  func write(_ bytes: [UInt8]) throws(ArrayFileError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(ArrayFileError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  private func finish() throws(ArrayFileError) {
    guard case .file(let location, let old, let partial) = destination else { return }
    guard fsync(descriptor) == 0 else { throw failure() }
    if let old, old.st_nlink > 1 || !takeOver(old, by: descriptor) {
      try fill(location, old, from: partial)
    } else if rename(partial, location) != 0 {
      // A file that is mounted has a name that nothing else can take.
      guard errno == EBUSY, let old else { throw failure() }
      try fill(location, old, from: partial)
    }
    // The new name is on the disk when the folder is; where a folder cannot be synchronised, the
    // system sees to it by itself.
    let opened = openFile(splitPath(location).folder, O_RDONLY)
    guard opened >= 0 else { return }
    fsync(opened)
    _ = close(opened)
  }

  // MARK: Filling the old file

  // Makes sure of the room on the disk, then copies. Only a disk that breaks, or the end of the process, can come
  // between; the file beside is whole then.
  private func fill(_ location: String, _ old: stat, from partial: String) throws(ArrayFileError) {
    let target = openFile(location, O_WRONLY)
    guard target >= 0 else { throw failure() }
    defer { _ = close(target) }
    guard reserve(byteCount, in: target) else {
      let reason = systemReason()
      ftruncate(target, old.st_size)
      throw Self.failure(path, reason)
    }
    guard copy(to: target), ftruncate(target, off_t(byteCount)) == 0, fsync(target) == 0 else {
      let reason = "\(systemReason()); all of it is in '\(partial)'"
      throw ArrayFileError(path: path, array: nil, problem: .writtenInPart(reason))
    }
    unlink(partial)
  }

  private func copy(to target: Int32) -> Bool {
    var done = 0
    return withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
      while done < byteCount {
        let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(done))
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        let read = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        guard writeAll(read, to: target) == count else { return false }
        done += count
      }
      return true
    }
  }
}

extension ArrayFileError {
  fileprivate var namesPartial: Bool {
    if case .writtenInPart = problem { true } else { false }
  }
}
