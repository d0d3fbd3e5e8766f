/// The step memory of one plan: the data that it has seen and the nodes that it has kept.
///
/// A loop over full batches runs one plan again and again with the same data and other parameters. What
/// depends on the data alone is computed in the first run, written to memory in the second, when the data
/// are seen again, and read from there in all others. Nothing changes a bit: passes keep the cuts they
/// have without it.
final class PlanMemory: Sendable {
  /// A leaf that a plan was run with: the elements of a storage from an offset on.
  ///
  /// Strides are part of the plan's key already.
  private struct Identity: Equatable {
    var storage: Int
    var offset: Int

    init(_ leaf: Capture.Leaf) {
      storage = leaf.storage
      offset = leaf.offset
    }
  }

  private struct Sighting {
    var leaves: [Identity]
    var scalars: [UInt64]
  }

  /// Plans for one choice of leaves and numbers that stay the same.
  private struct Variant {
    var keepsakes: Keepsakes
    var filling: Plan
    var recalling: Plan
  }

  private struct Entry {
    var number: Int
    var variant: Variant
    var leaves: [Identity]
    var scalars: [UInt64]
    var storages: [Storage]
  }

  private struct State {
    var sightings: [Sighting] = []
    var nextSighting = 0
    var variants: [Variant] = []
    /// Choices that leave nothing worth keeping.
    var barren: Set<[Bool]> = []
    var entries: [Entry] = []
  }

  /// The plan and the memory of a run.
  enum Run {
    /// By the plan itself.
    case whole
    /// By another plan, with memory that it reads.
    case recalling(Plan, [Storage])
    /// By another plan, with memory that it writes; to be committed when it has.
    case filling(Plan, [Storage], commit: () -> Void)
  }

  private static let sightingsKept = 64
  private static let variantsKept = 8
  private static let leastElements = 256

  private let draft: Planner.Draft
  /// Leaves that are data rather than parameters, by their size.
  private let largeLeaves: [Int]
  private let state = Locked(State())

  init(_ draft: Planner.Draft) {
    self.draft = draft
    largeLeaves = Self.largeLeaves(draft)
  }

  deinit { StepMemory.shared.forget(of: self) }

  /// Whether there is a leaf large enough for something to be worth keeping.
  static func isWorthwhile(_ draft: Planner.Draft) -> Bool { !largeLeaves(draft).isEmpty }

  private static func largeLeaves(_ draft: Planner.Draft) -> [Int] {
    draft.stages.layout.graph.nodes.compactMap { node in
      guard case .leaf(let leaf, _) = node.source, Shape.count(node.shape) >= leastElements else {
        return nil
      }
      return leaf
    }
  }

  /// The plan and the memory of a run for a captured graph.
  func run(for capture: Capture) -> Run {
    let budget = StepMemory.shared.budget
    if budget == 0 { return .whole }
    return state.withLock { state -> Run in
      if let index = state.entries.firstIndex(where: { Self.matches($0, capture) }) {
        let entry = state.entries[index]
        StepMemory.shared.use(entry.number)
        return .recalling(entry.variant.recalling, entry.storages)
      }
      guard let earlier = matchingSighting(state, capture) else {
        note(capture, &state)
        return .whole
      }
      guard let variant = variant(for: capture, since: earlier, &state),
        variant.keepsakes.byteCount <= budget
      else { return .whole }
      return filling(variant, capture)
    }
  }

  /// Drops entries, whose memory the caller lets go of when no lock is held.
  func drop(_ numbers: Set<Int>) -> [Storage] {
    state.withLock { state in
      let dropped = state.entries.filter { numbers.contains($0.number) }.flatMap(\.storages)
      state.entries.removeAll { numbers.contains($0.number) }
      return dropped
    }
  }

  private static func matches(_ entry: Entry, _ capture: Capture) -> Bool {
    let keepsakes = entry.variant.keepsakes
    for (index, leaf) in keepsakes.leaves.enumerated()
    where entry.leaves[index] != Identity(capture.leaves[leaf]) {
      return false
    }
    for (index, scalar) in keepsakes.scalars.enumerated()
    where entry.scalars[index] != capture.scalars[scalar].value.bitPattern {
      return false
    }
    return true
  }

  private func matchingSighting(_ state: State, _ capture: Capture) -> Sighting? {
    state.sightings.last { sighting in
      largeLeaves.contains { sighting.leaves[$0] == Identity(capture.leaves[$0]) }
    }
  }

  private func note(_ capture: Capture, _ state: inout State) {
    let sighting = Sighting(
      leaves: capture.leaves.map { Identity($0) }, scalars: capture.scalars.map(\.value.bitPattern))
    if state.sightings.count < Self.sightingsKept {
      state.sightings.append(sighting)
    } else {
      state.sightings[state.nextSighting] = sighting
      state.nextSighting = (state.nextSighting + 1) % Self.sightingsKept
    }
  }

  private func variant(
    for capture: Capture, since earlier: Sighting, _ state: inout State
  ) -> Variant? {
    let sameLeaves = capture.leaves.indices.map {
      earlier.leaves[$0] == Identity(capture.leaves[$0])
    }
    let sameScalars = capture.scalars.indices.map {
      earlier.scalars[$0] == capture.scalars[$0].value.bitPattern
    }
    if state.barren.contains(sameLeaves + sameScalars) { return nil }
    let keepsakes = Keepsakes(
      draft.stages, hasUniformRows: draft.hasUniformRows, sameLeaves: { sameLeaves[$0] },
      sameScalars: { sameScalars[$0] })
    if keepsakes.items.isEmpty {
      if state.barren.count < Self.sightingsKept { state.barren.insert(sameLeaves + sameScalars) }
      return nil
    }
    if let known = state.variants.first(where: { $0.keepsakes.items == keepsakes.items }) {
      return known
    }
    if state.variants.count >= Self.variantsKept { return nil }
    let variant = Variant(
      keepsakes: keepsakes, filling: Planner.filling(keepsakes, draft),
      recalling: Planner.recalling(keepsakes, draft))
    state.variants.append(variant)
    return variant
  }

  private func filling(_ variant: Variant, _ capture: Capture) -> Run {
    let storages = variant.keepsakes.items.map { Storage(byteCount: $0.byteCount) }
    let leaves = variant.keepsakes.leaves.map { capture.leaves[$0] }
    let scalars = variant.keepsakes.scalars.map { capture.scalars[$0].value.bitPattern }
    return .filling(variant.filling, storages) {
      let number = StepMemory.shared.add(
        to: self, byteCount: variant.keepsakes.byteCount,
        data: variant.keepsakes.leaves.map { capture.leafViews[$0].storage })
      self.state.withLock {
        $0.entries.append(
          Entry(
            number: number, variant: variant, leaves: leaves.map { Identity($0) },
            scalars: scalars, storages: storages))
      }
      StepMemory.shared.trim()
    }
  }
}
