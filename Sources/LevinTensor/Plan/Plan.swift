/// A program for a structure of graph: passes in order, and the memory between them.
final class Plan: Sendable {
  enum Step: Sendable {
    case pass(Pass)
    case routine(RoutineStep)
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

/// One run of a routine: where its operands and its result lie.
struct RoutineStep: Sendable {
  struct Place: Sendable {
    var buffer: Int
    var byteOffset: Int
    var shape: [Int]
    var strides: [Int]
    var dtype: DType
  }

  var operation: Operation
  var attributes: [Int]
  var operands: [Place]
  var result: Place
}
