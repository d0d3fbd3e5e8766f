// Elements by a tensor of indices.
//
// Indices are `int64` or `int32`; negative ones count from the end. One that is out of range is an
// `EvaluationError` when it is met, with the index and the line of the call.
extension Tensor {
  private func origin(_ file: StaticString, _ line: UInt) -> IndexOrigin {
    IndexOrigin(site: CallSite(file: file, line: line))
  }

  /// Slices along an axis, by a tensor of indices of any shape, whose axes replace the axis:
  /// PyTorch's `index_select`, NumPy's `take`.
  ///
  /// For shapes [5, 3] and [2, 4] along axis 0 the result has shape [2, 4, 3].
  public func gathered(
    at indices: Tensor, axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let resolved = Shape.axis(axis, rank: rank, for: "gathered")
    return Tensor(
      Node.gather(
        node, Node.indices(indices.node, for: "gathered"), axis: resolved, from: origin(file, line))
    )
  }

  /// For each index the element along an axis that it names, at its own index along the other axes:
  /// PyTorch's `take_along_dim`, and `gather` where the sizes of the other axes agree.
  ///
  /// Outside the axis both shapes broadcast: result[i, j] = self[i, indices[i, j]] along axis 1.
  public func takingAlong(
    _ indices: Tensor, axis: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let (axis, table, indices) = aligned(indices, axis: axis, for: "takingAlong")
    return Tensor(Node.takeAlong(table, indices, axis: axis, from: origin(file, line)))
  }

  /// The sum with `values` at indices along an axis; values for one index add up: PyTorch's `index_add`.
  ///
  /// - Parameters:
  ///   - values: Values that broadcast to the shape of ``gathered(at:axis:file:line:)``.
  ///   - indices: Indices of any shape.
  ///   - axis: The axis.
  public func adding(
    _ values: Tensor, at indices: Tensor, axis: Int = 0, file: StaticString = #fileID,
    line: UInt = #line
  ) -> Tensor {
    let resolved = Shape.axis(axis, rank: rank, for: "adding")
    let (values, indices) = slices(values, indices, axis: resolved, for: "adding")
    let sums = Node.scatterAdd(
      values, indices, axis: resolved, size: shape[resolved], from: origin(file, line))
    return self + Tensor(sums)
  }

  /// The sum with `values` at indices along an axis, each at its own index along the other axes: PyTorch's `scatter_add`.
  ///
  /// Outside the axis the shape of the indices broadcasts to this tensor's, and values to both.
  public func addingAlong(
    _ values: Tensor, at indices: Tensor, axis: Int, file: StaticString = #fileID,
    line: UInt = #line
  ) -> Tensor {
    let (resolved, _, indices) = aligned(indices, axis: axis, for: "addingAlong", keepsShape: true)
    let fitting = Node.expand(
      Node.cast(values.node, to: dtype), to: indices.shape, for: "addingAlong")
    let sums = Node.scatterAddAlong(
      fitting, indices, axis: resolved, size: shape[resolved], from: origin(file, line))
    return self + Tensor(sums)
  }

  /// The tensor with `values` at indices along an axis; of several for one index the last stands: PyTorch's `index_copy`.
  ///
  /// - Parameters:
  ///   - indices: Indices of any shape.
  ///   - axis: The axis.
  ///   - values: Values that broadcast to the shape of ``gathered(at:axis:file:line:)``.
  public func replacing(
    at indices: Tensor, axis: Int = 0, with values: Tensor, file: StaticString = #fileID,
    line: UInt = #line
  ) -> Tensor {
    let resolved = Shape.axis(axis, rank: rank, for: "replacing")
    let (values, indices) = slices(values, indices, axis: resolved, for: "replacing")
    return Tensor(Node.scatter(node, values, indices, axis: resolved, from: origin(file, line)))
  }

