/// The table of local derivatives: for each operation, what reaches an input when `cotangent` arrives.
///
/// Rules are written as tensor expressions, so they run in the same plan as the forward pass and can be
/// differentiated in turn. A cotangent meets a derivative that can be infinite by
/// `absorbingMultiply` or `absorbingDivide`: where nothing arrives nothing passes, whatever the
/// derivative, so masked branches make no NaN. The caller sums what was broadcast.
struct GradientRule {
  let node: Node
  let cotangent: Tensor

  var inputs: NodeInputs { node.inputs }

  func input(_ index: Int) -> Tensor {
    guard let input = node.unownedInput(index) else {
      fatalError("\(node.operation) has no input \(index)")
    }
    return Tensor(input.takeUnretainedValue())
  }
  var output: Tensor { Tensor(node) }

  func absorb(_ g: Tensor, times derivative: Tensor) -> Tensor {
    Tensor(Node.binary(.absorbingMultiply, g.node, derivative.node))
  }

  private func absorb(_ g: Tensor, over divisor: Tensor) -> Tensor {
    Tensor(Node.binary(.absorbingDivide, g.node, divisor.node))
  }

  /// What reaches an input, in the node's shape, or nil where the operation is flat.
  func gradient(ofInput index: Int) -> Tensor? {
    switch node.inputCount {
    case 1 where node.operation.isElementwise: elementwise(input(0), cotangent)
    case 2 where node.operation.isElementwise:
      elementwise(input(0), input(1), cotangent, ofFirst: index == 0)
    default: structural(cotangent, index)
    }
  }

  private func elementwise(_ x: Tensor, _ g: Tensor) -> Tensor? {
    switch node.operation {
    case .negate: -g
    case .absolute: g * x.sign()
    case .exp: absorb(g, times: output)
    case .expm1: absorb(g, times: output + 1)
    case .log: absorb(g, over: x)
    case .log1p: absorb(g, over: x + 1)
    // 1 / log(2) and 1 / log(10)
    case .log2: absorb(g, over: x) * 1.4426950408889634
    case .log10: absorb(g, over: x) * 0.4342944819032518
    case .squareRoot: absorb(g, over: output * 2)
    case .reciprocalSquareRoot: absorb(g, times: output * output.square()) * -0.5
    case .square: absorb(g, times: x * 2)
    case .reciprocal: -absorb(g, times: output.square())
    case .sin: absorb(g, times: x.cos())
    case .cos: -absorb(g, times: x.sin())
    case .tanh: g * (1 - output.square())
    case .sigmoid: g * (output * (1 - output))
    case .softplus: g * x.sigmoid()
    case .logSigmoid: g * (-x).sigmoid()
    case .erf: errorFunction(x, g)
    case .erfc: -errorFunction(x, g)
    case .logGamma: absorb(g, times: x.digamma())
    case .polygamma: absorb(g, times: x.polygamma(order: node.attributes[0] + 1))
    case .cast: x.dtype.isFloatingPoint ? g.cast(to: x.dtype) : nil
    case .sign, .floor, .ceil, .round, .trunc, .isNaN, .isFinite, .logicalNot: nil
    default: fatalError("\(node.operation) has no gradient rule")
    }
  }

  // d erf(x)/dx = 2/sqrt(pi) exp(-x^2)
  private func errorFunction(_ x: Tensor, _ g: Tensor) -> Tensor {
    g * ((-x.square()).exp() * 1.1283791670955126)
  }

  private func elementwise(_ a: Tensor, _ b: Tensor, _ g: Tensor, ofFirst: Bool) -> Tensor? {
    switch node.operation {
    case .add: g
    case .subtract: ofFirst ? g : -g
    case .multiply: absorb(g, times: ofFirst ? b : a)
    case .divide: ofFirst ? absorb(g, over: b) : -absorb(g, times: output / b)
    case .power: ofFirst ? power(base: a, exponent: b, g) : power(exponent: b, base: a, g)
    case .maximum: shared(g, takes: b .< a, ties: a .== b, ofFirst: ofFirst)
    case .minimum: shared(g, takes: a .< b, ties: a .== b, ofFirst: ofFirst)
    case .absorbingMultiply: ofFirst ? absorb(g, times: b) : absorb(a, times: g)
    case .absorbingDivide:
      ofFirst ? absorb(g, over: b) : -absorb(absorb(a, times: g), over: b.square())
    case .logAddExp:
      absorb(g, times: `where`(output .== -Double.infinity, 0, ((ofFirst ? a : b) - output).exp()))
    case .xlogy:
      ofFirst
        ? `where`((a .== 0) .& (b .<= 0), 0, xlogy(g, b)) : absorb(absorb(a, times: g), over: b)
    case .xlog1py:
      ofFirst
        ? `where`((a .== 0) .& (b .<= -1), 0, xlog1py(g, b))
        : absorb(absorb(a, times: g), over: b + 1)
    case .equal, .notEqual, .less, .lessOrEqual, .logicalAnd, .logicalOr: nil
    default: fatalError("\(node.operation) has no gradient rule")
    }
  }

