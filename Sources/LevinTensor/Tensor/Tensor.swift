/// An array of numbers of one dtype, with any number of axes, on which expressions are built.
///
/// A tensor is a small value over a node of a graph. Making one computes nothing: shapes are checked at
/// once, and the numbers come when they are asked for, by ``item()``, ``scalars``, printing or
/// ``evaluate(_:)``, everything that is asked for together in one go. Tensors are immutable and may be
/// read from any thread.
public struct Tensor: Sendable {
  package let node: Node

  package init(_ node: Node) {
    self.node = node
    if node.chain >= LazyChains.firstLook { LazyChains.bound(node) }
  }

  /// The size of each axis, outermost first; empty for a single number.
  public var shape: [Int] { node.shape }

  /// The type of the elements.
  public var dtype: DType { node.dtype }

  /// The number of axes.
  public var rank: Int { node.shape.count }

  /// The size of the first axis; 1 for a tensor of rank 0.
  public var count: Int { node.shape.first ?? 1 }

  /// The number of elements.
  public var elementCount: Int { node.count }

  /// Whether gradients with respect to what this was made from can be taken.
  public var requiresGradient: Bool { node.requiresGradient }
}
