public import LevinTensor

// A wrapper's type names that of its base, which `any Distribution` is none of: so wrappers of what `toEvent(_:)` and
// its kind give are made by methods.

extension Distribution {
  /// The distribution of draws that are transformed one after the other; see ``TransformedDistribution``.
  public func transformed(by transforms: [any Transform]) -> any Distribution {
    TransformedDistribution(self, transforms)
  }
}

extension TransformedDistribution where Base == Normal {
  /// Not for a base of unknown type, whose method `transformed(by:)` does this.
  @available(
    *, unavailable, message: "for 'any Distribution' write base.transformed(by: transforms)"
  )
  public init(_ base: any Distribution, _ transforms: [any Transform]) { fatalError() }

  /// Not for a base of unknown type, whose method `transformed(by:)` does this.
  @available(
    *, unavailable, message: "for 'any Distribution' write base.transformed(by: transforms)"
  )
  public init(base: any Distribution, transforms: [any Transform]) { fatalError() }
}

extension Independent where Base == Normal {
  /// Not for a base of unknown type, whose method `toEvent(_:)` does this.
  @available(*, unavailable, message: "for 'any Distribution' write base.toEvent(rank)")
  public init(_ base: any Distribution, _ reinterpretedRank: Int) { fatalError() }
}

extension Expanded where Base == Normal {
  /// Not for a base of unknown type, whose method `expanded(to:)` does this.
  @available(*, unavailable, message: "for 'any Distribution' write base.expanded(to: batchShape)")
  public init(_ base: any Distribution, _ batchShape: [Int]) { fatalError() }
}
