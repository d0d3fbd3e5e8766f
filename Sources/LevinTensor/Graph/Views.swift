/// Views: elements in memory change their shape without being copied.
///
/// That holds for nodes that are computed and that no gradient will pass through; so a batch of
/// consecutive rows of a data set costs no copy.
extension Node {
  /// The view when this node is in memory and has no gradient.
  private var sharable: View? { requiresGradient ? nil : result }

  private static func leaf(_ view: View, shape: [Int], dtype: DType) -> Node {
    var view = view
    if view.strides == Shape.contiguousStrides(shape) { view.strides = nil }
    return Node(leaf: view, shape: shape, dtype: dtype, requiresGradient: false)
  }

  func viewSliced(starts: [Int], counts: [Int], steps: [Int]) -> Node? {
    guard var view = sharable else { return nil }
    let strides = view.strides ?? Shape.contiguousStrides(shape)
    view.offset += zip(starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
    view.strides = zip(strides, steps).map { $0 * $1 }
    return Self.leaf(view, shape: counts, dtype: dtype)
  }

  func viewReshaped(to target: [Int]) -> Node? {
    guard var view = sharable else { return nil }
    if let strides = view.strides {
      guard let fitting = Self.strides(strides, of: shape, as: target) else { return nil }
      view.strides = fitting
    }
    return Self.leaf(view, shape: target, dtype: dtype)
  }

  // Axes of size 1 come and go under any layout; other axes must stay as they are.
  private static func strides(_ strides: [Int], of shape: [Int], as target: [Int]) -> [Int]? {
    var rest = zip(shape, strides).filter { $0.0 != 1 }[...]
    let result = target.map { size -> Int? in
      size == 1 ? 1 : rest.first?.0 == size ? rest.removeFirst().1 : nil
    }
    return rest.isEmpty && !result.contains(nil) ? result.compactMap { $0 } : nil
  }

  func viewPermuted(order: [Int]) -> Node? {
    guard var view = sharable else { return nil }
    let strides = view.strides ?? Shape.contiguousStrides(shape)
    view.strides = order.map { strides[$0] }
    return Self.leaf(view, shape: order.map { shape[$0] }, dtype: dtype)
  }
}
