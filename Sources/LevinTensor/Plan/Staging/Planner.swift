/// Makes a plan: lowers the graph, lays it out, cuts it into stages and compiles each.
enum Planner {
  /// The plan of a graph, and the draft from which plans are made that keep some nodes.
  static func plan(_ graph: PlanGraph, leafCount: Int, scalarCount: Int) -> (Plan, Draft) {
    let stages = Stages(Layout(graph))
    var draft = Draft(stages: stages, leafCount: leafCount, scalarCount: scalarCount)
    let compiled = Compiled(draft, stages)
    draft.cuts = compiled.cuts
    draft.hasUniformRows = compiled.hasUniformRows
    return (compiled.plan(), draft)
  }

  /// A plan that can be compiled once more, with some nodes kept from run to run.
  struct Draft: Sendable {
    let stages: Stages
    let leafCount: Int
    let scalarCount: Int
    /// The cut of each stage, which keeping must not change.
    var cuts: [Pass.Cut?] = []
    /// Nodes of which some pass computes a row as one number.
    var hasUniformRows: Set<Int> = []
  }

  /// The plan that computes all, and writes what is kept to its memory.
  static func filling(_ keepsakes: Keepsakes, _ draft: Draft) -> Plan {
    let stages = draft.stages.filling(keepsakes)
    return Compiled(draft, stages, keepsakes, isPacking: true).plan()
  }

  /// The plan that reads what is kept.
  static func recalling(_ keepsakes: Keepsakes, _ draft: Draft) -> Plan {
    let stages = draft.stages.recalling(keepsakes)
    return Compiled(draft, stages, keepsakes, isPacking: false).plan()
  }

  /// Stages turned into steps.
  private struct Compiled {
    private let draft: Draft
    private let buffers: BufferTable
    private var steps: [Plan.Step] = []
    /// Of each stage; nil where there is nothing to run.
    private(set) var cuts: [Pass.Cut?] = []
    private(set) var hasUniformRows: Set<Int> = []

    private var graph: PlanGraph { draft.stages.layout.graph }

    init(
      _ draft: Draft, _ stages: Stages, _ keepsakes: Keepsakes? = nil, isPacking: Bool = false
    ) {
      self.draft = draft
      buffers = BufferTable(stages, leafCount: draft.leafCount, keepsakes: keepsakes)
      if let keepsakes, isPacking { steps = packing(keepsakes, graph, buffers) }
      for index in stages.stages.indices {
        cuts.append(nil)
        if !stages.stages[index].isRoutine {
          addPass(stages, index)
        } else if let node = stages.stages[index].nodes.first {
          steps.append(.routine(routineStep(node, graph, buffers)))
        }
      }
    }

    private mutating func addPass(_ stages: Stages, _ index: Int) {
      let compiler = StageCompiler(stages, stage: index, buffers: buffers)
      hasUniformRows.formUnion(compiler.nodesWithUniformRows)
      if compiler.builder.sinks.isEmpty { return }
      let pass = Pass(
        compiler.builder, extent: stages.stages[index].extent,
        cut: draft.cuts.isEmpty ? nil : draft.cuts[index])
      cuts[index] = pass.cut
      steps.append(.pass(pass))
    }

    func plan() -> Plan {
      let layout = StoredMemory(graph, buffers, scalarCount: draft.scalarCount)
      return Plan(
        steps: steps, roots: graph.roots.map { root($0, graph, buffers) }, stored: layout.stored,
        smallRootBytes: layout.smallRootBytes, constants: constants(buffers),
        arenaBytes: layout.arenaBytes)
    }
  }

  // Leaves that are kept are copied before all else.
  private static func packing(
    _ keepsakes: Keepsakes, _ graph: PlanGraph, _ buffers: BufferTable
  ) -> [Plan.Step] {
    keepsakes.items.compactMap { item in
      let node = graph.nodes[item.node]
      guard case .leaf = node.source else { return nil }
      func array(_ view: BufferTable.View) -> RoutineStep.View {
        RoutineStep.View(
          buffer: view.buffer, byteOffset: 0, shape: node.shape, strides: view.strides,
          dtype: node.dtype)
      }
      return .routine(
        RoutineStep(
          operation: .movement(.concatenate), attributes: [0],
          operands: [array(buffers.leafView(of: item.node, in: graph))],
          result: array(buffers.view(of: item.node, in: graph))))
    }
  }

  private static func root(_ number: Int, _ graph: PlanGraph, _ buffers: BufferTable) -> Plan.Root {
    if case .leaf(let leaf, let strides) = graph.nodes[number].source {
      return .leaf(leaf, strides: strides)
    }
    guard let buffer = buffers.buffer(of: number) else {
      fatalError("a root is neither a leaf nor stored")
    }
    return .stored(
      buffer - buffers.leafCount - 2, elementSize: graph.nodes[number].dtype.byteCount)
  }

  /// The memory of stored nodes.
  ///
  /// A training step has many results of a few bytes each, which share a block.
  private struct StoredMemory {
    private static let smallBytes = 512

    private(set) var stored: [Plan.Stored] = []
    private(set) var arenaBytes: Int
    private(set) var smallRootBytes = 0

    init(_ graph: PlanGraph, _ buffers: BufferTable, scalarCount: Int) {
      arenaBytes = Self.rounded(scalarCount * 8)
      let roots = Set(graph.roots)
      for number in buffers.stored {
        let node = graph.nodes[number]
        let bytes = Shape.count(node.shape) * node.dtype.byteCount
        if !roots.contains(number) {
          stored.append(.inArena(arenaBytes))
          arenaBytes += Self.rounded(bytes)
        } else if bytes <= Self.smallBytes {
          stored.append(.amongSmallRoots(smallRootBytes))
          smallRootBytes += Self.rounded(bytes)
        } else {
          stored.append(.alone(bytes))
        }
      }
    }

    private static func rounded(_ bytes: Int) -> Int { (bytes + 63) & ~63 }
  }

  private static func constants(_ buffers: BufferTable) -> Storage {
    let storage = Storage(byteCount: max(buffers.constants.count, 1) * 8)
    for (index, constant) in buffers.constants.enumerated() {
      (storage.pointer + index * 8).store(constant.value, as: constant.dtype)
    }
    return storage
  }

  private static func routineStep(
    _ number: Int, _ graph: PlanGraph, _ buffers: BufferTable
  ) -> RoutineStep {
    func array(_ number: Int) -> RoutineStep.View {
      let node = graph.nodes[number]
      let view = buffers.view(of: number, in: graph)
      return RoutineStep.View(
        buffer: view.buffer, byteOffset: view.offset * view.elementSize, shape: node.shape,
        strides: view.strides, dtype: node.dtype)
    }
    let node = graph.nodes[number]
    return RoutineStep(
      operation: node.operation, attributes: node.attributes, operands: node.inputs.map(array),
      result: array(number))
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
