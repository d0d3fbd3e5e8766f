extension GradientRule {
  /// The gradient at the first or the second operand of a function of two elements, or nil where the function
  /// is flat.
  func binary(
    _ operation: BinaryOperation, _ a: Tensor, _ b: Tensor, _ g: Tensor, ofFirst: Bool
  ) -> Tensor? {
    switch operation {
    case .add: g
    case .subtract: ofFirst ? g : -g
    case .multiply: absorb(g, times: ofFirst ? b : a)
    case .divide: ofFirst ? absorb(g, over: b) : -absorb(g, times: output / b)
    case .remainder: ofFirst ? g : -absorb(g, times: a.floorDivided(by: b))
    case .power: ofFirst ? power(base: a, exponent: b, g) : power(exponent: b, base: a, g)
    case .maximum: shared(g, takes: b .< a, ties: a .== b, ofFirst: ofFirst)
    case .minimum: shared(g, takes: a .< b, ties: a .== b, ofFirst: ofFirst)
    case .absorbingMultiply: ofFirst ? absorb(g, times: b) : absorb(a, times: g)
    case .absorbingDivide:
      ofFirst ? absorb(g, over: b) : -absorb(absorb(a, times: g), over: b.square())
    case .atan2:
      ofFirst
        ? absorb(g * b, over: a.square() + b.square())
        : -absorb(g * a, over: a.square() + b.square())
    case .logAddExp:
      absorb(g, times: `where`(output .== -Double.infinity, 0, ((ofFirst ? a : b) - output).exp()))
    case .xlogy:
      ofFirst
        ? `where`((a .== 0) .& (b .<= 0), 0, xlogy(g, b)) : absorb(absorb(a, times: g), over: b)
    case .xlog1py:
      ofFirst
        ? `where`((a .== 0) .& (b .<= -1), 0, xlog1py(g, b))
        : absorb(absorb(a, times: g), over: b + 1)
    case .gammaP: gammaP(a, b, g, ofFirst: ofFirst)
    case .gammaQ: -gammaP(a, b, g, ofFirst: ofFirst)
    case .gammaDensity: gammaDensity(a, b, g, ofFirst: ofFirst)
    case .gammaShapeSlope: gammaShapeSlope(a, b, g, ofFirst: ofFirst)
    case .gammaPInverse: gammaInverse(a, g, ofFirst: ofFirst)
    case .gammaQInverse:
      ofFirst ? gammaInverse(a, g, ofFirst: true) : -gammaInverse(a, g, ofFirst: false)
    case .floorDivide, .equal, .notEqual, .less, .lessOrEqual, .logicalAnd, .logicalOr: nil
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
}
