/// The buffers that hold the elements of nodes during an execution.
///
/// Leaves come first, then one buffer for the scalars (eight bytes each), one for the planner's own
/// numbers, then one for each stored node, then one for each node that is kept from run to run.
final class BufferTable {
  /// A node's elements: a buffer, and offset and strides in elements.
  struct View {
    var buffer: Int
    var offset: Int
    var strides: [Int]
    var elementSize: Int

    /// The same memory as a shape operation on it sees it.
    func seen(through node: PlanGraph.Node, from shape: [Int]) -> View {
      var view = self
      switch node.operation {
      case .movement(.expand):
        view.strides = node.shape.indices.map { axis in
          let own = axis - (node.shape.count - shape.count)
          return own < 0 || (shape[own] == 1 && node.shape[axis] != 1) ? 0 : strides[own]
        }
      case .movement(.permute): view.strides = node.attributes.map { strides[$0] }
      case .movement(.slice):
        let slice = Slicing(node.attributes).view(of: strides)
        view.offset += slice.offset
        view.strides = slice.strides
      case .movement(.reshape): view.strides = Shape.contiguousStrides(node.shape)
      case .movement(.concatenate), .movement(.embed), .movement(.replace), .leaf, .scalar, .unary,
        .binary, .ternary, .reduction, .composite, .indexing, .linearAlgebra, .ordering, .scan:
        fatalError("\(node.operation) is no view of its operand")
      }
      return view
    }
  }

  let leafCount: Int
  var scalarBuffer: Int { leafCount }
  var constantBuffer: Int { leafCount + 1 }
  /// Stored nodes in the order of their buffers.
  let stored: [Int]
  private let bufferOfNode: [Int?]
  private let kept: [Int: (buffer: Int, item: Keepsakes.Item)]
  private(set) var constants: [(value: Double, dtype: DType)] = []

  init(_ stages: Stages, leafCount: Int, keepsakes: Keepsakes? = nil) {
    self.leafCount = leafCount
    let isKept = Set((keepsakes?.items ?? []).map(\.node))
    var buffers = [Int?](repeating: nil, count: stages.isStored.count)
    var stored: [Int] = []
    for number in stages.isStored.indices
    where stages.isStored[number] && stages.layout.kinds[number] != .given
      && !isKept.contains(number)
    {
      buffers[number] = leafCount + 2 + stored.count
      stored.append(number)
    }
    bufferOfNode = buffers
    self.stored = stored
    var kept: [Int: (buffer: Int, item: Keepsakes.Item)] = [:]
    for (index, item) in (keepsakes?.items ?? []).enumerated() {
      kept[item.node] = (leafCount + 2 + stored.count + index, item)
    }
    self.kept = kept
  }

  /// The buffer of a stored node.
  func buffer(of number: Int) -> Int? { bufferOfNode[number] }

  /// The buffer and offset of a number of the planner's own.
  func constant(_ value: Double, _ dtype: DType) -> (buffer: Int, byteOffset: Int) {
    let index = constants.firstIndex {
      $0.value.bitPattern == value.bitPattern && $0.dtype == dtype
    }
    if let index { return (constantBuffer, index * 8) }
    constants.append((value, dtype))
    return (constantBuffer, (constants.count - 1) * 8)
  }

  /// The elements of a leaf itself, though it may be kept packed as well.
  func leafView(of number: Int, in graph: PlanGraph) -> View {
    let node = graph.nodes[number]
    guard case .leaf(let leaf, let strides) = node.source else {
      fatalError("node \(number), \(node.operation), is no leaf")
    }
    return View(
      buffer: leaf, offset: 0, strides: strides ?? Shape.contiguousStrides(node.shape),
      elementSize: node.dtype.byteCount)
  }

  /// The elements of a given, stored or kept node.
  func view(of number: Int, in graph: PlanGraph) -> View {
    let node = graph.nodes[number]
    let size = node.dtype.byteCount
    if let (buffer, item) = kept[number] {
      return View(buffer: buffer, offset: 0, strides: item.strides, elementSize: size)
    }
    switch node.source {
    case .leaf: return leafView(of: number, in: graph)
    case .scalar(let scalar):
      return View(buffer: scalarBuffer, offset: scalar * (8 / size), strides: [], elementSize: size)
    case .constant(let value):
      let (buffer, offset) = constant(value, node.dtype)
      return View(buffer: buffer, offset: offset / size, strides: [], elementSize: size)
    case .computed:
      guard let buffer = bufferOfNode[number] else {
        fatalError("node \(number), \(node.operation), is not in memory")
      }
      return View(
        buffer: buffer, offset: 0, strides: Shape.contiguousStrides(node.shape), elementSize: size)
    }
  }
}
