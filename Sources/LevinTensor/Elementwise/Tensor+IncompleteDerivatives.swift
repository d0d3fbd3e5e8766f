// The first derivatives of the incomplete gamma and beta functions. Gradients of these functions are made
// of them, and so are the gradients of gamma and beta draws with respect to shape parameters.

/// dP(a, x)/dx = x^(a-1) exp(-x) / Γ(a), the density of a gamma variable of shape `a` and rate 1.
package func gammaDensity(_ a: Tensor, _ x: Tensor) -> Tensor {
  Tensor(Node.binary(.gammaDensity, a.node, x.node))
}

/// dP(a, x)/da; see ``regularizedGammaP(_:_:)``.
package func gammaShapeSlope(_ a: Tensor, _ x: Tensor) -> Tensor {
  Tensor(Node.binary(.gammaShapeSlope, a.node, x.node))
}

/// dI_x(a, b)/dx = x^(a-1) (1-x)^(b-1) / B(a, b), the density of a beta variable.
package func betaDensity(_ a: Tensor, _ b: Tensor, _ x: Tensor) -> Tensor {
  Tensor(Node.ternary(.betaDensity, a.node, b.node, x.node))
}

/// dI_x(a, b)/da; see ``regularizedBeta(_:_:_:)``.
package func betaFirstSlope(_ a: Tensor, _ b: Tensor, _ x: Tensor) -> Tensor {
  Tensor(Node.ternary(.betaFirstSlope, a.node, b.node, x.node))
}

/// dI_x(a, b)/db; see ``regularizedBeta(_:_:_:)``.
package func betaSecondSlope(_ a: Tensor, _ b: Tensor, _ x: Tensor) -> Tensor {
  Tensor(Node.ternary(.betaSecondSlope, a.node, b.node, x.node))
}
