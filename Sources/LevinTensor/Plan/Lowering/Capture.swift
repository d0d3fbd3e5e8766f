/// The graph of what is asked for, as one walk finds it: nodes in order, the leaves and numbers that an
/// execution needs, and the words by which a plan for it is recognised.
///
/// The words hold operations, attributes, shapes, dtypes, wiring, roots and the leaves' layout: all that
/// a plan depends on. The values of scalars are not among them. Nodes are of use only while the walk that
/// found them is registered with `GraphReaders`; what an execution needs is the capture's own. Its memory
/// serves walk after walk. One thread at a
/// time has a capture in hand, so its fields do without the check of each access at run time, which would
/// take a third of the walk.
final class Capture {
  /// The memory of a leaf, or of several that look at the same elements differently.
  struct Leaf: BitwiseCopyable {
    let address: UnsafeMutableRawPointer
    /// The identity of the storage.
    let storage: Int
    let offset: Int
    let dtype: DType
  }

  /// A number and the dtype that it enters with.
  struct Scalar: BitwiseCopyable {
    let value: Double
    let dtype: DType
  }

  private struct Step: BitwiseCopyable {
    let node: Unmanaged<Node>
    var next: Int32
    let inputCount: Int32
  }

  @exclusivity(unchecked) private var nodes: NodePositions
  // The positions of all nodes' inputs, one node after the other, and the end of each node's.
  @exclusivity(unchecked) private var inputPositions = GrowingBuffer<Int>(capacity: 512)
  @exclusivity(unchecked) private var inputEnds = GrowingBuffer<Int>(capacity: 256)
  @exclusivity(unchecked) private var wordBuffer = GrowingBuffer<Int>(capacity: 2048)
  @exclusivity(unchecked) private var stack = GrowingBuffer<Step>(capacity: 64)
  @exclusivity(unchecked) private var leafBuffer = GrowingBuffer<Leaf>(capacity: 64)
  // Of each node that is a leaf, and those of them that are large.
  @exclusivity(unchecked) private var leafNumbers = GrowingBuffer<Int>(capacity: 64)
  @exclusivity(unchecked) private var largeLeaves = GrowingBuffer<Int>(capacity: 16)
  @exclusivity(unchecked) private var scalarBuffer = GrowingBuffer<Scalar>(capacity: 64)
  /// The positions of the roots.
  private(set) var roots: [Int] = []
  /// The elements of the leaves, held until the capture is given back.
  private(set) var leafViews: [Node.View] = []
  /// The first leaf that stands for a fault.
  @exclusivity(unchecked) private(set) var faultyLeaf: Unmanaged<Node>?

  private static let spares = SparePool<Capture>()
  private static let mostWordsKept = 1 << 16
  // Parameters are small and seldom looked at in two ways.
  private static let leastSharedBytes = 1024
  private static let mostLargeLeaves = 16

  /// Calls `body` with the graph of some nodes.
  static func with<R, E: Error>(
    roots: [Node], usesMarks: Bool, _ body: (Capture) throws(E) -> R
  ) throws(E) -> R {
    let spare = spares.take()
    spare?.renew(roots: roots, usesMarks: usesMarks)
    let capture = spare ?? Capture(roots: roots, usesMarks: usesMarks)
    defer {
      for view in capture.leafViews { view.storage.noteAccess() }
      capture.leafViews.removeAll(keepingCapacity: true)
      if capture.words.count <= mostWordsKept { spares.give(capture) }
    }
    return try body(capture)
  }

  init(roots requested: [Node], usesMarks: Bool) {
    nodes = NodePositions(usesMarks: usesMarks)
    walk(requested)
  }

  // Forgets one walk and makes another.
  private func renew(roots requested: [Node], usesMarks: Bool) {
    nodes.removeAll(usesMarks: usesMarks)
    inputPositions.removeAll()
    inputEnds.removeAll()
    wordBuffer.removeAll()
    leafBuffer.removeAll()
    leafNumbers.removeAll()
    largeLeaves.removeAll()
    scalarBuffer.removeAll()
    roots.removeAll(keepingCapacity: true)
    faultyLeaf = nil
    walk(requested)
  }

  private func walk(_ requested: [Node]) {
    for root in requested { roots.append(visit(.passUnretained(root))) }
    wordBuffer.append(-1)
    for root in roots { wordBuffer.append(root) }
  }

  /// The number of nodes, each of which stands after its inputs.
  var count: Int { nodes.count }

  /// The key of a plan for the graph.
  var words: UnsafeBufferPointer<Int> { wordBuffer.elements }

  var leaves: UnsafeBufferPointer<Leaf> { leafBuffer.elements }

