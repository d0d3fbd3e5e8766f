/// The elements of a tensor in memory, by which they are known again without a look at them.
///
/// Elements in memory never change, and a block's number is never given to another one.
package struct ElementsIdentity: Hashable, Sendable {
  private let block: Int
  private let offset: Int
  private let strides: [Int]?
  private let shape: [Int]

  /// The identity of elements that are in memory; nil for those that are yet to be computed.
  package init?(_ tensor: Tensor) {
    guard let view = tensor.node.result else { return nil }
    (block, offset, strides) = (view.storage.identity, view.offset, view.strides)
    shape = tensor.shape
  }
}
