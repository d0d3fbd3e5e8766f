/// The places of nodes in a walk, in the order in which it adds them.
///
/// Every evaluation and every gradient looks up all its nodes several times, in some microseconds. One
/// walk at a time, nearly always the only one, writes a node's place into the node: the mark counts if
/// the node stands at that place, so old marks need not be cleared. Others use a table.
struct NodePlaces: ~Copyable {
  private var nodes = GrowingBuffer<Unmanaged<Node>>(capacity: 256)
  private var table: [UnsafeMutableRawPointer: Int]?

  /// - Parameter usesMarks: Whether the walk owns the marks.
  init(usesMarks: Bool) {
    table = usesMarks ? nil : [:]
  }

  /// The number of nodes so far.
  var count: Int { nodes.count }

  /// A node by its place.
  subscript(place: Int) -> Unmanaged<Node> { nodes[place] }

  /// The place of a node that was added.
  @inline(__always)
  func place(of node: Unmanaged<Node>) -> Int? {
    if let table { return table[node.toOpaque()] }
    let mark = Int(node._withUnsafeGuaranteedRef { $0.mark })
    guard mark < nodes.count, nodes[mark].toOpaque() == node.toOpaque() else { return nil }
    return mark
  }

  /// Adds a node that has no place yet, and which must outlive the walk.
  @inline(__always)
  mutating func add(_ node: Unmanaged<Node>) {
    if table != nil {
      table?[node.toOpaque()] = nodes.count
    } else {
      let place = Int32(truncatingIfNeeded: nodes.count)
      node._withUnsafeGuaranteedRef { $0.mark = place }
    }
    nodes.append(node)
  }

  /// Forgets all nodes, for another walk.
  mutating func removeAll(usesMarks: Bool) {
    table = usesMarks ? nil : [:]
    nodes.removeAll()
  }
}
