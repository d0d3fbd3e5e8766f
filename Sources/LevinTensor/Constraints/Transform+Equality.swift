// Transforms that are known to be the same map. A transform of one's own takes part by being `Equatable`.

extension Transform {
  /// Whether both transforms are of one type that is `Equatable`, and equal.
  package func isSame(as other: any Transform) -> Bool {
    (unwrapped as? any Equatable)?.isEqual(other.unwrapped) ?? false
  }
}

extension Equatable {
  fileprivate func isEqual(_ other: Any) -> Bool { (other as? Self) == self }
}

extension AffineTransform: Equatable {
  /// Whether both are made of the same tensors or Swift numbers.
  ///
  /// Nothing is computed to find out, so equal numbers in two tensors are not seen to be equal.
  public static func == (left: AffineTransform, right: AffineTransform) -> Bool {
    left.loc.isSame(as: right.loc) && left.scale.isSame(as: right.scale)
  }
}

extension ComposedTransform: Equatable {
  /// Whether both have equal parts in the same order.
  public static func == (left: ComposedTransform, right: ComposedTransform) -> Bool {
    left.parts.count == right.parts.count
      && zip(left.parts, right.parts).allSatisfy { $0.isSame(as: $1) }
  }
}

extension IndependentTransform: Equatable {
  /// Whether both have equal bases and as many axes that belong together.
  public static func == (left: IndependentTransform, right: IndependentTransform) -> Bool {
    left.reinterpretedRank == right.reinterpretedRank && left.base.isSame(as: right.base)
  }
}

extension Tensor {
  // Whether both are one tensor, or Swift numbers that are equal.
  fileprivate func isSame(as other: Tensor) -> Bool {
    if node === other.node { return true }
    guard let own = literalNumbers, let others = other.literalNumbers else { return false }
    return shape == other.shape && own.reals == others.reals
  }
}
