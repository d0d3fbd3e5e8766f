/// A program for a structure of graph: passes in order, and the memory between them.
final class Plan: Sendable {
  enum Step: Sendable {
    case pass(Pass)
    case routine(RoutineStep)
  }

  /// The location of a root's elements when the plan has run.
  enum Root: Sendable {
    case leaf(Int, strides: [Int]?)
    /// In a stored node's memory, as elements of so many bytes.
    case stored(Int, elementSize: Int)
  }

  /// The memory of a stored node.
  enum Stored: Sendable {
    /// In the execution's own memory, at an offset.
    case inArena(Int)
    /// A small result, in the block that small results share.
    case amongSmallRoots(Int)
    /// A result in a block of its own, of so many bytes.
    case alone(Int)
  }

  let steps: [Step]
  let roots: [Root]
  let stored: [Stored]
  /// The bytes of the block that small results share.
  let smallRootBytes: Int
  let constants: Storage
  /// The memory of scalars, and after them of stored nodes that are no roots.
  let arenaBytes: Int

  init(
    steps: [Step], roots: [Root], stored: [Stored], smallRootBytes: Int,
    constants: Storage, arenaBytes: Int
  ) {
    self.steps = steps
    self.roots = roots
    self.stored = stored
    self.smallRootBytes = smallRootBytes
    self.constants = constants
    self.arenaBytes = arenaBytes
  }

  /// The bytes that the passes need on a number of threads beside the arena, one after the other.
  func workspaceBytes(threads: Int) -> Int {
    var most = 0
    for case .pass(let pass) in steps {
      most = max(most, pass.program.workspaceBytes(threads: threads))
    }
    return most
  }
}

/// One run of a routine, and the memory of its operands and its result.
struct RoutineStep: Sendable {
  /// Elements in a buffer.
  struct View: Sendable {
    var buffer: Int
    var byteOffset: Int
    var shape: [Int]
    var strides: [Int]
    var dtype: DType
  }

  var operation: Operation
  var attributes: [Int]
  var operands: [View]
  var result: View
}
