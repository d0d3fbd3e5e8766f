/// Short tables that a long index looks up stay in the pass over the observations.
///
/// `locs[assignment]` of a mixture has a few components and a component for each observation. As a routine
/// it would write an array of the observations' length, and its gradient read another. Here it is a choice
/// among the components, each where the index names it, and its gradient a sum of masked terms for each.
/// The index is checked by a routine before, once as long as its numbers stay the same.
extension PlanGraph {
  // Measured with a million observations, values and gradients: a third of the routine's time for three
  // entries, as much for ten.
  private static let longestTable = 8
  private static let shortestIndex = 512

  private func isShort(_ table: [Int], by indices: Int) -> Bool {
    table.count == 1 && (2...Self.longestTable).contains(table[0])
      && Shape.count(nodes[indices].shape) >= Self.shortestIndex
  }

  mutating func gather(_ node: LevinTensor.Node, _ inputs: [Int]) -> Int {
    let (table, indices) = (inputs[0], inputs[1])
    let size = nodes[table].shape
    guard isShort(size, by: indices) else { return plain(node, inputs) }
    let shape = nodes[indices].shape
    let entries = (0..<size[0]).map { entry in
      add(
        .reshape, [add(.slice, [table], node.dtype, [1], [entry, 1])], node.dtype, [])
    }
    var result = entries[0]
    for entry in 1..<size[0] {
      let names = names(entry, indices, size: size[0], node)
      result = add(.select, [names, entries[entry], result], node.dtype, shape)
    }
    return result
  }

  mutating func scatterAdd(_ node: LevinTensor.Node, _ inputs: [Int]) -> Int {
    let (terms, indices) = (inputs[0], inputs[1])
    let shape = nodes[indices].shape
    guard isShort(node.shape, by: indices), node.dtype.isFloatingPoint else {
      return plain(node, inputs)
    }
    let zero = add(.scalar, [], node.dtype, [], from: .constant(0))
    let ones = shape.map { _ in 1 }
    let sums = (0..<node.shape[0]).map { entry -> Int in
      let names = names(entry, indices, size: node.shape[0], node)
      let masked = add(.select, [names, terms, zero], node.dtype, shape)
      let sum = add(.sum, [masked], node.dtype, ones, [1] + shape.indices)
      return ones == [1] ? sum : add(.reshape, [sum], node.dtype, [1])
    }
    return add(.concatenate, sums, node.dtype, node.shape, [0])
  }

  // A mask of the indices that name an entry. The routine that checks them is the same for all tables of a size, so its
  // message names the line of one of them.
  private mutating func names(
    _ entry: Int, _ indices: Int, size: Int, _ node: LevinTensor.Node
  ) -> Int {
    let shape = nodes[indices].shape
    let site = Array(node.attributes.suffix(2))
    let checked = checkedIndex(
      indices, size: size, attributes: [1, node.attributes[1], size] + site)
    let number = add(.scalar, [], .int32, [], from: .constant(Double(entry)))
    return add(.equal, [checked, number], .bool, shape)
  }
}
