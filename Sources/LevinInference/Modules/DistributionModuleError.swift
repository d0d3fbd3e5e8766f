internal import LevinDistributions
public import LevinTensor
public import LevinTraining

/// Why a distribution cannot be fitted to data.
///
/// Later versions may add cases, so a `switch` over them needs a `default`.
#if compiler(>=6.3)
@nonexhaustive
#endif
public enum DistributionModuleError: Error, Sendable, CustomStringConvertible {
  /// An observation is one that the distribution cannot produce, or NaN.
  case outsideSupport(OutsideSupport)
  /// Observations whose shape does not go with that of the distribution.
  case unfittingShapes(UnfittingShapes)

  /// The cause, the observation, and what to do about it.
  public var description: String {
    switch self {
    case .outsideSupport(let observation):
      "\(observation); correct the data or choose a distribution that can produce it"
    case .unfittingShapes(let shapes): "\(shapes)"
    }
  }
}

/// An observation where a distribution has no mass.
public struct OutsideSupport: Sendable, CustomStringConvertible {
  /// The type of the module.
  public let module: String
  /// The type of its distribution.
  public let distribution: String
  /// The data set that holds the observation.
  public let role: DataRole
  /// Its index in the data set's tensor, one number for each axis.
  public let index: [Int]
  /// The observation.
  public let value: Double
  /// The condition that every observation must meet.
  public let support: Constraint

  /// The index, the value and the condition in one sentence.
  public var description: String {
    "\(module): the \(role) at \(index) is \(value.spelt), which is not \(support), "
      + "as \(distribution) needs"
  }
}

extension OutsideSupport {
  static func check(
    _ data: Tensor, role: DataRole, firstIndex: Int, of module: some LightningModule,
    against distribution: any Distribution
  ) throws {
    try distribution.validate()
    let support = distribution.support
    let isInside = isInside(data, support)
    let areInside = isInside.all()
    try evaluate(areInside)
    if areInside.item(as: Bool.self) { return }
    guard let position = isInside.scalars(as: Bool.self).firstIndex(of: false) else { return }
    let eventSize = data.elementCount / isInside.elementCount
    var index = Shape.position(position, in: isInside.shape)
    if !index.isEmpty { index[0] += firstIndex }
    throw DistributionModuleError.outsideSupport(
      OutsideSupport(
        module: "\(type(of: module))", distribution: "\(type(of: distribution))", role: role,
        index: index,
        value: data.flattened()[position * eventSize].item(), support: support))
  }

  // One Boolean for each observation, which a support with batch axes may meet several times.
  private static func isInside(_ data: Tensor, _ support: Constraint) -> Tensor {
    var isInside = support.check(data)
    let shape = Array(data.shape.dropLast(support.eventRank))
    while isInside.rank > shape.count { isInside = isInside.all(axis: 0) }
    let repeated = shape.indices.filter { shape[$0] == 1 && isInside.shape[$0] != 1 }
    return repeated.isEmpty ? isInside : isInside.all(axes: repeated, keepingDimensions: true)
  }
}
