import Synchronization

/// One value of the graph: an operation, its inputs, and what is known of the result before it is
/// computed.
///
/// A node never changes, but for its result, which is published once. A node that no differentiable
/// leaf feeds lets go of its inputs when its result is published, so a long-running loop over data
/// keeps no history; a differentiable one keeps them, so it can still be differentiated after it was
/// read.
package final class Node: @unchecked Sendable {
  let operation: Operation
  let dtype: DType
  /// A Swift number, whose dtype gives way to that of the tensor beside it.
  let isWeak: Bool
  /// Whether a leaf that asked for a gradient feeds this node.
  let requiresGradient: Bool
  let inputCount: Int
  let shape: [Int]
  /// What the operation needs beside its inputs: axes, starts and steps, an order.
  let attributes: [Int]
  /// The value of a `scalar`.
  let scalar: Double

  // Written once, but for letting go of them when a node that is not differentiable is evaluated.
  private var first: Node?
  private var second: Node?
  private var third: Node?
  private var others: [Node]?

  /// Where `backward()` leaves the gradient at this leaf, if somebody wants it.
  let sink: GradientSink?

  // Guards the inputs of a node that is not differentiable for a few instructions at a time; a mutex of
  // the library would cost more than all that a walk does with a node.
  private let isBusy = Atomic<Bool>(false)
  private var published: View?
  private let hasResult = Atomic<Bool>(false)

  /// Elements in memory: where they begin and how many elements apart they lie along each axis.
  struct View {
    var storage: Storage
    var offset: Int
    /// Strides in elements, or nil when the layout is row-major without gaps.
    var strides: [Int]?

    func address(_ dtype: DType) -> UnsafeMutableRawPointer {
      storage.pointer + offset * dtype.byteCount
    }
  }

  /// A node whose value follows from `inputs`.
  init(
    _ operation: Operation, _ inputs: NodeInputs, shape: [Int], dtype: DType,
    attributes: [Int] = [], requiresGradient: Bool? = nil
  ) {
    sink = nil
    self.operation = operation
    self.dtype = dtype
    self.shape = shape
    self.attributes = attributes
    self.requiresGradient =
      requiresGradient
      ?? (dtype.isFloatingPoint && inputs.requireGradient && GradientMode.isEnabled)
    isWeak = false
    scalar = 0
    inputCount = inputs.count
    first = inputs.first
    second = inputs.second
    third = inputs.third
    others = inputs.others
  }

  /// A number that plans take as an argument.
  init(scalar: Double, dtype: DType, isWeak: Bool) {
    sink = nil
    operation = .scalar
    self.dtype = dtype
    self.isWeak = isWeak
    self.scalar = isWeak ? scalar : scalar.rounded(to: dtype)
    requiresGradient = false
    shape = []
    attributes = []
    inputCount = 0
  }

  /// Numbers of an array literal: `float32` that give way to the dtype of the tensor beside them,
  /// for which `exact` keeps them in double precision.
  init(literal view: View, exact: Node) {
    sink = nil
    operation = .leaf
    dtype = .float32
    shape = exact.shape
    requiresGradient = false
    isWeak = true
    attributes = []
    scalar = 0
    inputCount = 0
    first = exact
    published = view
    hasResult.store(true, ordering: .releasing)
  }

  /// The numbers of an array literal as they were written.
  var exactLiteral: Node? { operation == .leaf && isWeak ? first : nil }

  /// Numbers in memory.
  init(
    leaf view: View, shape: [Int], dtype: DType, requiresGradient: Bool, sink: GradientSink? = nil
  ) {
    self.sink = sink
    operation = .leaf
    self.dtype = dtype
    self.shape = shape
    self.requiresGradient = requiresGradient
    isWeak = false
    attributes = []
    scalar = 0
    inputCount = 0
    published = view
    hasResult.store(true, ordering: .releasing)
  }

  /// The number of elements.
  var count: Int { Shape.count(shape) }

  /// The elements, when they have been computed.
  var result: View? { hasResult.load(ordering: .acquiring) ? published : nil }

  /// Whether the elements are in memory.
  var isEvaluated: Bool { hasResult.load(ordering: .acquiring) }

  /// Publishes the elements; whoever comes second is ignored, since both computed the same.
  func publish(_ view: View) {
    // Released outside the lock: what hangs on them may be a long chain.
    var dropped = NodeInputs()
    enter()
    if !hasResult.load(ordering: .relaxed) {
      published = view
      if !requiresGradient { dropped = takeInputs() }
      hasResult.store(true, ordering: .releasing)
    }
    leave()
    Self.release(&dropped)
  }

  /// The inputs; none when the node is evaluated and not differentiable.
  ///
  /// Inputs of a differentiable node never change, so they are read without a lock.
  var inputs: NodeInputs {
    if requiresGradient { return NodeInputs(first, second, third, others) }
    enter()
    defer { leave() }
    return NodeInputs(first, second, third, others)
  }

  /// One of the inputs, or nil when the node has let go of them.
  func input(_ index: Int) -> Node? {
    if requiresGradient { return field(index) }
    enter()
    defer { leave() }
    return field(index)
  }

  @inline(__always)
  private func field(_ index: Int) -> Node? {
    switch index {
    case 0: first
    case 1: second
    case 2: third
    default: others?[index - 3]
    }
  }

  private func takeInputs() -> NodeInputs {
    var taken = NodeInputs()
    swap(&taken.first, &first)
    swap(&taken.second, &second)
    swap(&taken.third, &third)
    swap(&taken.others, &others)
    return taken
  }

  @inline(__always)
  private func enter() {
    while isBusy.exchange(true, ordering: .acquiring) {}
  }

  @inline(__always)
  private func leave() { isBusy.store(false, ordering: .releasing) }

  // A chain of a million nodes would overflow the stack if each released the next from its own
  // deinit; so a dying node takes over the inputs of those that die with it.
  deinit {
    guard inputCount > 0, first != nil else { return }
    var mine = takeInputs()
    Self.release(&mine)
  }

  // Empties what it is given: a copy anywhere would keep the nodes from dying here.
  private static func release(_ inputs: inout NodeInputs) {
    guard var next = inputs.takeAny() else { return }
    var waiting: [Node] = []
    while true {
      while let other = inputs.takeAny() { waiting.append(other) }
      if next.inputCount > 0, isKnownUniquelyReferenced(&next) { inputs = next.takeInputs() }
      if let child = inputs.takeAny() {
        next = child
      } else if let other = waiting.popLast() {
        next = other
      } else {
        return
      }
    }
  }
}
