import LevinTensor

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

extension Independent: IndependentDistribution {
  var anyBase: any Distribution { base }
}

extension Expanded: ExpandedDistribution {
  var anyBase: any Distribution { base }
}

extension Masked: MaskedDistribution {
  var anyBase: any Distribution { base }
}
