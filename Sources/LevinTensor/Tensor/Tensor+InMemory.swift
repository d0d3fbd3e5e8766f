// What a training loop does with numbers that are in memory already: no node is made for a plan, and
// nothing is computed.
extension Tensor {
  /// A tensor of zeros in memory of its own, with the shape and dtype of another.
  ///
  /// State that an optimizer replaces at each step begins as memory, so that the first step has the
  /// plan of all others.
  package static func zeroLeaf(like other: Tensor) -> Tensor {
    Tensor(shape: other.shape, dtype: other.dtype) { 0 }
  }

  /// The same numbers as a starting point for gradients, evaluated but not copied.
  package func asGradientLeaf(sink: GradientSink? = nil) -> Tensor {
    evaluateOrStop(self)
    guard let view = node.result else { fatalError("evaluation left no result") }
    return Tensor(
      Node(leaf: view, shape: shape, dtype: dtype, requiresGradient: true, sink: sink))
  }

  /// The first element of an evaluated tensor.
  package var firstScalar: Double {
    guard let view = node.result else { return scalars[0] }
    return view.withElements(dtype) { address in
      switch dtype {
      case .bool: address.load(as: Bool.self) ? 1 : 0
      case .int32: Double(address.load(as: Int32.self))
      case .int64: Double(address.load(as: Int.self))
      case .float32: Double(address.load(as: Float.self))
      case .float64: address.load(as: Double.self)
      }
    }
  }

  /// The first element of an evaluated tensor if it is an integer that a double does not hold.
  package var firstLargeInteger: Int? {
    guard dtype == .int64, let view = node.result else { return nil }
    return view.withElements(dtype) { $0.load(as: Int.self).largeInteger }
  }

  /// Whether an evaluated tensor holds neither infinities nor NaN.
  package var isFiniteInMemory: Bool {
    guard let view = node.result, view.strides == nil else { return scalars.allSatisfy(\.isFinite) }
    return view.withElements(dtype) { address in
      switch dtype {
      case .bool, .int32, .int64: true
      case .float32: Self.isFinite(address, Float.self, elementCount)
      case .float64: Self.isFinite(address, Double.self, elementCount)
      }
    }
  }

  private static func isFinite<Element: BinaryFloatingPoint>(
    _ address: UnsafeMutableRawPointer, _ type: Element.Type, _ count: Int
  ) -> Bool {
    let elements = UnsafeBufferPointer(
      start: UnsafePointer(address.assumingMemoryBound(to: type)), count: count)
    return elements.allSatisfy(\.isFinite)
  }

  /// Rows of a tensor, its elements along the first axis, copied in the order of `indices`, none of which is negative.
  package func gatheringRows(_ indices: ArraySlice<Int>, for operation: String) -> Tensor {
    require(rank > 0, "\(operation): a tensor of rank 0 has no rows to take")
    let size = UInt(count)
    if let bad = indices.first(where: { UInt(bitPattern: $0) >= size }) {
      stop(
        "\(operation): index \(bad) is out of range for axis 0 of size \(size), of a tensor of shape \(shape)"
      )
    }
    evaluateOrStop(self)
    let view = packedView
    let rowBytes = elementCount / Swift.max(count, 1) * dtype.byteCount
    let gathered = Storage(byteCount: indices.count * rowBytes)
    view.withElements(dtype) { source in
      for (row, index) in indices.enumerated() {
        (gathered.pointer + row * rowBytes).copyMemory(
          from: source + index * rowBytes, byteCount: rowBytes)
      }
    }
    return Tensor(storage: gathered, shape: [indices.count] + shape.dropFirst(), dtype: dtype)
  }
}
