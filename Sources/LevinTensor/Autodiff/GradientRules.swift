/// The table of local derivatives: for each operation, what reaches an input when `cotangent` arrives.
///
/// Rules are written as tensor expressions, so they run in the same plan as the forward pass and can be
/// differentiated in turn. A cotangent meets a derivative that can be infinite by
/// `absorbingMultiply` or `absorbingDivide`: where nothing arrives nothing passes, whatever the
/// derivative, so masked branches make no NaN. The caller sums what was broadcast.
///
/// The rules are divided by kind among the files `GradientRules+…`. Each of their switches lists what
/// the others treat instead of a default, so the compiler names the operation that has no rule.
struct GradientRule {
  let node: Node
  let cotangent: Tensor

  /// What reaches an input, in the node's shape, or nil where the operation is flat.
  func gradient(ofInput index: Int) -> Tensor? {
    guard node.operation.isElementwise else { return structural(input(index), cotangent, index) }
    return node.inputCount == 1
      ? ofOne(input(0), cotangent) : ofSeveral(input(0), input(1), cotangent, index)
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

  /// For the cases of a switch that belong to another file.
  func misplaced() -> Never { fatalError("\(node.operation) is not of this kind") }
}
