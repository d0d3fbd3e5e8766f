/// Runs plans.
enum Evaluation {
  /// Computes nodes together and publishes their elements.
  static func run(_ nodes: [Node]) {
    let wanted = nodes.filter { !$0.isEvaluated }
    guard !wanted.isEmpty else { return }
    let numbers = wanted.filter { $0.operation == .scalar }
    for node in numbers { publishNumber(node) }
    let roots = numbers.isEmpty ? wanted : wanted.filter { $0.operation != .scalar }
    guard !roots.isEmpty else { return }
    let capture = Capture(roots: roots)
    let plan = PlanCache.shared.plan(for: capture)
    let views = Execution(plan, capture).run()
    for (node, view) in zip(roots, views) { node.publish(view) }
  }

  private static func publishNumber(_ node: Node) {
    let storage = Storage(byteCount: node.dtype.byteCount)
    storage.pointer.store(node.scalar, as: node.dtype)
    node.publish(Node.View(storage: storage, offset: 0, strides: nil))
  }
}

/// One run of a plan, with memory of its own.
private struct Execution {
  let plan: Plan
  let capture: Capture
  private let memory: Storage
  private let roots: [Storage?]
  private let bases: [UnsafeMutableRawPointer]
  private let scratch: UnsafeMutableRawPointer
  private let accumulators: UnsafeMutableRawPointer
  private let slots: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  init(_ plan: Plan, _ capture: Capture) {
    self.plan = plan
    self.capture = capture
    let scratchStart = plan.arenaBytes
    let accumulatorStart = scratchStart + ((plan.scratchBytes + 63) & ~63)
    let slotStart = accumulatorStart + ((plan.accumulatorBytes + 63) & ~63)
    memory = Storage(byteCount: slotStart + max(plan.slotCount, 1) * MemoryLayout<Int>.size)
    let base = memory.pointer
    scratch = base + scratchStart
    accumulators = base + accumulatorStart
    slots = (base + slotStart).bindMemory(
      to: UnsafeMutablePointer<CChar>?.self, capacity: max(plan.slotCount, 1))
    roots = plan.stored.map { $0.isRoot ? Storage(byteCount: $0.byteCount) : nil }
    var bases: [UnsafeMutableRawPointer] = []
    bases.reserveCapacity(capture.leaves.count + 2 + plan.stored.count)
    for (leaf, dtype) in zip(capture.leaves, capture.leafDTypes) {
      bases.append(leaf.address(dtype))
    }
    bases.append(base)
    bases.append(plan.constants.pointer)
    for (stored, root) in zip(plan.stored, roots) {
      bases.append(root?.pointer ?? base + stored.offset)
    }
    self.bases = bases
    for (place, value) in capture.scalars.enumerated() {
      (base + place * 8).store(value, as: capture.scalarDTypes[place])
    }
  }

  /// The roots' elements.
  func run() -> [Node.View] {
    for step in plan.steps {
      switch step {
      case .pass(let pass): run(pass)
      case .routine(let routine): run(routine)
      }
    }
    return plan.roots.map { root in
      switch root {
      case .leaf(let leaf): capture.leaves[leaf]
      case .stored(let place): Node.View(storage: roots[place] ?? memory, offset: 0, strides: nil)
      }
    }
  }

  private func run(_ pass: Pass) {
    for (place, slot) in pass.slots.enumerated() {
      let base = slot.buffer.map { bases[$0] } ?? scratch
      slots[place] = (base + slot.byteOffset).assumingMemoryBound(to: CChar.self)
    }
    pass.program.run(slots: slots, accumulators: accumulators)
  }

  private func run(_ step: RoutineStep) {
    func array(_ place: RoutineStep.Place) -> MemoryArray {
      MemoryArray(
        pointer: bases[place.buffer] + place.byteOffset, shape: place.shape,
        strides: place.strides, dtype: place.dtype)
    }
    step.operation.routine(
      RoutineCall(
        operation: step.operation, attributes: step.attributes,
        operands: step.operands.map(array), result: array(step.result)))
  }
}
