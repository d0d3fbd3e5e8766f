#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Freed blocks kept by size class, so that a training loop stops asking the system for memory.
///
/// Classes are the powers of two from 64 bytes; blocks above the largest class go back to the system
/// at once, and each class keeps a bounded number of bytes.
///
/// `LEVIN_POOL=off` makes each block as long as was asked for and frees it at once, so that the address sanitizer and
/// checking allocators see where a block ends and when it is gone.
final class StoragePool: Sendable {
  static let shared = StoragePool()

  private let isOff: Bool

  private init() {
    let setting = getenv("LEVIN_POOL").map { String(cString: $0) } ?? ""
    if !["", "off"].contains(setting) { stop("LEVIN_POOL is '\(setting)'; it may be 'off'") }
    isOff = setting == "off"
  }

  private static let smallestClass = 6
  private static let largestClass = 26
  private static let largeBlock = 1 << 22
  private static let largePage = 1 << 21
  private static let bytesKeptPerClass = 1 << 26

  // The addresses of free blocks; plain integers because raw pointers are not Sendable.
  private let blocks = Locked<[[UInt]]>(Array(repeating: [], count: largestClass + 1))

  /// A block of at least `byteCount` bytes aligned to 64, and its true size; nil when there is none.
  func take(_ byteCount: Int) -> (UnsafeMutableRawPointer, Int)? {
    if isOff { return Self.allocateExactly(byteCount) }
    let sizeClass = Self.sizeClass(byteCount)
    guard sizeClass <= Self.largestClass else { return Self.allocate(byteCount) }
    let reused = blocks.withLock { $0[sizeClass].popLast() }
    if let reused, let pointer = UnsafeMutableRawPointer(bitPattern: reused) {
      return (pointer, 1 << sizeClass)
    }
    return Self.allocate(1 << sizeClass)
  }

  /// Takes a block back.
  func give(_ pointer: UnsafeMutableRawPointer, capacity: Int) {
    if isOff { return Self.release(pointer) }
    let sizeClass = Self.sizeClass(capacity)
    let kept =
      sizeClass <= Self.largestClass
      && blocks.withLock { blocks in
        guard blocks[sizeClass].count < max(1, Self.bytesKeptPerClass >> sizeClass) else {
          return false
        }
        blocks[sizeClass].append(UInt(bitPattern: pointer))
        return true
      }
    if !kept { Self.release(pointer) }
  }

  private static func release(_ pointer: UnsafeMutableRawPointer) {
    free(pointer)
  }

  private static func sizeClass(_ byteCount: Int) -> Int {
    max(smallestClass, Int.bitWidth - max(byteCount - 1, 1).leadingZeroBitCount)
  }

  private static func allocateExactly(_ byteCount: Int) -> (UnsafeMutableRawPointer, Int)? {
    var pointer: UnsafeMutableRawPointer?
    // Of no bytes the system might give no block.
    guard posix_memalign(&pointer, 64, max(byteCount, 1)) == 0, let pointer else { return nil }
    return (pointer, byteCount)
  }

  private static func allocate(_ byteCount: Int) -> (UnsafeMutableRawPointer, Int)? {
    // Large blocks take large pages where there are such: a new page of 4 KB costs as much as filling it.
    let isLarge = byteCount >= largeBlock
    let alignment = isLarge ? largePage : 64
    guard byteCount <= Int.max - largePage else { return nil }
    let rounded = (max(byteCount, 1) + 63) & ~63
    var pointer: UnsafeMutableRawPointer?
    let status = posix_memalign(&pointer, alignment, rounded)
    guard status == 0, let pointer else { return nil }
    #if os(Linux)
    if isLarge { madvise(pointer, rounded, MADV_HUGEPAGE) }
    #endif
    return (pointer, rounded)
  }
}
