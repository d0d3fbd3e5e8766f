/// The table of local derivatives: for each operation, the gradient at an input when `cotangent` arrives.
///
/// Rules are written as tensor expressions, so they run in the same plan as the forward pass and can be
/// differentiated in turn. A cotangent meets a derivative that can be infinite by
/// `absorbingMultiply` or `absorbingDivide`: where nothing arrives nothing passes, whatever the
/// derivative, so masked branches make no NaN. The caller sums what was broadcast.
///
/// The rules are divided by family among the files `GradientRules+…`.
struct GradientRule {
  let node: Node
  let cotangent: Tensor

  /// The gradient at an input, in the node's shape, or nil where the operation is flat.
  func gradient(ofInput index: Int) -> Tensor? {
    switch node.operation {
    case .unary(let operation): unary(operation, input(0), cotangent)
    case .binary(let operation):
      binary(operation, input(0), input(1), cotangent, ofFirst: index == 0)
    case .ternary(let operation): ternary(operation, input(0), input(1), cotangent, index)
    case .reduction(let operation): reduction(operation, input(0), cotangent)
    case .composite(let operation): composite(operation, input(0), cotangent, index)
    case .movement(let operation): movement(operation, input(index), cotangent, index)
    case .indexing(let operation): indexing(operation, cotangent, index)
    case .linearAlgebra(let operation): linearAlgebra(operation, cotangent, index)
    case .scan(let operation): scan(operation, input(index), cotangent, index)
    case .leaf, .scalar, .ordering: nil
    }
  }

  var inputs: NodeInputs { node.inputs }

  func input(_ index: Int) -> Tensor {
    guard let input = node.unownedInput(index) else {
      fatalError("\(node.operation) has no input \(index)")
    }
    return Tensor(input.takeUnretainedValue())
  }
  var output: Tensor { Tensor(node) }

  /// The cotangent times a derivative, and 0 where the cotangent is 0.
  func absorb(_ g: Tensor, times derivative: Tensor) -> Tensor {
    Tensor(Node.binary(.absorbingMultiply, g.node, derivative.node))
  }

  /// The cotangent divided by the inverse function's derivative, and 0 where the cotangent is 0.
  func absorb(_ g: Tensor, over divisor: Tensor) -> Tensor {
    Tensor(Node.binary(.absorbingDivide, g.node, divisor.node))
  }
}