  /// The tensor with `values` at indices along an axis, each at its own index along the other axes; of
  /// several for one index the last stands: PyTorch's `scatter`.
  ///
  /// Outside the axis the shape of the indices broadcasts to this tensor's, and values to both.
  public func replacingAlong(
    _ indices: Tensor, axis: Int, with values: Tensor, file: StaticString = #fileID,
    line: UInt = #line
  ) -> Tensor {
    let (resolved, _, indices) = aligned(
      indices, axis: axis, for: "replacingAlong", keepsShape: true)
    let site = CallSite(file: file, line: line)
    let along = indices.shape.indices.map { other -> Node in
      if other == resolved { return indices }
      var line = [Int](repeating: 1, count: indices.shape.count)
      line[other] = indices.shape[other]
      return Node.expand(Tensor.arange(line[other]).reshaped(to: line).node, to: indices.shape)
    }
    let linear = Node.linearIndex(along, axes: Array(shape.indices), sizes: shape, at: site)
    let fitting = Node.expand(
      Node.cast(values.node, to: dtype), to: indices.shape, for: "replacingAlong")
    let flat = Node.scatter(
      flattened().node, fitting, linear, axis: 0, from: IndexOrigin(site: site))
    return Tensor(flat).reshaped(to: shape)
  }

  /// Integers below `classes` as rows of zeros with a 1 at the integer's index, along a new last
  /// axis: PyTorch's `one_hot`.
  ///
  /// - Parameters:
  ///   - classes: The size of the new axis; one more than the largest number when left out, for which
  ///     the tensor is evaluated.
  ///   - dtype: The dtype of zeros and ones.
  public func oneHot(
    classes: Int? = nil, dtype: DType = .int64, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let indices = Node.indices(node, for: "oneHot")
    var size = classes ?? 0
    require(size >= 0, "oneHot: the number of classes, \(size), must not be negative")
    if classes == nil, elementCount > 0 {
      let largest = Tensor(indices).max()
      do { try evaluate(largest) } catch {
        return Tensor(fault: error, shape: shape + [0], dtype: dtype)
      }
      let index = largest.item(as: Int.self)
      if index < 0 {
        let fault = EvaluationError(
          "oneHot", .invalidArgument("\(index) is negative, and classes are counted from 0"),
          origin: "\(CallSite(file: file, line: line))")
        return Tensor(fault: fault, shape: shape + [0], dtype: dtype)
      }
      size = Shape.sum(index, 1)
    }
    Shape.requireCountable(shape + [size], for: "oneHot", from: shape)
    let checked = Node.linearIndex(
      [indices], axes: [rank], sizes: [size], countsFromEnd: false,
      at: CallSite(file: file, line: line))
    return (Tensor(checked).expandingDimensions(at: -1) .== Tensor.arange(size)).cast(to: dtype)
  }

  // Values as one slice for each index, and the indices.
  private func slices(
    _ values: Tensor, _ indices: Tensor, axis: Int, for operation: String
  ) -> (Node, Node) {
    let indices = Node.indices(indices.node, for: operation)
    let target = shape[..<axis] + indices.shape + shape[(axis + 1)...]
    let fitting = Node.expand(
      Node.cast(values.node, to: dtype), to: Array(target), for: operation)
    return (fitting, indices)
  }

  // This tensor and indices with one shape outside the axis, which counts from the front.
  private func aligned(
    _ indices: Tensor, axis: Int, for operation: String, keepsShape: Bool = false
  ) -> (axis: Int, table: Node, indices: Node) {
    let resolved = Shape.axis(axis, rank: rank, for: operation)
    require(
      indices.rank == rank,
      "\(operation): indices of shape \(indices.shape) need as many axes as the tensor of shape "
        + "\(shape)")
    var (own, others) = (shape, indices.shape)
    (own[resolved], others[resolved]) = (1, 1)
    var common = keepsShape ? own : Shape.broadcast(own, others, for: operation)
    common[resolved] = shape[resolved]
    let table = Node.expand(Node.cast(node, to: dtype), to: common)
    common[resolved] = indices.shape[resolved]
    return (
      resolved, table,
      Node.expand(Node.indices(indices.node, for: operation), to: common, for: operation)
    )
  }
}
