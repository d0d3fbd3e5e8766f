public import LevinTensor

/// A distribution repeated to a larger batch shape, without copies of its parameters.
///
/// Each element of the larger shape has draws of its own.
public struct Expanded<Base: Distribution>: Distribution {
  /// The distribution that is repeated.
  public let base: Base
  /// The batch shape that the base's is broadcast to.
  public let batchShape: [Int]

  /// Creates a distribution of a batch shape that the base's broadcasts to.
  public init(base: Base, batchShape: [Int]) {
    require(
      Shape.expands(base.batchShape, to: batchShape),
      "Expanded: batch shape \(base.batchShape) does not broadcast to \(batchShape)")
    (self.base, self.batchShape) = (base, batchShape)
  }

  /// Creates a distribution of a batch shape that the base's broadcasts to.
  public init(_ base: Base, _ batchShape: [Int]) {
    self.init(base: base, batchShape: batchShape)
  }

  /// The base's event shape.
  public var eventShape: [Int] { base.eventShape }

  /// The base's support.
  public var support: Constraint { base.support }

  /// The base's mean, repeated.
  public var mean: Tensor { base.mean.expanded(to: batchShape + eventShape) }

  /// The base's variance, repeated.
  public var variance: Tensor { base.variance.expanded(to: batchShape + eventShape) }

  /// The base's log-probability, of a shape that takes in the batch shape.
  public func logProb(_ value: Tensor) -> Tensor {
    let logProb = base.logProb(value)
    return logProb.expanded(to: Shape.broadcast(logProb.shape, batchShape, for: "Expanded.logProb"))
  }

  /// The base's draws, one for each element of the larger shape.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    let numbers = arranged(base.sample(shape + repeats, using: &generator), shape)
    try? evaluate(numbers)
    return numbers
  }

  // The sizes along which the base is repeated: those in front, then those where it has size 1.
  private var repeats: [Int] {
    batchShape.prefix(batchShape.count - base.batchShape.count) + stretched.map { $0.size }
  }

  private var stretched: [(axis: Int, size: Int)] {
    let sizes = batchShape.suffix(base.batchShape.count)
    return zip(base.batchShape, sizes).enumerated().compactMap { axis, pair in
      pair.0 == pair.1 ? nil : (axis, pair.1)
    }
  }

  // Draws with the repeats in front of the base's batch shape become draws with them inside.
  private func arranged(_ draws: Tensor, _ shape: [Int]) -> Tensor {
    let stretched = stretched
    if stretched.isEmpty { return draws }
    let axes = Set(stretched.map(\.axis))
    let kept = base.batchShape.indices.filter { !axes.contains($0) }
    let own = kept.map { base.batchShape[$0] }
    let front = shape.count + repeats.count
    let narrow = draws.reshaped(to: draws.shape.prefix(front) + own + eventShape)
    let positions = base.batchShape.indices.map { axis in
      if let index = stretched.firstIndex(where: { $0.axis == axis }) {
        return front - stretched.count + index
      }
      return front + (kept.firstIndex(of: axis) ?? 0)
    }
    return narrow.permuted(
      (0..<(front - stretched.count)) + positions + ((front + kept.count)..<narrow.rank))
  }
}

extension Expanded: ReparameterizedDistribution where Base: ReparameterizedDistribution {
  /// The base's draws with gradients, one for each element of the larger shape.
  public func reparameterizedSample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    arranged(base.reparameterizedSample(shape + repeats, using: &generator), shape)
  }
}

extension Expanded: EnumerableDistribution where Base: EnumerableDistribution {
  /// The base's.
  public var supportCount: Int { base.supportCount }

  /// The base's values, with as many batch axes as the larger shape has.
  public func enumeratedSupport(expanding: Bool) -> Tensor {
    let narrow = base.enumeratedSupport(expanding: false)
      .reshaped(to: [supportCount] + batchShape.map { _ in 1 } + eventShape)
    return expanding ? narrow.expanded(to: [supportCount] + batchShape + eventShape) : narrow
  }
}

extension Distribution {
  /// The distribution repeated to a batch shape that its own broadcasts to; itself if both are the same.
  public func expanded(to batchShape: [Int]) -> any Distribution {
    if batchShape == self.batchShape { return self }
    if let expanded = self as? any ExpandedDistribution {
      return expanded.anyBase.expanded(from: self.batchShape, to: batchShape)
    }
    return Expanded(self, batchShape)
  }

  // A repetition of a repetition is one of the base, once the new shape is known to be one of it.
  private func expanded(from middle: [Int], to batchShape: [Int]) -> any Distribution {
    require(
      Shape.expands(middle, to: batchShape),
      "Expanded: batch shape \(middle) does not broadcast to \(batchShape)")
    return batchShape == self.batchShape ? self : Expanded(self, batchShape)
  }
}
