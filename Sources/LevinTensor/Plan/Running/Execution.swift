/// Runs plans.
enum Evaluation {
  /// Computes nodes together and publishes their elements.
  ///
  /// - Throws: The first fault in the order of the plan. Then no node is published, and the nodes can be computed
  ///   again.
  static func run(_ nodes: [Node]) throws(EvaluationError) {
    var roots: [Node] = []
    roots.reserveCapacity(nodes.count)
    for node in nodes where !node.isEvaluated {
      if node.operation == .scalar {
        publishNumber(node)
      } else {
        roots.append(node)
      }
    }
    if roots.isEmpty { return }
    let ticket = GraphReaders.shared.enter()
    try Capture.with(roots: roots, usesMarks: ticket.ownsMarks) { capture throws(EvaluationError) in
      if let leaf = capture.faultyLeaf {
        let fault = leaf.takeUnretainedValue().fault
        GraphReaders.shared.leave(ticket)
        throw fault ?? EvaluationError("leaf", .invalidArgument("it has no elements"))
      }
      let planned = PlanCache.shared.plan(for: capture) { GraphReaders.shared.leave(ticket) }
      let views = try run(planned, capture)
      var evaluated: [Node] = []
      for (node, view) in zip(roots, views) where node.publish(view) { evaluated.append(node) }
      GraphReaders.shared.retire(evaluated)
    }
  }

  private static func run(
    _ planned: PlanCache.Planned, _ capture: Capture
  ) throws(EvaluationError) -> [Node.View] {
    switch planned.memory?.run(for: capture) ?? .whole {
    case .whole: return try Execution(planned.plan, capture).run()
    case .recalling(let plan, let kept):
      // Another thread may let go of what is kept as soon as it has been read.
      defer { for storage in kept { storage.noteAccess() } }
      return try Execution(plan, capture, kept: kept).run()
    case .filling(let plan, let kept, let commit):
      let views = try Execution(plan, capture, kept: kept).run()
      commit()
      return views
    }
  }

  private static func publishNumber(_ node: Node) {
    let storage = Storage(byteCount: node.dtype.byteCount)
    storage.pointer.store(node.scalar, as: node.dtype)
    _ = node.publish(Node.View(storage: storage, offset: 0, strides: nil))
  }
}

/// One run of a plan, with memory of its own.
private struct Execution {
  let plan: Plan
  let capture: Capture
  private let threads: Int
  private let memory: Storage
  private let smallRoots: Storage?
  private let largeRoots: [Storage?]
  private let buffers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let workspace: UnsafeMutableRawPointer
  private let kept: [Storage]

  init(_ plan: Plan, _ capture: Capture, kept: [Storage] = []) {
    self.plan = plan
    self.kept = kept
    self.capture = capture
    threads = Threads.count
    let bufferCount = capture.leaves.count + 2 + plan.stored.count + kept.count
    let workspaceStart = plan.arenaBytes + (bufferCount * MemoryLayout<Int>.size + 63) & ~63
    memory = Storage(byteCount: workspaceStart + plan.workspaceBytes(threads: threads))
    let base = memory.pointer
    workspace = base + workspaceStart
    buffers = (base + plan.arenaBytes).bindMemory(
      to: UnsafeMutablePointer<CChar>?.self, capacity: bufferCount)
    smallRoots = plan.smallRootBytes > 0 ? Storage(byteCount: plan.smallRootBytes) : nil
    largeRoots = plan.stored.map { stored in
      if case .alone(let bytes) = stored { Storage(byteCount: bytes) } else { nil }
    }
    fillBuffers()
    for (index, scalar) in capture.scalars.enumerated() {
      (base + index * 8).store(scalar.value, as: scalar.dtype)
    }
  }

  // Leaves, scalars, constants, stored nodes, kept nodes, as `BufferTable` numbers them.
  private func fillBuffers() {
    let leafCount = capture.leaves.count
    for index in 0..<leafCount {
      set(index, capture.leaves[index].address)
    }
    set(leafCount, memory.pointer)
    set(leafCount + 1, plan.constants.pointer)
    for index in plan.stored.indices {
      let (storage, byteOffset) = stored(index)
      set(leafCount + 2 + index, storage.pointer + byteOffset)
    }
    for index in kept.indices {
      set(leafCount + 2 + plan.stored.count + index, kept[index].pointer)
    }
  }

  private func stored(_ index: Int) -> (Storage, byteOffset: Int) {
    switch plan.stored[index] {
    case .inArena(let offset): (memory, offset)
    case .amongSmallRoots(let offset): (smallRoots ?? memory, offset)
    case .alone: (largeRoots[index] ?? memory, 0)
    }
  }

  private func set(_ buffer: Int, _ address: UnsafeMutableRawPointer) {
    buffers[buffer] = address.assumingMemoryBound(to: CChar.self)
  }

  /// The roots' elements.
  func run() throws(EvaluationError) -> [Node.View] {
    for step in plan.steps {
      switch step {
      case .pass(let pass): run(pass)
      case .routine(let routine): try run(routine)
      }
    }
    return plan.roots.map { root in
      switch root {
      case .leaf(let leaf, let strides):
        var view = capture.leafViews[leaf]
        view.strides = strides
        return view
      case .stored(let index, let size):
        let (storage, byteOffset) = stored(index)
        return Node.View(storage: storage, offset: byteOffset / size, strides: nil)
      }
    }
  }

  private func run(_ pass: Pass) {
    pass.program.run(buffers: buffers, workspace: workspace, threads: threads)
  }

  private func run(_ step: RoutineStep) throws(EvaluationError) {
    func array(_ view: RoutineStep.View) -> MemoryArray {
      guard let base = buffers[view.buffer] else { fatalError("a buffer has no address") }
      return MemoryArray(
        pointer: UnsafeMutableRawPointer(base) + view.byteOffset, shape: view.shape,
        strides: view.strides, dtype: view.dtype)
    }
    guard let routine = step.operation.routine else {
      fatalError("\(step.operation) has no routine")
    }
    try routine(
      RoutineCall(
        operation: step.operation, attributes: step.attributes,
        operands: step.operands.map(array), result: array(step.result)))
  }
}
