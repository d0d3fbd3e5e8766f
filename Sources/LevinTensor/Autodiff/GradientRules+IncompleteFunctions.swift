// The derivatives of the incomplete functions with respect to their last argument are densities, which
// have closed derivatives of their own. Those with respect to shapes are operations; only their
// derivatives with respect to the last argument are known.
extension GradientRule {
  private func gamma(_ operation: BinaryOperation, _ a: Tensor, _ x: Tensor) -> Tensor {
    Tensor(Node.binary(operation, a.node, x.node))
  }

  private func beta(_ operation: TernaryOperation, _ a: Tensor, _ b: Tensor, _ x: Tensor) -> Tensor
  {
    Tensor(Node.ternary(operation, a.node, b.node, x.node))
  }

  private func unknown(_ function: String) -> Never {
    stop(
      "\(function): its second derivatives with respect to shape parameters are not known; take the "
        + "first ones, or differences of these")
  }

  func gammaP(_ a: Tensor, _ x: Tensor, _ g: Tensor, ofFirst: Bool) -> Tensor {
    absorb(g, times: gamma(ofFirst ? .gammaShapeSlope : .gammaDensity, a, x))
  }

  func gammaDensity(_ a: Tensor, _ x: Tensor, _ g: Tensor, ofFirst: Bool) -> Tensor {
    absorb(g, times: absorb(output, times: ofFirst ? x.log() - a.digamma() : (a - 1) / x - 1))
  }

  func gammaShapeSlope(_ a: Tensor, _ x: Tensor, _ g: Tensor, ofFirst: Bool) -> Tensor {
    if ofFirst { unknown("regularizedGammaP") }
    return absorb(g, times: absorb(gamma(.gammaDensity, a, x), times: x.log() - a.digamma()))
  }

  // P(a, x) = p: the implicit function's derivatives.
  func gammaInverse(_ a: Tensor, _ g: Tensor, ofFirst: Bool) -> Tensor {
    let density = gamma(.gammaDensity, a, output)
    return ofFirst
      ? -absorb(absorb(g, times: gamma(.gammaShapeSlope, a, output)), over: density)
      : absorb(g, over: density)
  }

  func betaI(_ a: Tensor, _ b: Tensor, _ x: Tensor, _ g: Tensor, _ index: Int) -> Tensor {
    absorb(g, times: beta([.betaFirstSlope, .betaSecondSlope, .betaDensity][index], a, b, x))
  }

  func betaDensity(_ a: Tensor, _ b: Tensor, _ x: Tensor, _ g: Tensor, _ index: Int) -> Tensor {
    let relative = index == 2 ? (a - 1) / x - (b - 1) / (1 - x) : logSlope(a, b, x, index)
    return absorb(g, times: absorb(output, times: relative))
  }

  // The derivative of the density's logarithm with respect to a shape parameter.
  private func logSlope(_ a: Tensor, _ b: Tensor, _ x: Tensor, _ index: Int) -> Tensor {
    (a + b).digamma() + (index == 0 ? x.log() - a.digamma() : (-x).log1p() - b.digamma())
  }

  func betaSlope(
    _ a: Tensor, _ b: Tensor, _ x: Tensor, _ g: Tensor, _ index: Int, slopeOf shape: Int
  ) -> Tensor {
    if index < 2 { unknown("regularizedBeta") }
    let slope = logSlope(a, b, x, shape)
    return absorb(g, times: absorb(beta(.betaDensity, a, b, x), times: slope))
  }

  func betaInverse(_ a: Tensor, _ b: Tensor, _ g: Tensor, _ index: Int) -> Tensor {
    let density = beta(.betaDensity, a, b, output)
    if index == 2 { return absorb(g, over: density) }
    let slope = beta(index == 0 ? .betaFirstSlope : .betaSecondSlope, a, b, output)
    return -absorb(absorb(g, times: slope), over: density)
  }
}
