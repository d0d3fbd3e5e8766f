internal import LevinTensor

// The faces of wrappers for code that does not know the type of the base.

/// An `Independent` of any base.
protocol IndependentDistribution: Distribution {
  var anyBase: any Distribution { get }
  var reinterpretedRank: Int { get }
}

/// An `Expanded` of any base.
protocol ExpandedDistribution: Distribution {
  var anyBase: any Distribution { get }
}

/// A `Masked` of any base.
protocol MaskedDistribution: Distribution {
  var anyBase: any Distribution { get }
  var mask: Tensor { get }
}

/// A `TransformedDistribution` of any base.
protocol ImageDistribution: Distribution {
  /// The base, expanded to the batch axes that the transforms give.
  var anyBase: any Distribution { get }
  var transforms: [any Transform] { get }
  var reinterpretedRank: Int { get }
}

extension Distribution {
  /// The distribution that is repeated, if this one is another's repetition; else itself.
  package var unexpanded: any Distribution { (self as? any ExpandedDistribution)?.anyBase ?? self }
}

extension Independent: IndependentDistribution {
  var anyBase: any Distribution { base }
}

extension Expanded: ExpandedDistribution {
  var anyBase: any Distribution { base }
}

extension Masked: MaskedDistribution {
  var anyBase: any Distribution { base }
}

extension TransformedDistribution: ImageDistribution {
  var anyBase: any Distribution { drawn }
}
