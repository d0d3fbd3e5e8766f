extension GradientRule {
  /// What reaches the operand `x`, the one of that index, of what combines or moves elements.
  func structural(_ x: Tensor, _ g: Tensor, _ index: Int) -> Tensor? {
    switch node.operation {
    case .sum: return kept(g).expanded(to: x.shape)
    case .product: return absorb(kept(g), times: productsOfOthers(x))
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
    case .cholesky, .solveTriangular, .solve, .logDeterminant, .symmetricEigen, .qr:
      return factorization(g, index)
    case .cumulativeSum, .cumulativeProduct, .logCumulativeSumExp, .recurrence:
      return scanned(x, g, index)
    case .replace, .gather, .scatterAdd, .takeAlong, .scatterAddAlong, .scatter:
      return indexing(g, index)
    case .leaf, .scalar, .linearIndex, .argMax, .argMin, .cumulativeArgMax, .cumulativeArgMin,
      .argSort, .searchSorted:
      return nil
    case .negate, .absolute, .sign, .floor, .ceil, .round, .trunc, .exp, .expm1, .log, .log1p,
      .log2, .log10, .squareRoot, .reciprocalSquareRoot, .square, .reciprocal, .sin, .cos, .asin,
      .acos, .atan, .sinh, .cosh, .tanh, .asinh, .acosh, .atanh, .sigmoid, .softplus, .logSigmoid,
      .erf, .erfc, .erfInverse, .log1mExp, .logNormalCDF, .normalHazard, .logGamma, .polygamma,
      .isNaN, .isFinite, .logicalNot, .cast, .add, .subtract, .multiply, .divide, .remainder,
      .floorDivide, .power, .maximum, .minimum, .atan2, .absorbingMultiply, .absorbingDivide,
      .logAddExp, .gammaP, .gammaQ, .gammaDensity, .gammaShapeSlope, .gammaPInverse, .gammaQInverse,
      .xlogy, .xlog1py, .equal, .notEqual, .less, .lessOrEqual, .logicalAnd, .logicalOr, .select,
      .betaI, .betaDensity, .betaFirstSlope, .betaSecondSlope, .betaIInverse:
      misplaced()
    }
  }

  // For each element the product of the others that meet with it. Dividing the whole product by the
  // element would fail at zeros, and in the second derivative even beside them.
  private func productsOfOthers(_ x: Tensor) -> Tensor {
    let kept = x.shape.indices.filter { !reducedAxes.contains($0) }
    let order = kept + reducedAxes
    let rows = x.permuted(order)
    let flat = rows.reshaped(
      to: kept.map { x.shape[$0] } + [Shape.count(reducedAxes.map { x.shape[$0] })])
    let others =
      flat.cumulativeProduct(axis: -1, exclusive: true)
      * flat.cumulativeProduct(axis: -1, reversed: true, exclusive: true)
    let back = order.indices.sorted { order[$0] < order[$1] }
    return others.reshaped(to: rows.shape).permuted(back)
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
