/// A program for a structure of graph: passes in order, and the memory between them.
final class Plan: Sendable {
  enum Step: Sendable {
    case pass(Pass)
    case copy(CopyStep)
  }

  /// Where a root's elements are when the plan has run.
  enum Root: Sendable {
    case leaf(Int)
    case stored(Int)
  }

  /// The memory of a stored node.
  struct Stored: Sendable {
    var byteCount: Int
    /// Whether the caller asked for it, so that it outlives the execution.
    var isRoot: Bool
    /// Where it lies in the execution's own memory if it is no root.
    var offset: Int
  }

  let steps: [Step]
  let roots: [Root]
  let stored: [Stored]
  let constants: Storage
  /// The execution's memory: scalars first, then stored nodes that are no roots, then scratch.
  let arenaBytes: Int
  let scratchBytes: Int
  let accumulatorBytes: Int
  let slotCount: Int

  init(
    steps: [Step], roots: [Root], stored: [Stored],
    constants: Storage, arenaBytes: Int
  ) {
    self.steps = steps
    self.roots = roots
    self.stored = stored
    self.constants = constants
    self.arenaBytes = arenaBytes
    let passes = steps.compactMap { step -> Pass? in
      if case .pass(let pass) = step { pass } else { nil }
    }
    scratchBytes = passes.map(\.scratchBytes).max() ?? 0
    accumulatorBytes = passes.map(\.program.accumulatorBytes).max() ?? 0
    slotCount = passes.map(\.slots.count).max() ?? 0
  }
}

/// Elements that change places along the chunk axis: zeros, then parts copied in.
struct CopyStep: Sendable {
  struct Part: Sendable {
    var from: Int
    var fromOffset: Int
    var fromStrides: [Int]
    var shape: [Int]
    var toOffset: Int
    var toStrides: [Int]
  }

  var buffer: Int
  var byteCount: Int
  var elementSize: Int
  var parts: [Part]
}
