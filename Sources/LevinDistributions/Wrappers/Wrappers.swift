internal import LevinTensor

// What is asked of a wrapper when the type of what it wraps is not known.

/// An `Independent` of whatever base.
protocol IndependentDistribution: Distribution {
  var anyBase: any Distribution { get }
  var reinterpretedRank: Int { get }
}

/// An `Expanded` of whatever base.
protocol ExpandedDistribution: Distribution {
  var anyBase: any Distribution { get }
}

/// A `Masked` of whatever base.
protocol MaskedDistribution: Distribution {
  var anyBase: any Distribution { get }
  var mask: Tensor { get }
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
