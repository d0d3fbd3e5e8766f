@testable import LevinTensor

/// Linear algebra, one element after the other.
extension ReferenceEvaluator {
  static func matrixProduct(_ node: Node, _ inputs: [ReferenceArray]) -> ReferenceArray {
    let (m, n) = (node.shape[node.shape.count - 2], node.shape[node.shape.count - 1])
    let k = inputs[0].shape[inputs[0].shape.count - 1]
    let batch = Array(node.shape.dropLast(2))
    let a = inputs[0].broadcast(to: batch + [m, k])
    let b = inputs[1].broadcast(to: batch + [k, n])
    var elements: [Double] = []
    for matrix in 0..<RowMajor.count(batch) {
      for i in 0..<m {
        for j in 0..<n {
          let terms = (0..<k).map { a[(matrix * m + i) * k + $0] * b[(matrix * k + $0) * n + j] }
          elements.append(node.dtype.rounding(ReferenceMathematics.sum(terms)))
        }
      }
    }
    return ReferenceArray(shape: node.shape, dtype: node.dtype, elements: elements)
  }
}

extension ReferenceArray {
  /// The same array without signs.
  var magnitudes: ReferenceArray {
    ReferenceArray(shape: shape, dtype: dtype, elements: elements.map { Swift.abs($0) })
  }
}
