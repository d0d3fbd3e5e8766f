/// The positions of nodes in a walk, in the order in which it adds them.
///
/// Every evaluation and every gradient looks up all its nodes several times, in some microseconds. One
/// walk at a time, nearly always the only one, writes a node's position into the node: the mark counts if
/// the node stands at that position, so old marks need not be cleared. Others use a table.
struct NodePositions: ~Copyable {
  private var nodes = GrowingBuffer<Unmanaged<Node>>(capacity: 256)
  private var table: [UnsafeMutableRawPointer: Int]?

  /// - Parameter usesMarks: Whether the walk owns the marks.
  init(usesMarks: Bool) {
    table = usesMarks ? nil : [:]
  }

  /// The number of nodes so far.
  var count: Int { nodes.count }

  /// The node at a position.
  subscript(position: Int) -> Unmanaged<Node> { nodes[position] }

  /// The position of a node that was added.
  @inline(__always)
  func position(of node: Unmanaged<Node>) -> Int? {
    if let table { return table[node.toOpaque()] }
    let mark = Int(node._withUnsafeGuaranteedRef { $0.mark })
    guard mark < nodes.count, nodes[mark].toOpaque() == node.toOpaque() else { return nil }
    return mark
  }

  /// Adds a node that has no position yet, and which must outlive the walk.
  @inline(__always)
  mutating func add(_ node: Unmanaged<Node>) {
    if table != nil {
      table?[node.toOpaque()] = nodes.count
    } else {
      let position = Int32(truncatingIfNeeded: nodes.count)
      node._withUnsafeGuaranteedRef { $0.mark = position }
    }
    nodes.append(node)
  }

  /// Forgets all nodes, for another walk.
  mutating func removeAll(usesMarks: Bool) {
    table = usesMarks ? nil : [:]
    nodes.removeAll()
  }
}
