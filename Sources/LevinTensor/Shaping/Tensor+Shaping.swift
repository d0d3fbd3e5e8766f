extension Tensor {
  /// The same elements in row-major order under another shape; one size may be -1 and is worked out.
  public func reshaped(to shape: [Int]) -> Tensor {
    guard let unknown = shape.firstIndex(of: -1) else {
      return Tensor(Node.reshape(node, to: shape))
    }
    require(
      shape.allSatisfy { $0 >= -1 } && shape.count { $0 == -1 } == 1,
      "reshape: the shape \(shape) may have one -1 and no other negative size")
    var complete = shape
    complete[unknown] = 1
    guard let known = Shape.exactCount(complete) else {
      stop(
        "reshape: shape \(self.shape) has \(elementCount) elements, and \(shape) has more without "
          + "its -1 than any memory")
    }
    complete[unknown] = known == 0 ? 0 : elementCount / known
    return Tensor(Node.reshape(node, to: complete))
  }

  /// The tensor with a new axis of size 1 before `axis`; -1 puts it last.
  public func expandingDimensions(at axis: Int) -> Tensor {
    let resolved = Shape.axis(axis, rank: rank + 1, for: "expandingDimensions")
    var target = shape
    target.insert(1, at: resolved)
    return reshaped(to: target)
  }

  /// The tensor without its axis `axis`, whose size must be 1.
  public func squeezed(axis: Int) -> Tensor {
    let resolved = Shape.axis(axis, rank: rank, for: "squeezed")
    require(
      shape[resolved] == 1,
      "squeezed: axis \(axis) of shape \(shape) has size \(shape[resolved]), not 1")
    var target = shape
    target.remove(at: resolved)
    return reshaped(to: target)
  }

  /// The tensor broadcast to a shape: axes of size 1 repeated, axes added in front.
  public func expanded(to shape: [Int]) -> Tensor { Tensor(Node.expand(node, to: shape)) }

  /// Axes in another order: axis i of the result is axis `order[i]`.
  public func permuted(_ order: [Int]) -> Tensor {
    let checked = order.map { Shape.axis($0, rank: rank, for: "permuted") }
    require(
      checked.sorted() == Array(0..<rank),
      "permuted: \(order) does not name each axis of shape \(shape) once")
    return Tensor(Node.permute(node, order: checked))
  }

  /// Two axes exchanged; the last two unless told otherwise.
  public func transposed(_ first: Int = -2, _ second: Int = -1) -> Tensor {
    var order = Array(0..<rank)
    let a = Shape.axis(first, rank: rank, for: "transposed")
    order.swapAt(a, Shape.axis(second, rank: rank, for: "transposed"))
    return permuted(order)
  }
}

/// Tensors one after the other along an axis; their other sizes agree.
public func concatenate(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
  require(!tensors.isEmpty, "concatenate: there is no tensor to take the shape from")
  let resolved = Shape.axis(axis, rank: tensors[0].rank, for: "concatenate")
  return Tensor(Node.concatenate(tensors.map(\.node), axis: resolved))
}

/// Tensors of one shape side by side along a new axis.
public func stack(_ tensors: [Tensor], axis: Int = 0) -> Tensor { .stacked(tensors, axis: axis) }

extension Tensor {
  /// Tensors of one shape side by side along a new axis.
  static func stacked(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    require(!tensors.isEmpty, "stack: there is no tensor to take the shape from")
    for tensor in tensors where tensor.shape != tensors[0].shape {
      stop("stack: shapes \(tensors[0].shape) and \(tensor.shape) differ")
    }
    // Swift numbers among tensors take their dtype before they get an axis.
    let dtype = Node.dtype(of: tensors.map(\.node))
    return concatenate(
      tensors.map { $0.cast(to: dtype).expandingDimensions(at: axis) }, axis: axis)
  }
}
