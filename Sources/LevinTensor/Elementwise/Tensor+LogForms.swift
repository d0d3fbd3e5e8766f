// Logarithms of what exponentials were normalised to.
//
// Where a softmax or a sigmoid is rounded to 0, or to a number whose reciprocal is infinite, its logarithm is still a
// number of moderate size, and so is the gradient. So the logarithm of such a node is worked out from its operand.
extension Tensor {
  /// The logarithm of a softmax or a sigmoid from its operand; nil for others, and for elements in memory without
  /// gradients.
  ///
  /// It looks through reshaping, slices and the like.
  package var logarithmOfOperand: Tensor? {
    switch node.operation {
    case .composite(.softmax):
      return fromOperand { x in
        let axes = Array(ReductionAxes(node.attributes).axes)
        return x - x.logSumExp(axes: axes, keepingDimensions: true)
      }
    case .unary(.sigmoid): return fromOperand { $0.logSigmoid() }
    case .movement(let movement) where movement != .embed && node.inputCount == 1:
      return fromOperand { $0.logarithmOfOperand.map(moved) }
    default: return nil
    }
  }

  /// Whether one of its elements, through which gradients pass, may be one of some numbers.
  ///
  /// Elements in memory are looked at, and those that are moved or chosen of such. What a softmax or a sigmoid gives is
  /// taken for a number beside 0 and 1, and of other results nothing is known.
  package func mayHold(_ numbers: [Double]) -> Bool {
    guard requiresGradient else { return false }
    if node.isEvaluated { return scalars.contains { numbers.contains($0) } }
    let ticket = GraphReaders.shared.enter()
    defer { GraphReaders.shared.leave(ticket) }
    switch node.operation {
    case .composite(.softmax), .unary(.sigmoid): return false
    case .movement(let movement) where movement != .embed && node.inputCount == 1: break
    case .indexing(.gather), .indexing(.takeAlong): break
    default: return true
    }
    guard let input = node.unownedInput(0) else { return true }
    return Tensor(input.takeUnretainedValue()).mayHold(numbers)
  }

  /// log(1 + x) of x = -sigmoid(z), which is log sigmoid(-z); nil for others, as above.
  var logarithmOfRest: Tensor? {
    guard node.operation == .unary(.negate) else { return nil }
    return fromOperand { x in
      guard x.node.operation == .unary(.sigmoid) else { return nil }
      return x.fromOperand { (-$0).logSigmoid() }
    }
  }

  // Gradients go where those of the node go.
  private func fromOperand(_ body: (Tensor) -> Tensor?) -> Tensor? {
    let ticket = GraphReaders.shared.enter()
    defer { GraphReaders.shared.leave(ticket) }
    guard node.requiresGradient || !node.isEvaluated, let input = node.unownedInput(0) else {
      return nil
    }
    let result = body(Tensor(input.takeUnretainedValue()))
    return node.requiresGradient ? result : result?.detached()
  }

  // Other elements, moved as the node moves its own.
  private func moved(_ elements: Tensor) -> Tensor {
    Tensor(
      Node(
        node.operation, NodeInputs(elements.node), shape: node.shape, dtype: node.dtype,
        attributes: node.attributes))
  }
}
