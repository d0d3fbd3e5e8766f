// Elements and axes in another order.
extension Tensor {
  /// The axes without those of size 1.
  public func squeezed() -> Tensor { reshaped(to: shape.filter { $0 != 1 }) }

  /// The axis `source` at position `destination`, the others in their order.
  public func movingAxis(_ source: Int, to destination: Int) -> Tensor {
    var order = Array(0..<rank)
    let from = Shape.axis(source, rank: rank, for: "movingAxis")
    let to = Shape.axis(destination, rank: rank, for: "movingAxis")
    order.insert(order.remove(at: from), at: to)
    return permuted(order)
  }

  /// The axes from `first` to `last`, both included, as one; the elements stay in row-major order.
  ///
  /// Of a tensor of rank 0 one axis is made, as `torch.flatten` does.
  public func flattened(from first: Int = 0, to last: Int = -1) -> Tensor {
    if rank == 0 { return reshaped(to: [1]) }
    let begin = Shape.axis(first, rank: rank, for: "flattened")
    let end = Shape.axis(last, rank: rank, for: "flattened")
    require(begin <= end, "flattened: axis \(first) comes after axis \(last) of shape \(shape)")
    return reshaped(
      to: shape[..<begin] + [Shape.count(Array(shape[begin...end]))] + shape[(end + 1)...])
  }

  /// The elements in reverse along the axes; along all of them when none are named.
  public func flipped(axes: [Int]? = nil) -> Tensor {
    let chosen = axes.map { Shape.axes($0, rank: rank, for: "flipped") } ?? Array(0..<rank)
    var starts = [Int](repeating: 0, count: rank)
    var steps = [Int](repeating: 1, count: rank)
    for axis in chosen where shape[axis] > 1 { (starts[axis], steps[axis]) = (shape[axis] - 1, -1) }
    return Tensor(Node.slice(node, starts: starts, counts: shape, steps: steps))
  }

  /// The elements in reverse along one axis.
  public func flipped(axis: Int) -> Tensor { flipped(axes: [axis]) }

  /// The elements moved on by `shift` along an axis; those that leave at its end come in at its
  /// beginning.
  public func rolled(by shift: Int, axis: Int) -> Tensor {
    let resolved = Shape.axis(axis, rank: rank, for: "rolled")
    let size = shape[resolved]
    guard size > 1 else { return self }
    let rest = shift % size
    let first = rest < 0 ? rest + size : rest
    guard first > 0 else { return self }
    return concatenate(
      [part(size - first, first, axis: resolved), part(0, size - first, axis: resolved)],
      axis: resolved)
  }

  /// The elements moved on by `shift` in row-major order.
  public func rolled(by shift: Int) -> Tensor {
    reshaped(to: [elementCount]).rolled(by: shift, axis: 0).reshaped(to: shape)
  }
}
