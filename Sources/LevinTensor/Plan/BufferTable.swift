/// Where the elements of nodes lie during an execution.
///
/// Leaves come first, then one buffer for the scalars (eight bytes each), one for the planner's own
/// numbers, then one for each stored node.
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
      case .expand:
        view.strides = node.shape.indices.map { axis in
          let own = axis - (node.shape.count - shape.count)
          return own < 0 || (shape[own] == 1 && node.shape[axis] != 1) ? 0 : strides[own]
        }
      case .permute: view.strides = node.attributes.map { strides[$0] }
      case .slice:
        for axis in shape.indices {
          view.offset += node.attributes[2 * axis] * strides[axis]
          view.strides[axis] = node.attributes[2 * axis + 1] * strides[axis]
        }
      default: view.strides = Shape.contiguousStrides(node.shape)
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
  private(set) var constants: [(value: Double, dtype: DType)] = []

  init(_ stages: Stages, leafCount: Int) {
    self.leafCount = leafCount
    var buffers = [Int?](repeating: nil, count: stages.isStored.count)
    var stored: [Int] = []
    for number in stages.isStored.indices
    where stages.isStored[number] && stages.layout.kinds[number] != .given {
      buffers[number] = leafCount + 2 + stored.count
      stored.append(number)
    }
    bufferOfNode = buffers
    self.stored = stored
  }

  /// The buffer of a stored node.
  func buffer(of number: Int) -> Int? { bufferOfNode[number] }

  /// A number of the planner's own, and where it lies.
  func constant(_ value: Double, _ dtype: DType) -> (buffer: Int, byteOffset: Int) {
    let place = constants.firstIndex {
      $0.value.bitPattern == value.bitPattern && $0.dtype == dtype
    }
    if let place { return (constantBuffer, place * 8) }
    constants.append((value, dtype))
    return (constantBuffer, (constants.count - 1) * 8)
  }

  /// Where a given or stored node lies.
  func view(of number: Int, in graph: PlanGraph) -> View {
    let node = graph.nodes[number]
    let size = node.dtype.byteCount
    switch node.source {
    case .leaf(let leaf, let strides):
      return View(
        buffer: leaf, offset: 0, strides: strides ?? Shape.contiguousStrides(node.shape),
        elementSize: size)
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
