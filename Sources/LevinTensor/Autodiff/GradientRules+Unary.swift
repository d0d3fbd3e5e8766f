extension GradientRule {
  /// The gradient at the operand `x` of a function of one element, or nil where the function is flat.
  func unary(_ operation: UnaryOperation, _ x: Tensor, _ g: Tensor) -> Tensor? {
    switch operation {
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
    case .asin: absorb(g, over: ((1 - x) * (1 + x)).sqrt())
    case .acos: -absorb(g, over: ((1 - x) * (1 + x)).sqrt())
    case .atan: absorb(g, over: x.square() + 1)
    case .sinh: absorb(g, times: x.cosh())
    case .cosh: absorb(g, times: x.sinh())
    case .tanh: g * (1 - output.square())
    case .asinh: absorb(g, over: (x.square() + 1).sqrt())
    case .acosh: absorb(g, over: (x - 1).sqrt() * (x + 1).sqrt())
    case .atanh: absorb(g, over: (1 - x) * (1 + x))
    case .sigmoid: g * (output * (1 - output))
    case .softplus: g * x.sigmoid()
    case .logSigmoid: g * (-x).sigmoid()
    case .erf: errorFunction(x, g)
    case .erfc: -errorFunction(x, g)
    // sqrt(pi) / 2
    case .erfInverse: absorb(g, times: output.square().exp() * 0.886226925452758)
    case .log1mExp: absorb(g * x.sign(), over: x.abs().expm1())
    case .logNormalCDF: absorb(g, times: Tensor(Node.unary(.normalHazard, x.node)))
    case .normalHazard: absorb(g, times: normalHazardSlope(x))
    case .logGamma: absorb(g, times: x.digamma())
    case .polygamma: absorb(g, times: x.polygamma(order: node.attributes[0] + 1))
    case .stirlingRest: absorb(g, times: Tensor(Node.unary(.stirlingRestSlope, x.node)))
    case .stirlingRestSlope: absorb(g, times: stirlingRestCurvature(x))
    case .cast: x.dtype.isFloatingPoint ? g.cast(to: x.dtype) : nil
    case .sign, .floor, .ceil, .round, .trunc, .isNaN, .isFinite, .logicalNot: nil
    }
  }

  // d erf(x)/dx = 2/sqrt(pi) exp(-x^2)
  private func errorFunction(_ x: Tensor, _ g: Tensor) -> Tensor {
    g * ((-x.square()).exp() * 1.1283791670955126)
  }

  // trigamma(a), from a - 1 = 32 on less 1 / (a - 1), of which the series is that of digamma(a) - log(a - 1).
  private func stirlingRestCurvature(_ x: Tensor) -> Tensor {
    let isLarge = x .> Tensor.centeredFrom + 1
    let s = `where`(isLarge, (x - 1).reciprocal(), 0)
    let series = ((s.square() * (1.0 / 42) - 1.0 / 30) * s.square() + 1.0 / 6) * s - 0.5
    return `where`(isLarge, series * s.square(), x.polygamma(order: 1))
  }

  // h' = -h (x + h). Far below 0, where x and h cancel, h is -x - 1/x + 2/x^3 - ..., and its derivative
  // the series of that.
  private func normalHazardSlope(_ x: Tensor) -> Tensor {
    let far: Double = x.dtype == .float32 ? -9 : -30
    let s = x.reciprocal().square()
    let series = ((((6354 * s - 518) * s + 50) * s - 6) * s + 1) * s - 1
    return `where`(x .< far, series, -absorb(output, times: x + output))
  }
}
