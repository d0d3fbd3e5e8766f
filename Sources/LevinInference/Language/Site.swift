public import LevinDistributions
public import LevinTensor

/// Something that a model names while it runs: a draw, a parameter or a plate.
///
/// A ``Trace`` keeps the sites of a run in their order. Handlers that stand around the model see each site
/// before its value is drawn, and may give it one.
public final class Site {
  /// The kinds of sites.
  public enum Kind: Sendable {
    /// A value of a distribution, drawn or observed.
    case sample
    /// A number that an optimizer changes.
    case parameter
    /// Independent elements along an axis; the value is the indices of those that are looked at.
    case plate
  }

  /// The name, which no other site of the run has.
  public let name: String
  /// The kind of the site.
  public let kind: Kind
  /// The distribution of a sample site, expanded to the plates around it; nil for other kinds.
  public internal(set) var distribution: (any Distribution)?
  /// Whether the value was given as data.
  public internal(set) var isObserved: Bool
  /// The plates around the site, outermost first.
  public internal(set) var plates: [PlateFrame] = []
  /// The factor of the log-probability: the product of those of ``withScale(_:_:)`` and of subsampling plates.
  public var scale: Double { explicitScale * plateScale }
  /// Booleans, true for elements whose log-probability counts; nil if all do.
  public internal(set) var mask: Tensor?
  /// The axis, counted from the right of the batch shape, along which the value goes over its support,
  /// all of it; nil for a single value.
  public internal(set) var enumeratedDim: Int?

  // The factor that does not come from plates, and that of the plates around.
  var explicitScale = 1.0
  var plateScale = 1.0
  var given: Tensor?
  var enumeration: Enumeration?
  // The enumeration around it, and the site of another run whose value it takes over, until it is complete.
  var enumerator: ParallelEnumeration?
  var source: Site?
  // Whether handlers further out are not to see the site.
  var isHidden = false
  // The number of elements of a plate. The value of one that looks at all of them is seldom asked for, and so
  // not made before.
  var elementCount = 0
  // The number of elements of a plate that a run looks at, and whether the model says which.
  var lookedAtCount = 0
  var hasOwnIndices = false
  var isSubsampled = false
  var looksAtAll: Bool { lookedAtCount == elementCount }
  // The indices that were chosen of the plates around a sample, by their names.
  var chosenIndices: [String: Tensor] = [:]
  // Whether the value was drawn in this run rather than given by a handler.
  var isDrawn = false
  // Whether the value follows from others, so that it is no data.
  var isDeterministic = false
  // Whether it serves another site of the guide and has no counterpart in the model.
  var isAuxiliary = false
  // The variables whose values lie along the enumerated axes: axes are used again along a Markov chain.
  var variables: [Int: EnumeratedVariable] = [:]
  var isLogProbShown = false

  private lazy var computedLogProb = logProbOfValue()

  init(
    _ kind: Kind, _ name: String, distribution: (any Distribution)? = nil, value: Tensor? = nil,
    isObserved: Bool = false
  ) {
    self.kind = kind
    self.name = name
    self.distribution = distribution
    self.isObserved = isObserved
    given = value
  }

  /// The value, which every site has when its run is over.
  public var value: Tensor {
    if let given { return given }
    guard kind == .plate else { stop("site '\(name)' has no value yet") }
    return Tensor.arange(elementCount)
  }

  /// Whether the value was drawn rather than given as data.
  public var isLatent: Bool { kind == .sample && !isObserved }

  /// The log-probability of the value, for each batch element; 0 for sites that are no samples.
  ///
  /// ``scale`` is not in it, and where ``mask`` is false it says nothing.
  public var unscaledLogProb: Tensor { computedLogProb }

  /// The log-probability that counts in an objective: 0 where the mask is false, times ``scale``.
  public var logProb: Tensor { scale == 1 ? maskedLogProb : maskedLogProb * scale }

  var maskedLogProb: Tensor {
    guard let mask else { return computedLogProb }
    return `where`(mask, computedLogProb, 0)
  }

  /// The sum of ``logProb``.
  public var logProbSum: Tensor { logProb.sum() }

  private func logProbOfValue() -> Tensor {
    guard let distribution else { return Tensor(0 as Float) }
    if let density = densityOfOwnValue(distribution) { return density }
    // Each value of an enumerated site has its probability, masked or not: a sum over the values needs it.
    if enumeratedDim != nil { return logProbOfSupport(distribution) ?? distribution.logProb(value) }
    let counted = mask.map { distribution.masked(by: $0) } ?? distribution
    return counted.logProb(value)
  }

  // A point mass gives the value that it is at, so there is nothing to compare.
  private func densityOfOwnValue(_ distribution: any Distribution) -> Tensor? {
    guard let delta = distribution as? Delta, delta.value.node === value.node else { return nil }
    return delta.logDensity.expanded(to: delta.batchShape)
  }

  // The logits of all categories are at hand, so nothing has to be looked up.
  private func logProbOfSupport(_ distribution: any Distribution) -> Tensor? {
    guard let dim = enumeratedDim, let categorical = distribution.unexpanded as? Categorical else {
      return nil
    }
    categorical.showParameters()
    return laidOut(categorical.logits, along: dim, distribution.batchShape)
  }

  // Numbers of categories, in the last axis, along the axis of the enumerated values.
  private func laidOut(_ numbers: Tensor, along dim: Int, _ batchShape: [Int]) -> Tensor {
    let rank = max(-dim, batchShape.count)
    let missing = [Int](repeating: 1, count: rank - (numbers.rank - 1))
    let axis = rank + dim
    // Along a Markov chain the axis may lie among those of the batch, which do not use it then.
    let wide = numbers.reshaped(to: missing + numbers.shape)
    let table = wide.squeezed(axis: axis).movingAxis(-1, to: axis)
    let around = [Int](repeating: 1, count: rank - batchShape.count)
    var shape = around + batchShape
    shape[axis] = numbers.shape[numbers.rank - 1]
    return table.expanded(to: shape)
  }

  /// The probabilities of the value, in the shape of ``unscaledLogProb``, where one of them may be 0 and have a gradient;
  /// else nil.
  ///
  /// The logarithm of such a probability has no gradient, and a sum over enumerated values has.
  var fadingProbs: Tensor? {
    guard let distribution,
      let probs = (distribution.unexpanded as? any FadingDistribution)?.fadingProbs
    else { return nil }
    if let dim = enumeratedDim, distribution.unexpanded is Categorical {
      return laidOut(probs, along: dim, distribution.batchShape)
    }
    let values = Tensor.arange(probs.shape[probs.rank - 1])
    let isChosen = value.expandingDimensions(at: -1) .== values
    let chosen = `where`(isChosen, probs, 0).sum(axis: -1)
    return chosen.expanded(to: unscaledLogProb.shape)
  }
}

/// A plate around a site.
public struct PlateFrame: Hashable, Sendable {
  /// The plate's name.
  public let name: String
  /// The axis of the batch shape, counted from the right and so negative; nil for a sequential plate.
  public let dim: Int?
  /// The number of elements that are looked at.
  public let count: Int
  /// The number of elements.
  public let size: Int
  /// The index of the element that a sequential plate runs; 0 for others.
  public let index: Int

  /// The factor by which each element that is looked at counts for all.
  var scale: Double { Double(size) / Double(count) }

  /// Whether sums over enumerated sites inside have to be multiplied over the elements as a whole.
  ///
  /// The elements of a sequential plate are sites of their own, as in a plain loop; only where they count for others
  /// that are not looked at do they belong together.
  var isProduct: Bool { dim != nil || count != size }
}
