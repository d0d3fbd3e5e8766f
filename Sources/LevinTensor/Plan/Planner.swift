/// Makes a plan: lowers the graph, lays it out, cuts it into stages and compiles each.
enum Planner {
  static func plan(_ capture: Capture) -> Plan {
    let graph = PlanGraph(capture)
    let stages = Stages(Layout(graph))
    let buffers = BufferTable(stages, leafCount: capture.leaves.count)
    let steps = stages.stages.indices.map { place -> Plan.Step in
      if stages.stages[place].isRoutine {
        return .routine(routineStep(stages.stages[place].nodes[0], graph, buffers))
      }
      let compiler = StageCompiler(stages, stage: place, buffers: buffers)
      return .pass(Pass(compiler.builder, extent: stages.stages[place].extent))
    }
    let (stored, arenaBytes) = memory(graph, buffers, scalarCount: capture.scalars.count)
    return Plan(
      steps: steps, roots: graph.roots.map { root($0, graph, buffers) }, stored: stored,
      constants: constants(buffers), arenaBytes: arenaBytes)
  }

  private static func root(_ number: Int, _ graph: PlanGraph, _ buffers: BufferTable) -> Plan.Root {
    if case .leaf(let leaf, _) = graph.nodes[number].source { return .leaf(leaf) }
    guard let buffer = buffers.buffer(of: number) else {
      fatalError("a root is neither a leaf nor stored")
    }
    return .stored(buffer - buffers.leafCount - 2)
  }

  private static func memory(
    _ graph: PlanGraph, _ buffers: BufferTable, scalarCount: Int
  ) -> ([Plan.Stored], Int) {
    let roots = Set(graph.roots)
    var offset = (scalarCount * 8 + 63) & ~63
    let stored = buffers.stored.map { number -> Plan.Stored in
      let node = graph.nodes[number]
      let bytes = Shape.count(node.shape) * node.dtype.byteCount
      let isRoot = roots.contains(number)
      defer { if !isRoot { offset += (bytes + 63) & ~63 } }
      return Plan.Stored(byteCount: bytes, isRoot: isRoot, offset: offset)
    }
    return (stored, offset)
  }

  private static func constants(_ buffers: BufferTable) -> Storage {
    let storage = Storage(byteCount: max(buffers.constants.count, 1) * 8)
    for (place, constant) in buffers.constants.enumerated() {
      (storage.pointer + place * 8).store(constant.value, as: constant.dtype)
    }
    return storage
  }

  private static func routineStep(
    _ number: Int, _ graph: PlanGraph, _ buffers: BufferTable
  ) -> RoutineStep {
    func place(_ number: Int) -> RoutineStep.Place {
      let node = graph.nodes[number]
      let view = buffers.view(of: number, in: graph)
      return RoutineStep.Place(
        buffer: view.buffer, byteOffset: view.offset * view.elementSize, shape: node.shape,
        strides: view.strides, dtype: node.dtype)
    }
    let node = graph.nodes[number]
    return RoutineStep(
      operation: node.operation, attributes: node.attributes, operands: node.inputs.map(place),
      result: place(number))
  }
}

extension UnsafeMutableRawPointer {
  /// Writes a number as an element of `dtype`.
  func store(_ value: Double, as dtype: DType) {
    switch dtype {
    case .bool: storeBytes(of: Bool(tensorElement: value), as: Bool.self)
    case .int32: storeBytes(of: Int32(tensorElement: value), as: Int32.self)
    case .int64: storeBytes(of: Int(tensorElement: value), as: Int.self)
    case .float32: storeBytes(of: Float(value), as: Float.self)
    case .float64: storeBytes(of: value, as: Double.self)
    }
  }
}
