/// The elements that padding adds.
public enum Padding: Sendable, Hashable {
  /// One number.
  case constant(Double)
  /// The elements in reverse, without that at the edge: c b | a b c | b a. At least one element fewer than
  /// the axis has.
  case reflect
  /// The element at the edge: a a | a b c | c c.
  case replicate
  /// The elements from the other end: b c | a b c | a b. At most as many as the axis has.
  case circular
}

extension Tensor {
  /// The tensor with `before` elements added in front of an axis and `after` behind it.
  public func padded(
    before: Int, after: Int, axis: Int, with padding: Padding = .constant(0)
  ) -> Tensor {
    let resolved = Shape.axis(axis, rank: rank, for: "padded")
    let size = shape[resolved]
    require(before >= 0 && after >= 0, "padded: widths \(before) and \(after) must not be negative")
    var target = shape
    target[resolved] = Shape.sum(Shape.sum(before, size), after)
    Shape.requireCountable(target, for: "padded", from: shape)
    let most: Int? =
      switch padding {
      case .constant: nil
      case .reflect: size - 1
      case .replicate: size > 0 ? nil : 0
      case .circular: size
      }
    if let most {
      require(
        before <= Swift.max(most, 0) && after <= Swift.max(most, 0),
        "padded: axis \(axis) of shape \(shape) has no \(Swift.max(before, after)) elements for \(padding)"
      )
    }
    let first = margin(before, padding, resolved, from: (before, 0, size - before))
    let last = margin(after, padding, resolved, from: (size - 2, size - 1, 0))
    return concatenate([first, self, last].compactMap { $0 }, axis: resolved)
  }

  /// The tensor with elements added around it: for each axis, from the first on, the numbers in front and behind.
  ///
  /// Axes are padded one after the other, so corners follow from what was added before.
  public func padded(_ widths: [(Int, Int)], with padding: Padding = .constant(0)) -> Tensor {
    require(
      widths.count == rank, "padded: \(widths.count) pairs of widths for a tensor of shape \(shape)"
    )
    return widths.enumerated().reduce(self) { tensor, width in
      tensor.padded(
        before: width.element.0, after: width.element.1, axis: width.offset, with: padding)
    }
  }

  // The elements added on one side; `starts` are those of the reflection, the edge's element and the other end.
  private func margin(
    _ count: Int, _ padding: Padding, _ axis: Int, from starts: (Int, Int, Int)
  ) -> Tensor? {
    guard count > 0 else { return nil }
    var target = shape
    target[axis] = count
    switch padding {
    case .constant(let value): return .full(target, value, dtype: dtype)
    case .reflect: return part(starts.0, count, axis: axis, step: -1)
    case .replicate: return part(starts.1, 1, axis: axis).expanded(to: target)
    case .circular: return part(starts.2, count, axis: axis)
    }
  }
}
