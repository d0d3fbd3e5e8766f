/// The formula of ``Tensor/gelu(approximation:)``.
public enum GELUApproximation: Sendable {
  /// By the normal distribution function.
  case none
  /// By x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), which is off by up to 5e-4.
  case tanh
}

// The functions that layers end in.
extension Tensor {
  /// 1 / (1 + exp(-x)).
  public func sigmoid() -> Tensor { unary(.sigmoid) }
  /// log(1 + exp(x)) without overflow.
  public func softplus() -> Tensor { unary(.softplus) }
  /// log(sigmoid(x)) without underflow.
  public func logSigmoid() -> Tensor { unary(.logSigmoid) }
  /// The larger of each element and 0; its gradient at 0 is 0.
  public func relu() -> Tensor { `where`(self .<= 0, 0, self) }
  /// x sigmoid(x), the sigmoid linear unit, also called swish.
  public func silu() -> Tensor { self * sigmoid() }
  /// x times the standard normal distribution function of x: the Gaussian error linear unit of
  /// Hendrycks and Gimpel (2016).
  public func gelu(approximation: GELUApproximation = .none) -> Tensor {
    switch approximation {
    // 1 / sqrt(2)
    case .none: self * ((self * -0.7071067811865476).erfc() * 0.5)
    // (1 + tanh u) / 2 = sigmoid(2 u), and 2 sqrt(2 / pi)
    case .tanh: self * ((self + self * square() * 0.044715) * 1.5957691216057308).sigmoid()
    }
  }
}
