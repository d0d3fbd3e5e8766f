import Synchronization

/// One value of the graph: an operation, its inputs, and what is known of the result before it is
/// computed.
///
/// A node never changes, but for its result, which is published once. A node that no differentiable
/// leaf feeds lets go of its inputs some time after its result is published, so a long-running loop
/// over data keeps no history; a differentiable one keeps them, so it can still be differentiated after
/// it was read.
///
/// A training step makes some hundred nodes, so fields are few: what most nodes lack stands in ``Extra``.
package final class Node: @unchecked Sendable {
  let operation: Operation
  let dtype: DType
  /// A Swift number, whose dtype gives way to that of the tensor beside it.
  let isWeak: Bool
  /// Whether a leaf that asked for a gradient feeds this node.
  let requiresGradient: Bool
  private let publication = Atomic<UInt8>(Publication.none)
  /// The number of operations without gradient in a row since the last values in memory.
  ///
  /// An operation with gradient hands on the number of its inputs. See ``LazyChains``.
  private(set) var chain: UInt16 = 0
  let inputCount: Int32
  /// The node's position in the walk that goes on, if one does; see ``NodePositions``.
  var mark: Int32 = 0
  let shape: [Int]
  /// The value of a `scalar`.
  let scalar: Double

  // Written once, but for letting go of them when a node that is not differentiable is evaluated. The
  // node owns its inputs by hand: a walk that reads them as ordinary fields would count references, which
  // takes longer than all else it does.
  private var first: Unmanaged<Node>?
  private var second: Unmanaged<Node>?
  private var third: Unmanaged<Node>?
  private var extra: Extra?

  // The result: elements in memory.
  private var storage: Storage?
  private var offset = 0
  private var strides: [Int]?

  /// The fields that few nodes have.
  private final class Extra {
    let attributes: [Int]
    var others: [Node]?
    let sink: GradientSink?
    let fault: Fault?

    init(
      attributes: [Int] = [], others: [Node]? = nil, sink: GradientSink? = nil,
      fault: Fault? = nil
    ) {
      self.attributes = attributes
      self.others = others
      self.sink = sink
      self.fault = fault
    }
  }

  // An error is large, and nearly no node has one.
  private final class Fault {
    let error: EvaluationError

    init(_ error: EvaluationError) { self.error = error }
  }

  private enum Publication {
    static let none: UInt8 = 0
    static let begun: UInt8 = 1
    static let done: UInt8 = 2
  }

  /// Elements in memory, from an offset on and with a stride for each axis.
  struct View {
    var storage: Storage
    var offset: Int
    /// Strides in elements, or nil when the layout is row-major without gaps.
    var strides: [Int]?

    /// Reads the elements from the first one on, which stay where they are until `body` returns.
    func withElements<R, E: Error>(
      _ dtype: DType, _ body: (UnsafeMutableRawPointer) throws(E) -> R
    ) throws(E) -> R {
      defer { storage.noteAccess() }
      return try body(storage.pointer + offset * dtype.byteCount)
    }
  }

  /// A node whose value follows from `inputs`.
  init(
    _ operation: Operation, _ inputs: NodeInputs, shape: [Int], dtype: DType,
    attributes: [Int] = [], requiresGradient: Bool? = nil
  ) {
    self.operation = operation
    self.dtype = dtype
    self.shape = shape
    self.requiresGradient =
      requiresGradient
      ?? (dtype.isFloatingPoint && inputs.requireGradient && GradientMode.isEnabled)
    isWeak = false
    scalar = 0
    chain = Self.chain(after: inputs.longestChain, requiresGradient: self.requiresGradient)
    inputCount = Int32(inputs.count)
    first = inputs.first.map { .passRetained($0) }
    second = inputs.second.map { .passRetained($0) }
    third = inputs.third.map { .passRetained($0) }
    if !attributes.isEmpty || inputs.others != nil {
      extra = Extra(attributes: attributes, others: inputs.others)
    }
  }

  /// A node of two inputs whose gradient requirement is known.
  init(
    _ operation: Operation, _ first: Node, _ second: Node, shape: [Int], dtype: DType,
    requiresGradient: Bool
  ) {
    self.operation = operation
    self.dtype = dtype
    self.shape = shape
    self.requiresGradient = requiresGradient
    isWeak = false
    scalar = 0
    chain = Self.chain(
      after: Swift.max(first.openChain, second.openChain), requiresGradient: requiresGradient)
    inputCount = 2
    self.first = .passRetained(first)
    self.second = .passRetained(second)
  }

  /// A number that plans take as an argument.
  init(scalar: Double, dtype: DType, isWeak: Bool) {
    operation = .scalar
    self.dtype = dtype
    self.isWeak = isWeak
    self.scalar = isWeak ? scalar : scalar.rounded(to: dtype)
    requiresGradient = false
    shape = []
    inputCount = 0
  }

  /// Numbers of an array literal: `float32` that give way to the dtype of the tensor beside them,
  /// for which `exact` keeps them in double precision, and `integers` if all are integers.
  init(literal view: View, exact: Node, integers: Node? = nil) {
    operation = .leaf
    dtype = .float32
    shape = exact.shape
    requiresGradient = false
    isWeak = true
    scalar = 0
    inputCount = 0
    first = .passRetained(exact)
    second = integers.map { .passRetained($0) }
    set(view)
  }

  /// A Swift integer that a double does not hold, in memory.
  init(weakInteger view: View) {
    operation = .leaf
    dtype = .int64
    shape = []
    requiresGradient = false
    isWeak = true
    scalar = 0
    inputCount = 0
    set(view)
  }

  /// The numbers of an array literal as they were written.
  var exactLiteral: Node? {
    operation == .leaf && isWeak ? first?.takeUnretainedValue() : nil
  }

  /// The numbers of an array literal of integers, which they are beside a tensor of integers.
  var integerLiteral: Node? {
    operation == .leaf && isWeak ? second?.takeUnretainedValue() : nil
  }

  /// Numbers in memory.
  init(
    leaf view: View, shape: [Int], dtype: DType, requiresGradient: Bool, sink: GradientSink? = nil
  ) {
    operation = .leaf
    self.dtype = dtype
    self.shape = shape
    self.requiresGradient = requiresGradient
    isWeak = false
    scalar = 0
    inputCount = 0
    if let sink { extra = Extra(sink: sink) }
    set(view)
  }

  /// Numbers that could not be made: to compute them, or what follows from them, is this fault.
  init(fault: EvaluationError, shape: [Int], dtype: DType) {
    operation = .leaf
    self.dtype = dtype
    self.shape = shape
    requiresGradient = false
    isWeak = false
    scalar = 0
    inputCount = 0
    extra = Extra(fault: Fault(fault))
  }

  /// The fault that stands in the place of the elements.
  var fault: EvaluationError? { extra?.fault?.error }

  /// The number of elements.
  var count: Int { Shape.count(shape) }

  /// Integers that the operation needs beside its inputs, as the types of `Attributes.swift` read them.
  var attributes: [Int] { extra?.attributes ?? [] }

  /// The number of attributes, which is 0 for most nodes.
  var attributeCount: Int { extra?.attributes.count ?? 0 }

  /// The receiver of the gradient at this leaf, if somebody wants it.
  var sink: GradientSink? { extra?.sink }

  /// The chain that goes on in what is made from this node: 0 once the elements are in memory.
  @inline(__always)
  var openChain: UInt16 { chain == 0 || isEvaluated ? 0 : chain }

  // A chain that is never cut may begin to count anew, which only delays the next cut.
  @inline(__always)
  private static func chain(after longest: UInt16, requiresGradient: Bool) -> UInt16 {
    longest &+ (requiresGradient ? 0 : 1)
  }

  /// Shortens the chain of a node that nobody but its maker has seen.
  func shortenChain(to length: UInt16) {
    if chain > length { chain = length }
  }

  /// Whether the elements are in memory.
  var isEvaluated: Bool { publication.load(ordering: .acquiring) == Publication.done }

  /// The elements, when they have been computed.
  var result: View? {
    guard isEvaluated, let storage else { return nil }
    return View(storage: storage, offset: offset, strides: strides)
  }

  /// Publishes the elements; whoever comes second is ignored, since both computed the same.
  ///
  /// - Returns: Whether the node has inputs that it may let go of, by ``takeInputs()``, when nobody who
  ///   may read them is left.
  func publish(_ view: View) -> Bool {
    let (isFirst, _) = publication.compareExchange(
      expected: Publication.none, desired: Publication.begun, ordering: .acquiringAndReleasing)
    guard isFirst else {
      while !isEvaluated {}
      return false
    }
    set(view)
    return !requiresGradient && inputCount > 0
  }

  private func set(_ view: View) {
    storage = view.storage
    offset = view.offset
    strides = view.strides
    publication.store(Publication.done, ordering: .releasing)
  }

  /// The inputs; none when the node is evaluated, not differentiable, and has let go of them.
  ///
  /// Inputs of a differentiable node never change. Those of another may be read by walks that are
  /// registered with ``GraphReaders``.
  var inputs: NodeInputs {
    NodeInputs(
      first?.takeUnretainedValue(), second?.takeUnretainedValue(), third?.takeUnretainedValue(),
      extra?.others)
  }

  /// One of the inputs, which lives as long as this node holds it, or nil when it has let go of them.
  @inline(__always)
  func unownedInput(_ index: Int) -> Unmanaged<Node>? {
    switch index {
    case 0: first
    case 1: second
    case 2: third
    default: index < inputCount ? extra?.others.map { .passUnretained($0[index - 3]) } : nil
    }
  }

  /// Takes the inputs away from a node that nobody else reads; they die with what is returned.
  func takeInputs() -> NodeInputs {
    let taken = NodeInputs(
      first?.takeRetainedValue(), second?.takeRetainedValue(), third?.takeRetainedValue(),
      extra?.others)
    first = nil
    second = nil
    third = nil
    extra?.others = nil
    return taken
  }

  // A chain of a million nodes would overflow the stack if each released the next from its own
  // deinit; so a dying node takes over the inputs of those that die with it.
  deinit {
    guard let input = first else { return }
    withUnsafeTemporaryAllocation(of: Unmanaged<Node>.self, capacity: Self.waitingOnStack) {
      var waiting = Waiting(onStack: $0)
      takeOtherInputs(into: &waiting)
      Self.release(input, &waiting)
    }
  }

  private static let waitingOnStack = 32

  /// Inputs of dying nodes, not yet looked at: on the stack as long as they fit.
  private struct Waiting {
    let onStack: UnsafeMutableBufferPointer<Unmanaged<Node>>
    var count = 0
    var rest: [Unmanaged<Node>] = []

    init(onStack: UnsafeMutableBufferPointer<Unmanaged<Node>>) { self.onStack = onStack }

    mutating func append(_ node: Unmanaged<Node>) {
      if count < onStack.count {
        onStack[count] = node
        count += 1
      } else {
        rest.append(node)
      }
    }

    mutating func popLast() -> Unmanaged<Node>? {
      if let node = rest.popLast() { return node }
      if count == 0 { return nil }
      count -= 1
      return onStack[count]
    }
  }

  // All but the first.
  private func takeOtherInputs(into waiting: inout Waiting) {
    if let second { waiting.append(second) }
    if let third { waiting.append(third) }
    first = nil
    second = nil
    third = nil
    if let extra, let others = extra.others {
      for other in others { waiting.append(.passRetained(other)) }
      extra.others = nil
    }
  }

  // Lets go of a node and of all that dies with it, one after the other.
  private static func release(_ input: Unmanaged<Node>, _ waiting: inout Waiting) {
    var next: Unmanaged<Node>? = input
    while let current = next {
      var node = current.takeRetainedValue()
      next = nil
      if node.first != nil, isKnownUniquelyReferenced(&node) {
        next = node.first
        node.takeOtherInputs(into: &waiting)
      }
      if next == nil { next = waiting.popLast() }
    }
  }
}
