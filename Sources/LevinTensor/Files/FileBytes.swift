#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Some bytes of memory that is shared with nobody who writes to it.
struct Bytes {
  var storage: Storage
  var offset: Int
  var count: Int

  /// Memory of its own, or nil when there is not as much.
  init?(count: Int) {
    guard let storage = Storage(ifAvailable: count) else { return nil }
    (self.storage, offset, self.count) = (storage, 0, count)
  }

  /// The address of the first, for as long as these bytes are held by a variable.
  var address: UnsafeMutableRawPointer { storage.pointer + offset }

  /// Runs `body` with all of them in memory: the pointer must not leave it, since nothing else holds on to them.
  func withBuffer<R, E: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableRawBufferPointer(start: address, count: count))
  }

  /// A copy of them.
  var array: [UInt8] { withBuffer { Array($0) } }

  /// Their CRC-32.
  var checksum: UInt32 { withBuffer { Checksum.of(UnsafeRawBufferPointer($0)) } }

  /// Some of them, which must lie within.
  subscript(range: Range<Int>) -> Bytes {
    var part = self
    part.offset += range.lowerBound
    part.count = range.count
    return part
  }

  /// The byte at an offset.
  subscript(offset: Int) -> UInt8 { address.load(fromByteOffset: offset, as: UInt8.self) }

  /// A little-endian number at an offset, whatever its alignment.
  func number<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) -> T {
    T(littleEndian: address.loadUnaligned(fromByteOffset: offset, as: type))
  }
}

/// A file that is open for reading.
final class ReadableFile: Sendable {
  let path: String
  let byteCount: Int
  private let descriptor: Int32

  init(_ path: String) throws(ArrayFileError) {
    func failure(_ reason: String) -> ArrayFileError {
      ArrayFileError(path: path, array: nil, problem: .unreadable(reason))
    }
    // A path is cut at its first zero character by the system; so another file would be read.
    guard !path.utf8.contains(0) else { throw failure("its path holds a zero character") }
    let descriptor = openFile(path, O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(systemReason()) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      _ = close(descriptor)
      throw failure("it is not a regular file")
    }
    (self.path, self.descriptor, byteCount) = (path, descriptor, Int(status.st_size))
  }

  deinit { _ = close(descriptor) }

  /// Bytes of the file, which must lie within it, in new memory.
  func read(_ range: Range<Int>, of array: String? = nil) throws(ArrayFileError) -> Bytes {
    guard let bytes = Bytes(count: range.count) else {
      throw ArrayFileError(path: path, array: array, problem: .tooLarge)
    }
    try read(range, into: bytes.address, of: array)
    return bytes
  }

  /// Bytes of the file, which must lie within it.
  func read(
    _ range: Range<Int>, into address: UnsafeMutableRawPointer, of array: String? = nil
  ) throws(ArrayFileError) {
    var done = 0
    while done < range.count {
      let offset = off_t(range.lowerBound + done)
      let count = pread(descriptor, address + done, range.count - done, offset)
      if count > 0 {
        done += count
      } else if count == 0 {
        let problem = ArrayFileError.Problem.cut(expected: range.count, found: done)
        throw ArrayFileError(path: path, array: array, problem: problem)
      } else if errno != EINTR {
        throw ArrayFileError(path: path, array: array, problem: .unreadable(systemReason()))
      }
    }
  }

  /// The bytes of the file as it is now, which may have been cut or written on since it was opened.
  var currentByteCount: Int { fileStatus(descriptor).map { Int($0.st_size) } ?? byteCount }
}

/// The words in which the system states its last error.
func systemReason() -> String { String(cString: strerror(errno)) }
