/// Products that are added up, by kernels that do both at once.
extension PassBuilder {
  // A chain's rounding grows with its length, that of the sum of chains with the logarithm of their
  // number.
  private static let longestChain = 8
  private static let fewestTerms = 4

  /// The operands of a product of two rows, or of a row and a number.
  private func product(_ id: ID, _ dtype: DType) -> (operands: [ID], form: KernelForm)? {
    let value = values[Int(id)]
    guard case .computed(.multiply, dtype, let form, _) = value.kind, !value.isUniform else {
      return nil
    }
    return (value.operands, form)
  }

  /// The sum of values of which several are products, or nil where adding pairwise is as fast.
  mutating func sumOfProducts(_ dtype: DType, _ ids: [ID]) -> ID? {
    guard dtype.isFloatingPoint, ids.count >= Self.fewestTerms,
      ids.allSatisfy({ product($0, dtype) != nil })
    else { return nil }
    let chains = stride(from: 0, to: ids.count, by: Self.longestChain).map { start in
      chain(dtype, ids[start..<min(start + Self.longestChain, ids.count)])
    }
    return fold(.add, dtype, chains)
  }

  private mutating func chain(_ dtype: DType, _ ids: ArraySlice<ID>) -> ID {
    ids.dropFirst().reduce(ids[ids.startIndex]) { sum, id in
      guard let (operands, form) = product(id, dtype) else { return sum }
      return add(
        Value(
          kind: .computed(operation: .multiplyAdd, type: dtype, form: form, immediate: 0),
          dtype: dtype, isUniform: false, operands: operands + [sum]))
    }
  }

  /// A sink that adds up a value; a product of two rows is multiplied on its way.
  func accumulating(_ sink: Sink) -> Sink {
    let dtype = values[Int(sink.value)].dtype
    guard case .accumulate(.accumulateSum) = sink.kind, dtype.isFloatingPoint,
      let (operands, form) = product(sink.value, dtype), form == .vectors
    else { return sink }
    var sink = sink
    (sink.value, sink.factor) = (operands[0], operands[1])
    return sink
  }
}
