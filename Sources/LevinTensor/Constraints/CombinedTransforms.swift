/// Transforms one after the other; without any, values stay as they are.
public struct ComposedTransform: Transform {
  /// The transforms, the first one first.
  public let parts: [any Transform]
  /// The rightmost axes of an input that belong together in some part.
  public let inputEventRank: Int
  /// The rightmost axes of an output that belong together in some part.
  public let outputEventRank: Int

  /// Creates a transform that applies `parts` in their order.
  public init(_ parts: [any Transform]) {
    self.parts = parts.map(\.unwrapped)
    // A part needs its own axes together, and those that a part before or after it needs.
    inputEventRank = parts.reversed().reduce(0) {
      max($0 + $1.inputEventRank - $1.outputEventRank, $1.inputEventRank)
    }
    outputEventRank = parts.reduce(0) {
      max($0 + $1.outputEventRank - $1.inputEventRank, $1.outputEventRank)
    }
  }

  /// Whether all parts are bijective.
  public var isBijective: Bool { parts.allSatisfy(\.isBijective) }

  /// The output of the last part.
  public func callAsFunction(_ x: Tensor) -> Tensor { parts.reduce(x) { $1($0) } }

  /// The inverses of the parts, the last one first.
  public func inverse(_ y: Tensor) -> Tensor { parts.reversed().reduce(y) { $1.inverse($0) } }

  /// The sum over the parts, each over the axes that belong together there.
  public func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor {
    guard !parts.isEmpty else { return IdentityTransform().logAbsDetJacobian(x, y) }
    var input = x
    var eventRank = inputEventRank
    var terms: [Tensor] = []
    for (index, part) in parts.enumerated() {
      let output = index == parts.count - 1 ? y : part(input)
      let term = part.logAbsDetJacobian(input, output)
      terms.append(term.summed(overLast: eventRank - part.inputEventRank))
      eventRank += part.outputEventRank - part.inputEventRank
      input = output
    }
    return terms.dropFirst().reduce(terms[0]) { $0 + $1 }
  }

  /// The shapes of the parts, one after the other.
  public func forwardShape(_ shape: [Int]) -> [Int] {
    parts.reduce(shape) { $1.forwardShape($0) }
  }

  /// The shapes of the parts, the last one first.
  public func inverseShape(_ shape: [Int]) -> [Int] {
    parts.reversed().reduce(shape) { $1.inverseShape($0) }
  }
}

/// A transform whose elements along more axes on the right belong together.
///
/// Values are those of the base; the logarithm of its determinant is added up over these axes.
public struct IndependentTransform: Transform {
  /// The transform of each element of these axes.
  public let base: any Transform
  /// The number of the base's independent axes that belong together.
  public let reinterpretedRank: Int

  /// Creates a transform.
  ///
  /// - Parameters:
  ///   - base: The transform of each element of these axes.
  ///   - reinterpretedRank: The number of axes to the left of the base's own, from 0 up.
  public init(_ base: any Transform, _ reinterpretedRank: Int) {
    require(
      reinterpretedRank >= 0,
      "IndependentTransform: \(reinterpretedRank) axes cannot belong together; give 0 or more")
    (self.base, self.reinterpretedRank) = (base, reinterpretedRank)
  }

  /// Those of the base and the axes that belong together.
  public var inputEventRank: Int { base.inputEventRank + reinterpretedRank }

  /// Those of the base and the axes that belong together.
  public var outputEventRank: Int { base.outputEventRank + reinterpretedRank }

  /// Whether the base is bijective.
  public var isBijective: Bool { base.isBijective }

  /// The output of the base.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    checkRank(x.shape, inputEventRank)
    return base(x)
  }

  /// The inverse of the base.
  public func inverse(_ y: Tensor) -> Tensor {
    checkRank(y.shape, outputEventRank)
    return base.inverse(y)
  }

  /// That of the base, added up over the axes that belong together.
  public func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor {
    checkRank(x.shape, inputEventRank)
    return base.logAbsDetJacobian(x, y).summed(overLast: reinterpretedRank)
  }

  /// The shape that the base gives.
  public func forwardShape(_ shape: [Int]) -> [Int] { base.forwardShape(shape) }

  /// The shape that the base takes.
  public func inverseShape(_ shape: [Int]) -> [Int] { base.inverseShape(shape) }

  private func checkRank(_ shape: [Int], _ rank: Int) {
    require(
      shape.count >= rank,
      "IndependentTransform: shape \(shape) has fewer than the \(rank) axes that belong together")
  }
}
