@testable import LevinTensor

/// Operations by index, element by element: the position of each in the table from its position among rows.
struct ReferenceIndexing {
  private let node: Node
  private let inputs: [ReferenceArray]
  private let axis: Int

  init(_ node: Node, _ inputs: [ReferenceArray]) {
    self.node = node
    self.inputs = inputs
    axis = node.attributes[0]
  }

  /// The value of the node.
  var elements: [Double] {
    switch node.operation {
    case .indexing(.gather), .indexing(.takeAlong):
      let table = inputs[0]
      return positions(of: node.shape, in: table.shape, by: inputs[1]).map { table.elements[$0] }
    case .indexing(.scatterAdd), .indexing(.scatterAddAlong): return sums { $0 }
    case .indexing(.scatter):
      var result = inputs[0].elements
      for (position, value) in zip(
        positions(of: inputs[1].shape, in: node.shape, by: inputs[2]), inputs[1].elements)
      {
        result[position] = value
      }
      return result
    case .indexing(.linearIndex): return linear
    case .indexing(.nonZero): return inputs[0].elements
    default: preconditionFailure("\(node.operation) is no operation by index")
    }
  }

  /// The number of terms of each sum, and the sum of their magnitudes.
  var sizesOfSums: [(count: Double, magnitude: Double)] {
    Array(zip(sums { _ in 1 }, sums(abs)))
  }

  private func sums(_ term: (Double) -> Double) -> [Double] {
    var result = [Double](repeating: 0, count: RowMajor.count(node.shape))
    for (position, value) in zip(
      positions(of: inputs[0].shape, in: node.shape, by: inputs[1]), inputs[0].elements)
    {
      result[position] += term(value)
    }
    return node.dtype == .bool ? result.map { min($0, 1) } : result
  }

  // For each element of `rows` its position in `table`.
  private func positions(of rows: [Int], in table: [Int], by indices: ReferenceArray) -> [Int] {
    let isAlong =
      node.operation == .indexing(.takeAlong) || node.operation == .indexing(.scatterAddAlong)
    let size = table[axis]
    let inner = RowMajor.count(Array(table[(axis + 1)...]))
    let count = isAlong ? rows[axis] : indices.elements.count
    return (0..<RowMajor.count(rows)).map { position in
      let (row, column) = position.quotientAndRemainder(dividingBy: inner)
      let (outer, number) = row.quotientAndRemainder(dividingBy: count)
      let index = Int(indices.elements[isAlong ? position : number])
      return (outer * size + (index < 0 ? index + size : index)) * inner + column
    }
  }

  /// The first operand with the second at a slice.
  var replaced: [Double] {
    var strides = RowMajor.strides(node.shape)
    var start = 0
    for axis in strides.indices {
      start += node.attributes[2 * axis] * strides[axis]
      strides[axis] *= node.attributes[2 * axis + 1]
    }
    var result = inputs[0].elements
    for (position, element) in zip(
      RowMajor.offsets(inputs[1].shape, strides: strides, start: start), inputs[1].elements)
    {
      result[position] = element
    }
    return result
  }

  private var linear: [Double] {
    (0..<RowMajor.count(node.shape)).map { position in
      inputs.indices.reduce(0) { total, number in
        let size = Double(node.attributes[2 + 2 * number])
        let index = inputs[number].elements[position]
        return total * size + (index < 0 ? index + size : index)
      }
    }
  }
}
