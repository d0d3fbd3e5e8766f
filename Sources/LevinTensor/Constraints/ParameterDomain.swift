/// A parameter of a distribution, with the condition that it must meet.
public struct ParameterDomain: Sendable {
  /// The parameter's name.
  public let name: String
  /// The parameter.
  public let value: Tensor
  /// The condition.
  public let constraint: Constraint
  /// The number of the parameter's rightmost axes that belong to one distribution, and are no axes of the batch.
  public private(set) var eventRank: Int
  /// The distribution's name.
  package private(set) var owner = ""
  // Booleans over the batch, true where the parameter counts.
  private var mask: Tensor?

  /// Describes a parameter.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - value: The parameter.
  ///   - constraint: The condition that it must meet, on single elements or on its rightmost axes together.
  ///   - eventRank: The number of rightmost axes that belong to one distribution.
  public init(_ name: String, _ value: Tensor, _ constraint: Constraint, eventRank: Int = 0) {
    (self.name, self.value, self.constraint) = (name, value, constraint)
    self.eventRank = max(eventRank, constraint.eventRank)
  }

  /// The domain in a distribution of a name, unless it has one already.
  package func owned(by name: String) -> ParameterDomain {
    guard owner.isEmpty else { return self }
    var domain = self
    domain.owner = name
    return domain
  }

  /// The domain where the rightmost `count` axes of the batch belong to one distribution too.
  package func taking(_ count: Int) -> ParameterDomain {
    var domain = self
    domain.eventRank += count
    return domain
  }

  /// The domain where a mask over the batch is true; elsewhere everything is in it.
  package func masked(by mask: Tensor) -> ParameterDomain {
    var domain = self
    let wide = mask.reshaped(
      to: mask.shape + [Int](repeating: 1, count: eventRank - constraint.eventRank))
    domain.mask = self.mask.map { $0 .& wide } ?? wide
    return domain
  }

  /// The identity of the parameter together with its condition.
  struct Key: Hashable {
    let node: ObjectIdentifier
    let constraint: String
  }

  var key: Key { Key(node: ObjectIdentifier(value.node), constraint: constraint.description) }

  /// Booleans, true where the condition is met or does not count.
  var isMet: Tensor {
    let isMet = constraint.check(value.detached())
    return mask.map { isMet .| .!$0 } ?? isMet
  }

  /// The first element outside, if there is one.
  ///
  /// - Throws: ``EvaluationError`` when the parameter cannot be computed.
  func violation() throws(EvaluationError) -> DomainViolation? {
    let isMet = try isMet.evaluated()
    guard let first = isMet.scalars(as: Bool.self).firstIndex(of: false) else { return nil }
    let position = Shape.position(first, in: isMet.shape)
    let inner = Array(value.shape.suffix(constraint.eventRank))
    let wide = try value.detached().expanded(to: isMet.shape + inner).evaluated()
    let count = Shape.count(inner)
    let vector = Array(wide.scalars[(first * count)..<((first + 1) * count)])
    // Of a vector that is wrong as a whole, the first.
    let bad = vector.firstIndex { !($0 >= 0 && $0.isFinite) } ?? 0
    return DomainViolation(
      distribution: owner, parameter: name, index: position + Shape.position(bad, in: inner),
      value: vector[bad], constraint: constraint.description, remedy: remedy(for: vector))
  }

  private func remedy(for vector: [Double]) -> String {
    let isSuspect = vector.allSatisfy { $0 == 0 }
    let hint = "; a division of integers leaves an integer, as 1 / 2 is 0, so write 1.0 / 2"
    return Self.remedy(for: constraint) + (isSuspect ? hint : "")
  }

  private static func remedy(for constraint: Constraint) -> String {
    switch constraint.description {
    case Constraint.positive.description:
      "declare it '@Parameter(constraint: .positive)', or take softplus() or exp() of it"
    case Constraint.nonNegative.description:
      "declare it '@Parameter(constraint: .nonNegative)', or take softplus() or exp() of it"
    case Constraint.probability.description:
      "declare it '@Parameter(constraint: .unitInterval)', or give logits"
    case Constraint.weights.description:
      "declare them '@Parameter(constraint: .simplex)', take softmax() of them, or give logits"
    case Constraint.real.description, Constraint.logits.description,
      Constraint.logWeights.description:
      "correct what it is computed from"
    default: "keep it so by a constraint, as '@Parameter(constraint: ...)' does"
    }
  }
}

// Conditions on parameters that are no supports.
extension Constraint {
  /// Numbers from 0 to 1, both included.
  package static let probability = Constraint("a number from 0 to 1") { ($0 .>= 0) .& ($0 .<= 1) }

  /// Every number, the infinities too.
  package static let logits = Constraint("a number") { .!$0.isNaN }

  /// Vectors of finite weights from 0 up along the last axis, not all 0.
  package static let weights = Constraint(
    "one of finite weights from 0 up that are not all 0", eventRank: 1
  ) {
    ($0.isFinite .& ($0 .>= 0)).all(axis: -1) .& ($0 .> 0).any(axis: -1)
  }

  /// Vectors of logarithms of weights along the last axis: numbers or -inf, not all -inf.
  package static let logWeights = Constraint(
    "one of logarithms of weights, numbers or -inf, that are not all -inf", eventRank: 1
  ) {
    ($0 .< .infinity).all(axis: -1) .& ($0 .> -.infinity).any(axis: -1)
  }
}
