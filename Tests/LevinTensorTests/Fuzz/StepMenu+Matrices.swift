@testable import LevinTensor

/// Products of matrices, whose rows are made to fit if no two tensors do.
extension StepMenu {
  mutating func product() -> Step? {
    guard let first = pickOperand(where: { $0.rank > 1 && $0.dtype != .bool }) else { return nil }
    let shape = pool[first].shape
    let fitting = pool.indices.filter { other in
      let candidate = pool[other].shape
      return candidate.count > 1 && pool[other].dtype != .bool
        && candidate[candidate.count - 2] == shape[shape.count - 1]
        && Self.broadcasts(Array(candidate.dropLast(2)), Array(shape.dropLast(2)))
    }
    if let second = fitting.isEmpty || random.isOne(in: 2) ? nil : random.pick(fitting) {
      return step("product", [first, second]) { $0[0].matmul($0[1]) * 0.1 }
    }
    switch random.integers(in: 0..<3) {
    case 0: return step("Gram matrix", [first]) { $0[0].transposed().matmul($0[0]) * 0.1 }
    case 1:
      return step("product with itself transposed", [first]) {
        $0[0].matmul($0[0].transposed()) * 0.1
      }
    default:
      return step("product with a row of itself", [first]) {
        $0[0].matmul($0[0].sum(axis: -2).cast(to: $0[0].dtype).transposedToColumn) * 0.01
      }
    }
  }
}

extension Tensor {
  /// The last axis as a column.
  fileprivate var transposedToColumn: Tensor { expandingDimensions(at: -1) }
}