  /// The leaf of each node that is one, in order: nodes that look at the same memory share it.
  var leavesOfNodes: UnsafeBufferPointer<Int> { leafNumbers.elements }

  var scalars: UnsafeBufferPointer<Scalar> { scalarBuffer.elements }

  /// A node by its position.
  func node(_ position: Int) -> Node { nodes[position].takeUnretainedValue() }

  /// The positions of a node's inputs.
  func inputs(of position: Int) -> Slice<UnsafeBufferPointer<Int>> {
    inputPositions.elements[(position == 0 ? 0 : inputEnds[position - 1])..<inputEnds[position]]
  }

  // Depth first with a stack of its own: a graph may be a chain of a million nodes.
  private func visit(_ root: Unmanaged<Node>) -> Int {
    if let position = nodes.position(of: root) { return position }
    push(root)
    while stack.count > 0 {
      let step = stack[stack.count - 1]
      if step.next < step.inputCount, let input = Self.input(step) {
        stack.updateLast { $0.next += 1 }
        if nodes.position(of: input) == nil { push(input) }
      } else {
        _ = stack.removeLast()
        if nodes.position(of: step.node) == nil {
          step.node._withUnsafeGuaranteedRef { append($0) }
        }
      }
    }
    return nodes.count - 1
  }

  @inline(__always)
  private static func input(_ step: Step) -> Unmanaged<Node>? {
    step.node._withUnsafeGuaranteedRef { $0.unownedInput(Int(step.next)) }
  }

  // A node that is computed stands for its numbers.
  private func push(_ node: Unmanaged<Node>) {
    let inputCount = node._withUnsafeGuaranteedRef { $0.isEvaluated ? 0 : $0.inputCount }
    stack.append(Step(node: node, next: 0, inputCount: inputCount))
  }

  private func append(_ node: Node) {
    // Another thread may have computed the node since its inputs were visited; it is a leaf then too.
    let isOpen = node.inputCount > 0 && !node.isEvaluated
    if isOpen {
      appendWords(node)
    } else if node.operation == .scalar {
      wordBuffer.append(Self.head(.scalar, node, rank: 0))
      scalarBuffer.append(Scalar(value: node.scalar, dtype: node.dtype))
    } else {
      appendLeaf(node)
    }
    inputEnds.append(inputPositions.count)
    nodes.add(.passUnretained(node))
  }

  private func appendWords(_ node: Node) {
    let attributeCount = node.attributeCount
    wordBuffer.append(
      Self.head(node.operation, node, rank: node.shape.count)
        | Int(node.inputCount) << 28 | attributeCount << 48)
    for axis in 0..<node.shape.count { wordBuffer.append(node.shape[axis]) }
    if attributeCount > 0 {
      for attribute in node.attributes { wordBuffer.append(attribute) }
    }
    for index in 0..<Int(node.inputCount) {
      guard let input = node.unownedInput(index), let position = nodes.position(of: input) else {
        fatalError("\(node.operation): input \(index) was not visited")
      }
      inputPositions.append(position)
      wordBuffer.append(position)
    }
  }

  private func appendLeaf(_ node: Node) {
    guard let view = node.result else {
      if faultyLeaf == nil { faultyLeaf = .passUnretained(node) }
      return
    }
    wordBuffer.append(Self.head(.leaf, node, rank: node.shape.count))
    for axis in 0..<node.shape.count { wordBuffer.append(node.shape[axis]) }
    wordBuffer.append(view.strides == nil ? 0 : 1)
    if let strides = view.strides {
      for stride in strides { wordBuffer.append(stride) }
    }
    let leaf = leaf(of: view, node.dtype)
    leafNumbers.append(leaf)
    wordBuffer.append(leaf)
  }

  // Data and their transpose are one leaf, so that a pass reads them once.
  private func leaf(of view: Node.View, _ dtype: DType) -> Int {
    let isLarge = view.storage.byteCount >= Self.leastSharedBytes
    if isLarge {
      for index in 0..<largeLeaves.count {
        let known = leafBuffer[largeLeaves[index]]
        if known.storage == view.storage.identity, known.offset == view.offset,
          known.dtype == dtype
        {
          return largeLeaves[index]
        }
      }
    }
    let number = leafBuffer.count
    if isLarge, largeLeaves.count < Self.mostLargeLeaves { largeLeaves.append(number) }
    leafBuffer.append(
      Leaf(
        address: view.storage.pointer + view.offset * dtype.byteCount,
        storage: view.storage.identity, offset: view.offset, dtype: dtype))
    leafViews.append(view)
    return number
  }

  private static func head(_ operation: Operation, _ node: Node, rank: Int) -> Int {
    Int(operation.code) | Int(node.dtype.rawValue) << 16 | rank << 20
  }
}