  // d(a^b)/da = b a^(b-1), which is 0 for b = 0 even where a^(b-1) is infinite.
  private func power(base a: Tensor, exponent b: Tensor, _ g: Tensor) -> Tensor {
    absorb(g, times: `where`(b .== 0, 0, b * a.power(b - 1)))
  }

  // d(a^b)/db = a^b log a, whose limit at a = 0 is 0 for b > 0, and is taken as 0 for b = 0.
  private func power(exponent b: Tensor, base a: Tensor, _ g: Tensor) -> Tensor {
    absorb(g, times: `where`((a .== 0) .& (b .>= 0), 0, output * a.log()))
  }

  // Equal operands share the cotangent.
  private func shared(_ g: Tensor, takes first: Tensor, ties: Tensor, ofFirst: Bool) -> Tensor {
    let half = g * 0.5
    return ofFirst
      ? `where`(first, g, `where`(ties, half, 0)) : `where`(first, 0, `where`(ties, half, g))
  }

  private func structural(_ g: Tensor, _ index: Int) -> Tensor? {
    let x = input(index)
    switch node.operation {
    case .select:
      let condition = input(0)
      return index == 1
        ? `where`(condition, g, 0) : index == 2 ? `where`(condition, 0, g) : nil
    case .sum: return kept(g).expanded(to: x.shape)
    case .maximumOver, .minimumOver:
      let ties = (x .== kept(output)).cast(to: x.dtype)
      return kept(g) * (ties / ties.sum(axes: reducedAxes, keepingDimensions: true))
    case .logSumExp: return absorb(kept(g), times: Tensor(Node.softmax(x.node, axes: reducedAxes)))
    case .softmax:
      let mean = absorb(output, times: g).sum(axes: reducedAxes, keepingDimensions: true)
      return absorb(output, times: g - mean)
    case .reshape: return g.reshaped(to: x.shape)
    case .expand: return g
    case .permute: return g.permuted(inversePermutation)
    case .slice:
      return Tensor(Node.place(g.node, starts: evenAttributes, steps: oddAttributes, in: x.shape))
    case .place:
      return Tensor(
        Node.slice(g.node, starts: evenAttributes, counts: x.shape, steps: oddAttributes))
    case .concatenate: return part(of: g, index)
    case .matrixProduct: return matrixProduct(g, index)
    case .cumulativeSum, .cumulativeProduct, .logCumulativeSumExp, .recurrence:
      return scanned(x, g, index)
    case .cholesky, .solveTriangular, .solve, .logDeterminant, .symmetricEigen, .qr:
      return factorization(g, index)
    default: return indexing(g, index)
    }
  }

  private var reducedAxes: [Int] { Array(node.attributes.dropFirst()) }

  // Slices keep (start, step) of each axis.
  var evenAttributes: [Int] { attributes(from: 0) }
  var oddAttributes: [Int] { attributes(from: 1) }

  private func attributes(from first: Int) -> [Int] {
    stride(from: first, to: node.attributes.count, by: 2).map { node.attributes[$0] }
  }

  private var inversePermutation: [Int] {
    var inverse = node.attributes
    for (place, axis) in node.attributes.enumerated() { inverse[axis] = place }
    return inverse
  }

  // The result of a reduction with its axes kept as 1.
  private func kept(_ reduced: Tensor) -> Tensor {
    var shape = inputs[0].shape
    for axis in reducedAxes { shape[axis] = 1 }
    return reduced.reshaped(to: shape)
  }

  private func part(of g: Tensor, _ index: Int) -> Tensor {
    let axis = node.attributes[0]
    var starts = [Int](repeating: 0, count: g.rank)
    starts[axis] = inputs[..<index].reduce(0) { $0 + $1.shape[axis] }
    let steps = [Int](repeating: 1, count: g.rank)
    return Tensor(Node.slice(g.node, starts: starts, counts: inputs[index].shape, steps: steps))
  }
}
