internal import LevinTensor

/// Several runs of a model and a guide, whose losses are averaged.
///
/// An objective of one run is noisy where the guide draws. Runs go one after the other, or all at once along
/// an axis left of all plates: that costs little more than one, and needs a model whose indexing lets further
/// axes stand on the left.
struct Particles {
  let count: Int
  let isVectorized: Bool
  private var knownNesting: Int?

  init(_ count: Int, isVectorized: Bool, maxPlateNesting: Int?, for objective: String) {
    require(
      count > 0, "\(objective): the number of particles is \(count), and must be positive")
    require(
      maxPlateNesting.map { $0 >= 0 } ?? true,
      "\(objective): maxPlateNesting is \(maxPlateNesting ?? 0), and must not be negative")
    self.count = count
    self.isVectorized = isVectorized && count > 1
    knownNesting = maxPlateNesting
  }

  /// Whether the number of axes that plates take was given or found before.
  var knowsNesting: Bool { knownNesting != nil }

  /// The number of axes of the batch shape that plates take, as they were given or as the first run has them.
  ///
  /// - Throws: ``InferenceError`` if a site of the first run is wider than its plates.
  mutating func maxPlateNesting(model: () throws -> Void, guide: () throws -> Void) throws -> Int {
    let nesting = try knownNesting ?? PlainRun.first(model: model, guide: guide)
    knownNesting = nesting
    return nesting
  }

  /// The mean of what runs give, each told how many axes plates and particles take together, and the axis of
  /// the particles that it stands for.
  mutating func mean(
    model: () throws -> Void, guide: () throws -> Void,
    of body: (_ plateRank: Int, _ axis: ParticleAxis) throws -> Tensor
  ) throws -> Tensor {
    let losses = try flushingPrintedText {
      let nesting = try maxPlateNesting(model: model, guide: guide)
      if isVectorized {
        return [try body(nesting + 1, ParticleAxis(dim: -1 - nesting, count: count))]
      }
      return try (0..<count).map { _ in try body(nesting, ParticleAxis()) }
    }
    return losses.count == 1 ? losses[0] : losses.dropFirst().reduce(losses[0], +) / Double(count)
  }
}

/// An axis along which a program runs many times at once; or none, for a run alone.
struct ParticleAxis {
  private let scope: PlateScope?

  init() { scope = nil }

  init(dim: Int, count: Int) {
    let frame = PlateFrame(
      name: "particles", dim: dim, count: count, size: count, index: 0)
    scope = PlateScope(frame, weight: 1 / Double(count))
  }

  func run(_ program: () throws -> Void) throws {
    guard let scope else { return try program() }
    try HandlerStack.with(scope, program)
  }
}
