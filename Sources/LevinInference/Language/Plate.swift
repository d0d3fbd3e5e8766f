public import LevinTensor

/// Elements that are independent of each other given the sites outside: observations, components, groups.
///
/// A plate has an axis of the batch shape, counted from the right, along which every distribution inside
/// has the plate's size:
///
///     plate("data", data.count) {
///       sample("observations", Normal(mean, 1), observed: data)
///     }
///
/// Kept as a value it can be entered several times, in any order of nesting:
///
///     let dims = Plate("dims", 2, dim: -1)
///     let components = Plate("components", 3, dim: -2)
///     let scale = components { sample("scale", LogNormal(0, 0.5)) }
///     let locs = dims { components { sample("locs", Normal(0, 4)) } }
///
/// With `subsampleSize` each run looks at a random part of the elements, and the sites inside count for all:
/// their log-probabilities are multiplied by size / subsampleSize.
public struct Plate {
  /// The name, which no other site of the model has.
  public let name: String
  /// The number of elements.
  public let size: Int
  let chosen: Tensor?
  /// The axis that was asked for, or nil for the rightmost one that is free.
  public let dim: Int?

  /// The indices of the elements that this run looks at, as `int64`.
  public var indices: Tensor { chosen ?? Tensor.arange(size) }

  /// The number of elements that this run looks at.
  public var count: Int { chosen?.count ?? size }

  /// Makes a plate, and chooses the elements that a run looks at.
  ///
  /// - Parameters:
  ///   - name: A name that no other site of the model has.
  ///   - size: The number of elements; at least 1.
  ///   - subsampleSize: The number of elements that a run looks at; all of them when left out.
  ///   - subsample: The indices to look at, if they are chosen elsewhere, as by a data loader: integers from 0 to
  ///     size - 1. A guide that looks at others is refused.
  ///   - dim: The axis, counted from the right of the batch shape: -1 is the last. Left out, the rightmost
  ///     one that no enclosing plate has.
  public init(
    _ name: String, _ size: Int, subsampleSize: Int? = nil, subsample: Tensor? = nil,
    dim: Int? = nil
  ) {
    requireInModel(size > 0, "plate '\(name)': the size is \(size), and must be at least 1")
    requireInModel(
      dim.map { $0 < 0 } ?? true,
      "plate '\(name)': dim is \(dim ?? 0), and must be negative: dims count from the right")
    let count = subsample?.count ?? subsampleSize ?? size
    requireInModel(
      (1...size).contains(count),
      "plate '\(name)': the subsample has \(count) of \(size) elements; choose from 1 to \(size)")
    if let subsample { Self.check(subsample, ofPlate: name, size) }
    (self.name, self.size, self.dim) = (name, size, dim)
    let site = Site(.plate, name, value: subsample)
    site.elementCount = size
    site.lookedAtCount = count
    site.hasOwnIndices = subsample != nil
    site.isSubsampled = subsample != nil || subsampleSize != nil
    // The first indices of a random order; without subsampling there is nothing to draw.
    HandlerStack.visit(site) { count == size ? nil : Tensor.permutation(size)[0..<count] }
    chosen = site.given
    requireInModel(
      (chosen?.count ?? size) == count,
      "plate '\(name)': the guide looks at \(chosen?.count ?? size) elements and the model at "
        + "\(count); subsample both alike")
  }

  private static func check(_ subsample: Tensor, ofPlate name: String, _ size: Int) {
    requireInModel(
      subsample.rank == 1 && [.int64, .int32].contains(subsample.dtype),
      "plate '\(name)': the subsample has dtype \(subsample.dtype) and shape \(subsample.shape); give one axis "
        + "of int64 indices")
    let indices = withoutGradient { subsample.scalars(as: Int.self) }
    let wrong = indices.first { !(0..<size).contains($0) }
    requireInModel(
      wrong == nil,
      "plate '\(name)': the subsample has index \(wrong ?? 0), which is outside of its \(size) elements, 0 to "
        + "\(size - 1)")
  }

