/// Arrays whose axes play no part are taken as one line of numbers.
///
/// The update of a matrix of weights, or a function of a picture, meets each element alone: along the
/// longest axis there would be a row, with instructions of its own, for every index along the others. Taken as
/// one line, they need one row and its chunks are as long as they should be. That holds for groups of
/// element-wise nodes of one shape that read memory in order and each other, and that nothing else reads but
/// reductions to one number and whoever asked for them.
extension PlanGraph {
  /// Fewer rows than this are as fast as one, and may go with other passes over the longest axis.
  private static let fewestRows = 4

  mutating func flatten() {
    let isFlat = flatNodes()
    if isFlat.contains(true) { rebuild(isFlat) }
  }

  private func isWorthwhile(_ node: Node) -> Bool {
    guard case .computed = node.source, node.operation.isElementwise else { return false }
    let count = Shape.count(node.shape)
    guard node.shape.count > 1, count > Self.smallCount, let longest = node.shape.max() else {
      return false
    }
    return count >= Self.fewestRows * longest
  }

  // Begins with all nodes that might be flat and strikes those beside what is not.
  private func flatNodes() -> [Bool] {
    var isFlat = nodes.map { isWorthwhile($0) }
    var waiting = isFlat.indices.filter { isFlat[$0] }
    if waiting.isEmpty { return isFlat }
    var consumers = [[Int]](repeating: [], count: nodes.count)
    for number in nodes.indices {
      for input in nodes[number].inputs where isFlat[input] { consumers[input].append(number) }
    }
    while let number = waiting.popLast() {
      guard isFlat[number], !fits(number, consumers[number], isFlat) else { continue }
      isFlat[number] = false
      waiting += nodes[number].inputs + consumers[number]
    }
    return isFlat
  }

  private func fits(_ number: Int, _ consumers: [Int], _ isFlat: [Bool]) -> Bool {
    let shape = nodes[number].shape
    let reads = nodes[number].inputs.allSatisfy { input in
      isOneNumber(input)
        || nodes[input].shape == shape && (isFlat[input] || liesInOrder(input))
    }
    return reads
      && consumers.allSatisfy { consumer in
        isFlat[consumer] && nodes[consumer].shape == shape || reducesAll(consumer, of: shape)
      }
  }

  private func isOneNumber(_ number: Int) -> Bool { Shape.count(nodes[number].shape) == 1 }

  private func liesInOrder(_ number: Int) -> Bool {
    switch nodes[number].source {
    case .leaf(_, let strides): strides == nil
    case .computed: nodes[number].operation.isWhole
    case .scalar, .constant: false
    }
  }

  private func reducesAll(_ number: Int, of shape: [Int]) -> Bool {
    let node = nodes[number]
    guard node.operation.isReduction else { return false }
    let axes = ReductionAxes(node.attributes).axes
    return shape.indices.allSatisfy { shape[$0] == 1 || axes.contains($0) }
  }

  private mutating func rebuild(_ isFlat: [Bool]) {
    let old = nodes
    var renumbered: [Int] = []
    removeAll()
    for (number, node) in old.enumerated() {
      if isFlat[number] {
        let count = Shape.count(node.shape)
        let inputs = node.inputs.map { input -> Int in
          if isFlat[input] { return renumbered[input] }
          return Shape.count(old[input].shape) == 1
            ? reshaped(renumbered[input], to: []) : reshaped(renumbered[input], to: [count])
        }
        renumbered.append(add(node.operation, inputs, node.dtype, [count], node.attributes))
      } else if node.operation.isReduction, isFlat[node.inputs[0]] {
        let total = add(
          node.operation, [renumbered[node.inputs[0]]], node.dtype, [1],
          ReductionAxes([0], keeping: true).attributes)
        renumbered.append(reshaped(total, to: node.shape))
      } else {
        renumbered.append(
          add(
            node.operation, node.inputs.map { renumbered[$0] }, node.dtype, node.shape,
            node.attributes,
            from: node.source))
      }
    }
    moveRoots(to: renumbered)
  }
}
