/// An element of a tensor that is NaN or infinite.
public struct NonFiniteElement: Hashable, Sendable {
  /// Its index, one number for each axis.
  public let index: [Int]
  /// The element.
  public let value: Double
  /// The shape of the tensor.
  public let shape: [Int]
}

extension NonFiniteElement: CustomStringConvertible {
  /// The element and its index: `nan at [3, 0]`.
  public var description: String { value.spelt + (index.isEmpty ? "" : " at \(index)") }
}

// Looked for when a step has failed, so that a fit whose numbers are good pays nothing.
extension Tensor {
  /// The first NaN of an evaluated tensor, or else its first infinity; nil when all elements are finite.
  package var firstNonFinite: NonFiniteElement? {
    guard dtype.isFloatingPoint, !isFiniteInMemory else { return nil }
    return firstElement(where: \.isNaN) ?? firstElement { !$0.isFinite }
  }

  /// The first number of an evaluated tensor that a condition holds for.
  package func firstElement(where condition: (Double) -> Bool) -> NonFiniteElement? {
    let numbers = scalars
    return numbers.firstIndex(where: condition).map {
      NonFiniteElement(index: Shape.position($0, in: shape), value: numbers[$0], shape: shape)
    }
  }

  /// The first NaN among the tensors in memory that this one was made from, leaving some of them out.
  ///
  /// Infinities are not looked for: expressions have them as constants, as a mask of -inf.
  package func firstNaNInput(except known: [Tensor]) -> NonFiniteElement? {
    let known = Set(known.map { ObjectIdentifier($0.node) })
    let ticket = GraphReaders.shared.enter()
    defer { GraphReaders.shared.leave(ticket) }
    var visited: Set<ObjectIdentifier> = []
    var stack = [node]
    while let next = stack.popLast() {
      guard visited.insert(ObjectIdentifier(next)).inserted else { continue }
      if next.operation == .leaf, next.result != nil, !known.contains(ObjectIdentifier(next)),
        let found = Tensor(next).firstNonFinite, found.value.isNaN
      {
        return found
      }
      stack.append(contentsOf: Array(next.inputs).reversed())
    }
    return nil
  }
}
