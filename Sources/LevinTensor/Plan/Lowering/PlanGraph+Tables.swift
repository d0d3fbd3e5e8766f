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
    let entries = (0..<size[0]).map { entry -> Int in
      let slicing = Slicing(starts: [entry], steps: [1])
      let row = add(.movement(.slice), [table], node.dtype, [1], slicing.attributes)
      return add(.movement(.reshape), [row], node.dtype, [])
    }
    var result = entries[0]
    for entry in 1..<size[0] {
      let names = names(entry, indices, size: size[0], node)
      result = add(.ternary(.select), [names, entries[entry], result], node.dtype, shape)
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
      let masked = add(.ternary(.select), [names, terms, zero], node.dtype, shape)
      let sum = add(
        .reduction(.sum), [masked], node.dtype, ones,
        ReductionAxes(shape.indices, keeping: true).attributes)
      return ones == [1] ? sum : add(.movement(.reshape), [sum], node.dtype, [1])
    }
    return add(.movement(.concatenate), sums, node.dtype, node.shape, [0])
  }

  // A mask of the indices that name an entry. The routine that checks them is the same for all tables of a size, so its
  // message names the line of one of them.
  private mutating func names(
    _ entry: Int, _ indices: Int, size: Int, _ node: LevinTensor.Node
  ) -> Int {
    let shape = nodes[indices].shape
    let indexed = IndexedAxis(node.attributes)
    let checked = checkedIndex(
      indices, size: size,
      LinearIndexing(axes: [indexed.named], sizes: [size], countsFromEnd: true, at: indexed.site))
    let number = add(.scalar, [], .int32, [], from: .constant(Double(entry)))
    return add(.binary(.equal), [checked, number], .bool, shape)
  }
}
