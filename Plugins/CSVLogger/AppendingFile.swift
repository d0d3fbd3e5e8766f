#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that grows at its end, by whole pieces or not at all.
final class AppendingFile {
  private let path: String
  private let descriptor: Int32
  private var size = 0
  private var isOpen = true

  /// Makes a file that does not exist yet, with its first piece in place when it appears.
  convenience init(creating path: String, content: [UInt8] = []) throws {
    try self.init(path, descriptor: Self.open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND))
    if !content.isEmpty { try append(content) }
  }

  private init(_ path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { if isOpen { _ = closeDescriptor(descriptor) } }

  /// Writes a piece at the end; when that fails half-way, the half is taken back.
  func append(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        let error = FileError("write to", path)
        if done > 0 { ftruncate(descriptor, off_t(size)) }
        throw error
      }
    }
    size += done
  }

  /// Puts another content in the place of this file's, at once.
  ///
  /// - Returns: The file that goes on from there.
  func replaced(by content: [UInt8]) throws -> AppendingFile {
    let temporary = path + ".new"
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND
    let next = AppendingFile(path, descriptor: try Self.open(temporary, flags))
    do {
      try next.append(content)
      if rename(temporary, path) != 0 { throw FileError("replace", path) }
    } catch {
      unlink(temporary)
      throw error
    }
    return next
  }

  /// All that is in the file.
  func content() throws -> [UInt8] {
    let reader = try Self.open(path, O_RDONLY)
    defer { _ = closeDescriptor(reader) }
    var bytes = [UInt8](repeating: 0, count: size)
    var done = 0
    while done < size {
      let count = bytes[done...].withUnsafeMutableBytes { read(reader, $0.baseAddress, $0.count) }
      if count > 0 {
        done += count
      } else if count == 0 {
        throw FileError("read", path, reason: "it is shorter than what was written")
      } else if errno != EINTR {
        throw FileError("read", path)
      }
    }
    return bytes
  }

  /// Closes the file; errors that the system kept back come out here.
  func close() throws {
    guard isOpen else { return }
    isOpen = false
    if closeDescriptor(descriptor) != 0 { throw FileError("close", path) }
  }

  private static func open(_ path: String, _ flags: Int32) throws -> Int32 {
    let descriptor = openDescriptor(path, flags | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw FileError("open", path) }
    return descriptor
  }
}

// The C functions, under names that the methods do not hide.
private func openDescriptor(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
  open(path, flags, mode)
}
private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }

/// A file operation that failed.
struct FileError: Error, CustomStringConvertible {
  let description: String

  /// Takes the reason from `errno` when none is given.
  init(_ action: String, _ path: String, reason: String? = nil) {
    let reason = reason ?? String(cString: strerror(errno))
    description = "CSVLogger: cannot \(action) '\(path)': \(reason)"
  }
}
