// Parts of a tensor, and one tensor several times over. No numbers are copied before they are needed.
extension Tensor {
  // MARK: Parts

  /// Parts of the given sizes along an axis, one after the other.
  ///
  /// - Parameters:
  ///   - sizes: The sizes, which add up to that of the axis.
  ///   - axis: The axis.
  public func split(sizes: [Int], axis: Int = 0) -> [Tensor] {
    let resolved = Shape.axis(axis, rank: rank, for: "split")
    require(
      sizes.allSatisfy { $0 >= 0 } && sizes.reduce(0, Shape.sum) == shape[resolved],
      "split: the sizes \(sizes) do not add up to axis \(axis) of shape \(shape)")
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return part(start, size, axis: resolved)
    }
  }

  /// `count` parts of one size along an axis, whose size `count` divides.
  public func split(into count: Int, axis: Int = 0) -> [Tensor] {
    let size = shape[Shape.axis(axis, rank: rank, for: "split")]
    require(
      count > 0 && size % count == 0,
      "split: axis \(axis) of shape \(shape) has no \(count) parts of one size")
    return split(sizes: Array(repeating: size / count, count: count), axis: axis)
  }

  /// Parts of size `size` along an axis, the last as short as it must be.
  public func chunked(by size: Int, axis: Int = 0) -> [Tensor] {
    let length = shape[Shape.axis(axis, rank: rank, for: "chunked")]
    require(size > 0, "chunked: the size \(size) of a part must be positive")
    let sizes = stride(from: 0, to: length, by: size).map { Swift.min(size, length - $0) }
    return split(sizes: sizes, axis: axis)
  }

  /// `count` elements of an axis from `start` on; `step` is -1 to go backwards.
  func part(_ start: Int, _ count: Int, axis: Int, step: Int = 1) -> Tensor {
    var starts = [Int](repeating: 0, count: rank)
    var steps = [Int](repeating: 1, count: rank)
    var counts = shape
    (starts[axis], counts[axis], steps[axis]) = (count > 0 ? start : 0, count, step)
    return Tensor(Node.slice(node, starts: starts, counts: counts, steps: steps))
  }

  // MARK: Several times over

  /// Each slice along an axis `count` times in a row, as `torch.repeat_interleave`: a a b b.
  public func repeated(_ count: Int, axis: Int) -> Tensor {
    let resolved = Shape.axis(axis, rank: rank, for: "repeated")
    require(count >= 0, "repeated: the count \(count) must not be negative")
    var wide = shape
    wide.insert(count, at: resolved + 1)
    var target = shape
    target[resolved] = Shape.product(target[resolved], count)
    Shape.requireCountable(target, for: "repeated", from: shape)
    return expandingDimensions(at: resolved + 1).expanded(to: wide).reshaped(to: target)
  }

  /// The whole tensor several times along each axis: a b a b.
  ///
  /// Counts belong to the last axes; axes without one are taken once, and further counts make new
  /// axes in front.
  public func tiled(_ counts: [Int]) -> Tensor {
    require(counts.allSatisfy { $0 >= 0 }, "tiled: the counts \(counts) must not be negative")
    let size = Swift.max(rank, counts.count)
    let sizes = Array(repeating: 1, count: size - rank) + shape
    let times = Array(repeating: 1, count: size - counts.count) + counts
    let target = zip(times, sizes).map { Shape.product($0, $1) }
    Shape.requireCountable(target, for: "tiled", from: shape)
    return reshaped(to: sizes.flatMap { [1, $0] })
      .expanded(to: zip(times, sizes).flatMap { [$0, $1] })
      .reshaped(to: target)
  }
}

/// Tensors of rank 1 spread over a common grid.
///
/// The k-th result has the k-th tensor along its k-th axis and repeats it along the others.
///
/// Rows go with the first tensor, as PyTorch's `indexing="ij"` has it; exchange the first two axes for the
/// other convention.
public func meshgrid(_ tensors: [Tensor]) -> [Tensor] {
  for tensor in tensors {
    require(tensor.rank == 1, "meshgrid: a tensor of shape \(tensor.shape) does not have one axis")
  }
  let grid = tensors.map(\.count)
  return tensors.enumerated().map { axis, tensor in
    var own = [Int](repeating: 1, count: grid.count)
    own[axis] = grid[axis]
    return Tensor(Node.expand(tensor.reshaped(to: own).node, to: grid, for: "meshgrid"))
  }
}

/// Tensors of rank 1 spread over a common grid.
public func meshgrid(_ tensors: Tensor...) -> [Tensor] { meshgrid(tensors) }
