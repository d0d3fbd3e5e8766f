#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Chains of tensors without gradient, which are computed when they have grown long.
///
/// A tensor is computed when somebody reads it, and until then it holds all that it follows from. A tensor
/// that a program makes anew in every step from the one before, a moving average of weights or a running
/// sum of losses, would hold all steps since it was read last: their graphs, and a copy of the weights for each.
/// PyTorch's users write `average = average * 0.99 + weights.detached() * 0.01` and think nothing of it. So
/// that this plain line is right here too, a tensor is evaluated as it is made when the chain of operations
/// without gradient behind it is longer than ``longest``; evaluated, it lets go of what it was made from.
///
/// A node counts the chain (`Node.chain`): one more than the longest of its inputs', where an evaluated input
/// counts 0. Operations with gradient do not count but hand on what their inputs have: a chain that goes
/// through `detached()`, the state of a recurrent network for example, has a link there, and it is as long
/// as there are such links. A chain with gradient is never cut, for it may be differentiated; nor is the inside
/// of gradient rules and of an optimizer's proposal (``unbounded(_:)``), which are evaluated together with the
/// loss. A gradient has the chain of its loss.
///
/// Large tensors fill the memory sooner. So where a chain becomes 32, 64 and 128 operations long, the blocks of
/// memory behind it are added up. It is evaluated if they are ``mostBytesHeld`` or more and at least
/// ``leastGain`` times the largest of them and the tensor itself. A model that is applied to data without
/// gradient may have as many operations over as many bytes, but these are a few blocks, over and over: cut there,
/// it would pass over the data twice. Where many blocks are behind a tensor of the size of one, a cut costs
/// little.
///
/// All that depends on the structure of the graph alone, so bits do not change with threads or with time.
package enum LazyChains {
  /// The most operations of a chain that is not evaluated.
  static let longest: UInt16 = 256
  /// The bytes behind a chain from which it may be evaluated before that.
  static let mostBytesHeld = 64 << 20
  /// The bytes that an evaluation sets free for each that it takes, at least.
  private static let leastGain = 8
  /// The length from which a look at a chain is worth the time.
  static let firstLook: UInt16 = 32
  /// The most nodes that one look goes through, the nearest ones.
  private static let mostNodes = 2048

  // A mark of the thread that is in such a scope, for which a task-local would allocate memory.
  private static let scope: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key, nil)
    require(status == 0, "the system gave no thread-local value: error \(status)")
    return key
  }()

  /// Runs `body` without an evaluation of a long chain, for graphs that are evaluated together soon.
  package static func unbounded<R>(_ body: () -> R) -> R {
    let outer = pthread_getspecific(scope)
    pthread_setspecific(scope, UnsafeRawPointer(bitPattern: 1))
    defer { pthread_setspecific(scope, outer) }
    return body()
  }

  /// Evaluates a node that was made just now, if its chain is too long.
  @inline(never)
  static func bound(_ node: Node) {
    guard !node.requiresGradient, !node.isEvaluated, pthread_getspecific(scope) == nil else {
      return
    }
    guard node.chain > longest || isLookedAt(node.chain) && isHeavy(node) else { return }
    // A fault is told of when somebody reads the tensor.
    try? Evaluation.run([node])
  }

  // At powers of two. A tensor may be two operations from the one before, of which one has no tensor.
  private static func isLookedAt(_ chain: UInt16) -> Bool { (chain & ~1).nonzeroBitCount == 1 }

  private static func isHeavy(_ root: Node) -> Bool {
    var total = 0
    var largest = root.count * root.dtype.byteCount
    var seen: Set<Int> = []
    forEachBlock(behind: root) { storage in
      guard seen.insert(storage.identity).inserted else { return }
      total += storage.byteCount
      largest = max(largest, storage.byteCount)
    }
    return total >= mostBytesHeld && total / leastGain >= largest
  }

  // From near to far. An evaluated node holds its inputs only if it has a gradient.
  private static func forEachBlock(behind root: Node, _ body: (Storage) -> Void) {
    let ticket = GraphReaders.shared.enter()
    defer { GraphReaders.shared.leave(ticket) }
    var nodes = NodePositions(usesMarks: ticket.ownsMarks)
    nodes.add(.passUnretained(root))
    var next = 0
    while next < nodes.count, nodes.count < mostNodes {
      let node = nodes[next].takeUnretainedValue()
      next += 1
      let result = node.result
      if let result { body(result.storage) }
      guard result == nil || node.requiresGradient else { continue }
      for index in 0..<Int(node.inputCount) {
        guard let input = node.unownedInput(index), nodes.position(of: input) == nil else {
          continue
        }
        nodes.add(input)
      }
    }
  }
}
