import Synchronization

/// A block of memory that holds the elements of one or more tensors.
///
/// Written only before it is published in a node, and by nobody afterwards: that is what makes a
/// tensor readable from any thread.
package final class Storage: @unchecked Sendable {
  /// The first byte, aligned to 64.
  package let pointer: UnsafeMutableRawPointer
  /// The bytes asked for.
  package let byteCount: Int
  /// A number that no other block has had, in this process, at any time.
  let identity: Int
  private let capacity: Int
  private let reportsRelease = Atomic<Bool>(false)

  private static let count = Atomic<Int>(0)
  private static let releaseHandler = Locked<(@Sendable (_ identity: Int) -> Void)?>(nil)

  /// Takes a block of at least `byteCount` bytes, whose contents are arbitrary.
  package convenience init(byteCount: Int) {
    guard let taken = StoragePool.shared.take(byteCount) else {
      stop("out of memory: a tensor asked for \(byteCount) bytes")
    }
    self.init(byteCount, taken)
  }

  /// Takes such a block, or gives nil when the system has none.
  package convenience init?(ifAvailable byteCount: Int) {
    guard let taken = StoragePool.shared.take(byteCount) else { return nil }
    self.init(byteCount, taken)
  }

  private init(_ byteCount: Int, _ taken: (UnsafeMutableRawPointer, Int)) {
    self.byteCount = byteCount
    identity = Self.count.add(1, ordering: .relaxed).newValue
    (pointer, capacity) = taken
  }

  /// Asks that the release of the block be reported to the handler.
  func reportRelease() { reportsRelease.store(true, ordering: .relaxed) }

  /// Sets the function that is called with the identity of each block whose release is to be reported.
  ///
  /// Set once, by whoever keeps what follows from blocks and is of no use without them. A block that
  /// nobody asked about pays for one look at a flag.
  static func setReleaseHandler(_ handler: @escaping @Sendable (_ identity: Int) -> Void) {
    releaseHandler.withLock { $0 = handler }
  }

  /// Says that this thread has read the block; see ``ThreadSanitizer``.
  func noteAccess() { ThreadSanitizer.noteAccess(pointer) }

  deinit {
    ThreadSanitizer.noteEnd(pointer)
    if reportsRelease.load(ordering: .relaxed) { Self.releaseHandler.withLock { $0 }?(identity) }
    StoragePool.shared.give(pointer, capacity: capacity)
  }
}
