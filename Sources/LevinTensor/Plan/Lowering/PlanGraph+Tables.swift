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
    let entries = (0..<size[0]).map { place -> Int in
      let slicing = Slicing(starts: [place], steps: [1])
      let entry = add(.movement(.slice), [table], node.dtype, [1], slicing.attributes)
      return add(.movement(.reshape), [entry], node.dtype, [])
    }
    var result = entries[0]
    for place in 1..<size[0] {
      let names = names(place, indices, size: size[0], node)
      result = add(.ternary(.select), [names, entries[place], result], node.dtype, shape)
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
    let sums = (0..<node.shape[0]).map { place -> Int in
      let names = names(place, indices, size: node.shape[0], node)
      let masked = add(.ternary(.select), [names, terms, zero], node.dtype, shape)
      let sum = add(
        .reduction(.sum), [masked], node.dtype, ones,
        ReductionAxes(shape.indices, keeping: true).attributes)
      return ones == [1] ? sum : add(.movement(.reshape), [sum], node.dtype, [1])
    }
    return add(.movement(.concatenate), sums, node.dtype, node.shape, [0])
  }

  // Where an index names a place. The routine that checks it is the same for all tables of a size, so its
  // message names the line of one of them.
  private mutating func names(
    _ place: Int, _ indices: Int, size: Int, _ node: LevinTensor.Node
  ) -> Int {
    let shape = nodes[indices].shape
    let indexed = IndexedAxis(node.attributes)
    let checked = checkedIndex(
      indices, size: size,
      LinearIndexing(axes: [indexed.named], sizes: [size], countsFromEnd: true, at: indexed.site))
    let number = add(.scalar, [], .int32, [], from: .constant(Double(place)))
    return add(.binary(.equal), [checked, number], .bool, shape)
  }
}
