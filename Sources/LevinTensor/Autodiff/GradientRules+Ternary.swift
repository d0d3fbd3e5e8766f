extension GradientRule {
  /// The gradient at the operand of an index of a function of three elements, or nil where the function is flat.
  func ternary(
    _ operation: TernaryOperation, _ a: Tensor, _ b: Tensor, _ g: Tensor, _ index: Int
  ) -> Tensor? {
    switch operation {
    case .betaI: betaI(a, b, input(2), g, index)
    case .betaDensity: betaDensity(a, b, input(2), g, index)
    case .betaFirstSlope: betaSlope(a, b, input(2), g, index, slopeOf: 0)
    case .betaSecondSlope: betaSlope(a, b, input(2), g, index, slopeOf: 1)
    case .betaIInverse: betaInverse(a, b, g, index)
    case .gammaExponent: gammaExponent(a, b, input(2), g, index)
    case .gammaExponentSlope: gammaExponentSlope(a, g, index)
    case .zeroWeightSlope: index == 0 ? nil : absorb(index == 1 ? g : -g, times: output)
    case .select: index == 1 ? `where`(a, g, 0) : index == 2 ? `where`(a, 0, g) : nil
    }
  }

  // By whatever formula it is computed, in form it is linear in y and in log y, to which the gradient goes on as to
  // numbers of their own. So a sum over observations can take the parameter out.
  private func gammaExponent(
    _ a: Tensor, _ y: Tensor, _ logY: Tensor, _ g: Tensor, _ index: Int
  ) -> Tensor {
    switch index {
    case 0:
      absorb(
        g, times: Tensor(Node.ternary(.gammaExponentSlope, a.node, y.node, logY.node)))
    case 1: -g
    default: absorb(a, times: g)
    }
  }

  // log y, where a > 32 less log a.
  private func gammaExponentSlope(_ a: Tensor, _ g: Tensor, _ index: Int) -> Tensor? {
    switch index {
    case 0: `where`(a .> Tensor.centeredFrom, -absorb(g, over: a), 0)
    case 1: nil
    default: g
    }
  }
}