  /// Runs `body` inside the plate.
  @discardableResult
  public func callAsFunction<R>(_ body: () throws -> R) rethrows -> R {
    try inside(dim: freeDim(), body)
  }

  /// Runs `body` inside the plate, which takes an axis that is known to be free.
  func inside<R>(dim: Int, _ body: () throws -> R) rethrows -> R {
    try HandlerStack.with(scope(dim: dim), body)
  }

  /// Runs `body` inside the plate with the indices that are looked at.
  @discardableResult
  public func callAsFunction<R>(_ body: (_ indices: Tensor) throws -> R) rethrows -> R {
    try callAsFunction { try body(indices) }
  }

  /// Runs `body` once for each index, one after the other, and gives all results.
  ///
  /// No axis is taken: sites inside have names of their own for each index, as `"state \(index)"`.
  @discardableResult
  public func sequential<R>(_ body: (_ index: Int) throws -> R) rethrows -> [R] {
    try indices.scalars(as: Int.self).map { index in
      try HandlerStack.with(scope(dim: nil, index: index)) { try body(index) }
    }
  }

  // A batch of more data stands for all of them, wherever its plate was made.
  private func scope(dim: Int?, index: Int = 0) -> PlateScope {
    let total = HandlerStack.total(ofPlate: name) ?? size
    let frame = PlateFrame(name: name, dim: dim, count: count, size: total, index: index)
    return PlateScope(frame, indices: chosen)
  }

  private func freeDim() -> Int {
    let enclosing = HandlerStack.plates
    requireInModel(
      !enclosing.contains { $0.name == name },
      "plate '\(name)' is entered inside itself; give each plate a name of its own")
    let taken = Set(enclosing.compactMap(\.dim))
    guard let dim else { return (1...).lazy.map { -$0 }.first { !taken.contains($0) } ?? -1 }
    let other = enclosing.first { $0.dim == dim }
    requireInModel(
      other == nil,
      "plate '\(name)': dim \(dim) belongs to plate '\(other?.name ?? "")' around it; give one of them "
        + "another dim, or leave dim out")
    return dim
  }
}

/// Runs `body` inside a new plate; see ``Plate``.
@discardableResult
public func plate<R>(
  _ name: String, _ size: Int, subsampleSize: Int? = nil, subsample: Tensor? = nil,
  dim: Int? = nil, _ body: () throws -> R
) rethrows -> R {
  try Plate(name, size, subsampleSize: subsampleSize, subsample: subsample, dim: dim)(body)
}

/// Runs `body` inside a new plate, with the indices that this run looks at; see ``Plate``.
@discardableResult
public func plate<R>(
  _ name: String, _ size: Int, subsampleSize: Int? = nil, subsample: Tensor? = nil,
  dim: Int? = nil, _ body: (_ indices: Tensor) throws -> R
) rethrows -> R {
  try Plate(name, size, subsampleSize: subsampleSize, subsample: subsample, dim: dim)(body)
}

/// A plate that has been entered.
final class PlateScope: Handler {
  let frame: PlateFrame
  private let indices: Tensor?
  private let weight: Double

  /// - Parameters:
  ///   - indices: The indices of the elements that are looked at; nil for all of them.
  ///   - weight: A factor of log-probabilities beside that of the plate.
  init(_ frame: PlateFrame, indices: Tensor? = nil, weight: Double = 1) {
    (self.frame, self.indices, self.weight) = (frame, indices, weight)
  }

  func process(_ site: Site) {
    // Plates are made outside each other, wherever their code stands.
    guard site.kind == .sample else { return }
    site.plates.insert(frame, at: 0)
    if let indices { site.chosenIndices[frame.name] = indices }
    site.plateScale *= frame.scale
    site.explicitScale *= weight
  }

  func postprocess(_ site: Site) {}
}
