/// A block of memory that holds the elements of one or more tensors.
///
/// Written only before it is published in a node, and by nobody afterwards: that is what makes a
/// tensor readable from any thread.
package final class Storage: @unchecked Sendable {
  /// The first byte, aligned to 64.
  package let pointer: UnsafeMutableRawPointer
  /// The bytes asked for.
  package let byteCount: Int
  private let capacity: Int

  /// Takes a block of at least `byteCount` bytes, whose contents are arbitrary.
  package init(byteCount: Int) {
    self.byteCount = byteCount
    (pointer, capacity) = StoragePool.shared.take(byteCount)
  }

  deinit { StoragePool.shared.give(pointer, capacity: capacity) }
}
