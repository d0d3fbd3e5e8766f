extension Tensor: CustomStringConvertible, CustomDebugStringConvertible {
  /// The elements in nested brackets, as NumPy prints them; evaluates the tensor if need be.
  ///
  /// Rows stand under rows, with columns aligned, at most 75 characters to a line. Real numbers have the fewest
  /// digits that give them back, at most 8 behind the point, or an exponent each when one of them is at least 1e8
  /// (1e6 in single precision), smaller than 1e-4, or more than 1000 times another. Of more than 1000 elements the first and
  /// last three along each axis are shown, and nothing else is read. A tensor of rank 0 is a plain number.
  public var description: String {
    if elementCount == 0 { return rank == 1 ? "[]" : "[] of shape \(shape)" }
    evaluateOrStop(self)
    guard let view = node.result else { fatalError("evaluation left no result") }
    let shown = ShownElements(shape: shape)
    let offsets = shown.offsets(strides: view.strides ?? Shape.contiguousStrides(shape))
    return shown.text(view.withElements(dtype) { alignedWords($0, offsets) })
  }

  private func alignedWords(_ address: UnsafeMutableRawPointer, _ offsets: [Int]) -> [String] {
    func elements<Element: CustomStringConvertible>(
      _ type: Element.Type, _ aligned: ([Element]) -> [String]
    ) -> [String] {
      let elements = address.assumingMemoryBound(to: type)
      return rank == 0 ? [elements[0].description] : aligned(offsets.map { elements[$0] })
    }
    return switch dtype {
    case .bool: elements(Bool.self, PrintedNumbers.booleans)
    case .int32: elements(Int32.self, PrintedNumbers.integers)
    case .int64: elements(Int.self, PrintedNumbers.integers)
    case .float32: elements(Float.self, PrintedNumbers.reals)
    case .float64: elements(Double.self, PrintedNumbers.reals)
    }
  }

  /// The shape, the dtype, and the elements as ``description`` prints them.
  public var debugDescription: String {
    let elements = description
    let gap = elements.contains("\n") ? "\n" : " "
    return "Tensor(shape: \(shape), dtype: \(dtype))\(gap)\(elements)"
  }
}
