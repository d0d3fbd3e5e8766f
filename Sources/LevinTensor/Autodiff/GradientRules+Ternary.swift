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
    case .select: index == 1 ? `where`(a, g, 0) : index == 2 ? `where`(a, 0, g) : nil
    }
  }
}
