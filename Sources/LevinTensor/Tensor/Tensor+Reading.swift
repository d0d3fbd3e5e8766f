extension Tensor {
  /// The elements in row-major order, each as a double; evaluates the tensor if need be.
  public var scalars: [Double] { scalars(as: Double.self) }

  /// The elements in row-major order as Swift numbers; evaluates the tensor if need be.
  public func scalars<S: TensorScalar>(as type: S.Type) -> [S] {
    evaluateOrStop(self)
    guard let view = node.result else { fatalError("evaluation left no result") }
    if elementCount == 0 { return [] }
    if dtype == S.dtype, view.strides == nil {
      return [S](unsafeUninitializedCapacity: elementCount) { buffer, count in
        count = elementCount
        guard let base = buffer.baseAddress else { return }
        view.withElements(dtype) {
          UnsafeMutableRawPointer(base).copyMemory(from: $0, byteCount: count * dtype.byteCount)
        }
      }
    }
    switch dtype {
    case .bool: return read(Bool.self, view, type)
    case .int32: return read(Int32.self, view, type)
    case .int64: return read(Int.self, view, type)
    case .float32: return read(Float.self, view, type)
    case .float64: return read(Double.self, view, type)
    }
  }

  private func read<Stored: TensorScalar, S: TensorScalar>(
    _ stored: Stored.Type, _ view: Node.View, _ type: S.Type
  ) -> [S] {
    let strides = view.strides ?? Shape.contiguousStrides(shape)
    var position = [Int](repeating: 0, count: rank)
    var offset = 0
    return view.withElements(dtype) { address in
      let base = address.assumingMemoryBound(to: stored)
      return (0..<elementCount).map { _ in
        defer { Self.advance(&position, &offset, shape, strides) }
        let element = base[offset]
        return (element as? S) ?? S(tensorElement: element.doubleValue)
      }
    }
  }

  // Steps to the next element in row-major order and keeps the offset in memory with it.
  private static func advance(
    _ position: inout [Int], _ offset: inout Int, _ shape: [Int], _ strides: [Int]
  ) {
    for axis in position.indices.reversed() {
      position[axis] += 1
      offset += strides[axis]
      if position[axis] < shape[axis] { return }
      offset -= strides[axis] * shape[axis]
      position[axis] = 0
    }
  }

  /// The only element, as a double; evaluates the tensor if need be.
  public func item() -> Double { item(as: Double.self) }

  /// The only element as a Swift number; evaluates the tensor if need be.
  public func item<S: TensorScalar>(as type: S.Type) -> S {
    require(elementCount == 1, "item: the tensor of shape \(shape) has \(elementCount) elements")
    return scalars(as: type)[0]
  }

  /// The same numbers, cut off from what they were made of: gradients stop here.
  public func detached() -> Tensor {
    if !node.requiresGradient { return self }
    if let view = node.result {
      return Tensor(Node(leaf: view, shape: shape, dtype: dtype, requiresGradient: false))
    }
    return Tensor(
      Node(
        .movement(.reshape), NodeInputs(node), shape: shape, dtype: dtype, requiresGradient: false))
  }

  /// The same numbers as a new starting point, with respect to which gradients can be taken.
  ///
  /// Evaluates the tensor and copies its elements, so nothing shares them.
  public func requiringGradient() -> Tensor {
    require(dtype.isFloatingPoint, "requiringGradient: a tensor of \(dtype) has no gradient")
    let copy =
      dtype == .float32
      ? Tensor(scalars(as: Float.self), shape: shape)
      : Tensor(scalars(as: Double.self), shape: shape)
    guard let view = copy.node.result else { fatalError("a leaf has a result") }
    return Tensor(Node(leaf: view, shape: shape, dtype: dtype, requiresGradient: true))
  }
}
