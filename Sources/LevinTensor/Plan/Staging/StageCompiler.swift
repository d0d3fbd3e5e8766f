/// Turns a stage into values and sinks: each node becomes rows, each row a value.
struct StageCompiler {
  let layout: Layout
  let stages: Stages
  let stage: Int
  /// The buffer of each node that lies in memory, and the byte at which it begins there.
  let buffers: BufferTable
  private(set) var builder = PassBuilder()
  private var rows: [Int: [PassBuilder.ID]] = [:]

  private var graph: PlanGraph { layout.graph }

  /// Nodes of which this pass computes a row as one number.
  var nodesWithUniformRows: [Int] {
    rows.filter { $0.value.contains { builder.values[Int($0)].isUniform } }.map(\.key)
  }

  init(_ stages: Stages, stage: Int, buffers: BufferTable) {
    layout = stages.layout
    self.stages = stages
    self.stage = stage
    self.buffers = buffers
    for number in stages.stages[stage].nodes {
      if layout.kinds[number] == .accumulated {
        accumulate(number)
      } else {
        let values = compute(number)
        if stages.isStored[number] { store(number, values) }
      }
    }
  }

  // The rows of a node as it is computed here, along its own chunk axis.
  private mutating func compute(_ number: Int) -> [PassBuilder.ID] {
    if let known = rows[number] { return known }
    let node = graph.nodes[number]
    let result =
      switch node.operation {
      case .reduction(let operation): reduce(number, operation)
      case .unary(let operation):
        elementwise(
          number, operation.kernel(attributes: node.attributes, operand: operandType(number)),
          isTest: operation.isTest)
      case .binary(let operation):
        elementwise(number, operation.kernel, isTest: operation.isTest)
      case .ternary(let operation): elementwise(number, operation.kernel, isTest: false)
      case .movement(let operation): move(number, operation)
      case .leaf, .scalar, .composite, .indexing, .linearAlgebra, .ordering, .scan:
        fatalError("\(node.operation) is no part of a pass")
      }
    rows[number] = result
    return result
  }

  private func rowShape(_ number: Int) -> [Int] {
    graph.nodes[number].shape.removing(layout.chunkAxes[number])
  }

  // The rows of an input as a consumer sees them, and the shape they make.
  private mutating func operand(
    of number: Int, _ index: Int
  ) -> (rows: [PassBuilder.ID], shape: [Int]) {
    let input = graph.nodes[number].inputs[index]
    if isAtHand(number, index) { return (compute(input), rowShape(input)) }
    let shape = graph.nodes[input].shape
    let view = buffers.view(of: input, in: graph)
    guard case .axis(let axis) = layout.operandAlignment(number, input: index) else {
      // An axis of size 1 that meets the consumer's chunk axis is no axis among rows.
      let meeting = layout.chunkAxes[number].map {
        $0 - graph.nodes[number].shape.count + shape.count
      }
      let dropped = meeting.flatMap { $0 >= 0 && shape[$0] == 1 ? $0 : nil }
      return (load(view, shape, along: nil, graph.nodes[input].dtype), shape.removing(dropped))
    }
    return (load(view, shape, along: axis, graph.nodes[input].dtype), shape.removing(axis))
  }

  // Whether an input is computed in this pass rather than read from memory.
  private func isAtHand(_ number: Int, _ index: Int) -> Bool {
    let input = graph.nodes[number].inputs[index]
    guard layout.fuses(number, input: index), !stages.isRecalled[input] else { return false }
    return stages.stageOf[input] == stage || !stages.isStored[input]
  }

  private mutating func load(
    _ view: BufferTable.View, _ shape: [Int], along axis: Int?, _ dtype: DType
  ) -> [PassBuilder.ID] {
    let strides = view.strides.removing(axis)
    let stride = axis.map { view.strides[$0] } ?? 0
    return Shape.offsets(shape.removing(axis), strides: strides, start: view.offset).map {
      stride == 0
        ? builder.number(buffer: view.buffer, byteOffset: $0 * view.elementSize, dtype)
        : builder.elements(
          buffer: view.buffer, byteOffset: $0 * view.elementSize, stride: stride, dtype)
    }
  }

  private func operandType(_ number: Int) -> DType {
    graph.nodes[graph.nodes[number].inputs[0]].dtype
  }

  // A test has the type of its operands, all else that of its result.
  private mutating func elementwise(
    _ number: Int, _ kernel: KernelOperation, isTest: Bool
  ) -> [PassBuilder.ID] {
    let node = graph.nodes[number]
    let shape = rowShape(number)
    let operands = node.inputs.indices.map { index in
      let (rows, own) = operand(of: number, index)
      return Shape.broadcastOffsets(own, to: shape).map { rows[$0] }
    }
    // A cast of a dtype to itself is a copy, which needs no instruction.
    let first = operandType(number)
    if node.operation == .unary(.cast), first == node.dtype { return operands[0] }
    let type = isTest ? first : node.dtype
    let immediate = node.operation == .unary(.polygamma) ? node.attributes[0] : 0
    var result: [PassBuilder.ID] = []
    for row in 0..<Shape.count(shape) {
      result.append(
        builder.compute(
          kernel, type: type, result: node.dtype, operands.map { $0[row] }, immediate: immediate))
    }
    return result
  }

  // The values that meet in each element or row of a reduction's result.
  private mutating func groups(_ number: Int) -> [[PassBuilder.ID]] {
    let node = graph.nodes[number]
    let (values, shape) = operand(of: number, 0)
    let chunkAxis = layout.operandAxes[number]
    let axes = ReductionAxes(node.attributes).axes.filter { $0 != chunkAxis }
    let own = axes.map { axis in chunkAxis.map { axis > $0 ? axis - 1 : axis } ?? axis }
    return Shape.reducedOffsets(shape, over: Set(own)).map { group in group.map { values[$0] } }
  }

  private mutating func fold(
    _ group: [PassBuilder.ID], _ operation: ReductionOperation, _ dtype: DType
  ) -> PassBuilder.ID {
    let operands = group.map { cast($0, to: dtype) }
    return builder.fold(operation.kernel, dtype, operands)
      ?? constant(operation == .product ? 1 : 0, dtype)
  }

  // Sums and products of single precision meet in double and are rounded once, as they are along the chunk axis. Of two
  // operands single precision makes the same.
  private mutating func foldWidely(
    _ group: [PassBuilder.ID], _ number: Int, _ operation: ReductionOperation
  ) -> PassBuilder.ID {
    let node = graph.nodes[number]
    if operation == .sum, ReductionAxes(node.attributes).isOfMatrixProduct {
      let operands = group.map { cast($0, to: node.dtype) }
      return builder.sumOfProducts(node.dtype, operands) ?? fold(group, operation, node.dtype)
    }
    guard operation.accumulatesWidely, node.dtype == .float32, group.count > 2 else {
      return fold(group, operation, node.dtype)
    }
    return cast(fold(group, operation, .float64), to: .float32)
  }

  private mutating func reduce(
    _ number: Int, _ operation: ReductionOperation
  ) -> [PassBuilder.ID] {
    var result: [PassBuilder.ID] = []
    for group in groups(number) {
      result.append(foldWidely(group, number, operation))
    }
    return result
  }

  // A sum of single precision that is wanted in double has the numbers in double from the start.
  private mutating func cast(_ value: PassBuilder.ID, to dtype: DType) -> PassBuilder.ID {
    let own = builder.values[Int(value)].dtype
    if own == dtype { return value }
    return builder.compute(own.castingKernel, type: dtype, result: dtype, [value])
  }

  private mutating func constant(_ constant: Double, _ dtype: DType) -> PassBuilder.ID {
    let (buffer, offset) = buffers.constant(constant, dtype)
    return builder.number(buffer: buffer, byteOffset: offset, dtype)
  }

  private mutating func accumulate(_ number: Int) {
    let node = graph.nodes[number]
    guard case .reduction(let operation) = node.operation else {
      fatalError("\(node.operation) is no reduction")
    }
    let view = buffers.view(of: number, in: graph)
    // Rows that meet in one accumulator meet in its precision.
    let isWidened =
      node.dtype != graph.nodes[node.inputs[0]].dtype
      || node.dtype == .float32 && operation.accumulatesWidely
    for (element, group) in groups(number).enumerated() {
      // A product of one number many times over has no short form that rounds as the long one does.
      let isUniform =
        operation != .product && group.allSatisfy { builder.values[Int($0)].isUniform }
      let values =
        isUniform
        ? [repeated(group, operation, number)]
        : isWidened ? group : [fold(group, operation, node.dtype)]
      for value in values {
        builder.sink(
          PassBuilder.Sink(
            value: isUniform ? value : builder.spread(value),
            kind: isUniform ? .store(stride: 0) : .accumulate(operation.accumulatingKernel),
            buffer: view.buffer, byteOffset: element * view.elementSize, dtype: node.dtype))
      }
    }
  }

  // What comes of numbers that are the same along the whole chunk axis.
  private mutating func repeated(
    _ group: [PassBuilder.ID], _ operation: ReductionOperation, _ number: Int
  ) -> PassBuilder.ID {
    let dtype = graph.nodes[number].dtype
    guard operation == .sum else { return fold(group, operation, dtype) }
    let wide = dtype == .float32 ? .float64 : dtype
    let count = constant(Double(layout.extents[number]), wide)
    let sum = fold(group, operation, wide)
    return cast(builder.compute(.multiply, type: wide, result: wide, [sum, count]), to: dtype)
  }

  private mutating func store(_ number: Int, _ values: [PassBuilder.ID]) {
    let node = graph.nodes[number]
    let view = buffers.view(of: number, in: graph)
    let axis = layout.chunkAxes[number]
    let strides = view.strides.removing(axis)
    let offsets = Shape.offsets(node.shape.removing(axis), strides: strides, start: view.offset)
    let stride = axis.map { view.strides[$0] } ?? 0
    for (value, offset) in zip(values, offsets) {
      builder.sink(
        PassBuilder.Sink(
          value: stride > 1 ? builder.spread(value) : value, kind: .store(stride: stride),
          buffer: view.buffer, byteOffset: offset * view.elementSize, dtype: node.dtype))
    }
  }

  // Shape operations: rows in another order, or the same memory with other strides.
  private mutating func move(
    _ number: Int, _ operation: MovementOperation
  ) -> [PassBuilder.ID] {
    switch operation {
    case .concatenate: concatenated(number)
    case .embed: embedded(number)
    case .replace: replaced(number)
    case .reshape, .expand, .permute, .slice: viewed(number, operation)
    }
  }

  private mutating func viewed(
    _ number: Int, _ operation: MovementOperation
  ) -> [PassBuilder.ID] {
    let node = graph.nodes[number]
    if !isAtHand(number, 0) {
      let view = buffers.view(of: node.inputs[0], in: graph).seen(
        through: node, from: graph.nodes[node.inputs[0]].shape)
      return load(view, node.shape, along: layout.chunkAxes[number], node.dtype)
    }
    let (values, shape) = operand(of: number, 0)
    let inputAxis = layout.chunkAxes[node.inputs[0]]
    switch operation {
    case .expand:
      return Shape.broadcastOffsets(shape, to: rowShape(number)).map { values[$0] }
    case .permute:
      let order = node.attributes.filter { $0 != inputAxis }
        .map { axis in inputAxis.map { axis > $0 ? axis - 1 : axis } ?? axis }
      let strides = Shape.contiguousStrides(shape)
      return Shape.offsets(rowShape(number), strides: order.map { strides[$0] }, start: 0)
        .map { values[$0] }
    case .slice:
      let slice = rowSlicing(number).view(of: Shape.contiguousStrides(shape))
      return Shape.offsets(rowShape(number), strides: slice.strides, start: slice.offset)
        .map { values[$0] }
    case .reshape, .concatenate, .embed, .replace: return values
    }
  }

  // A slice along the axes that rows have.
  private func rowSlicing(_ number: Int) -> Slicing {
    let slicing = Slicing(graph.nodes[number].attributes)
    return Slicing(
      starts: slicing.starts.removing(layout.chunkAxes[number]),
      steps: slicing.steps.removing(layout.chunkAxes[number]))
  }

  private mutating func embedded(_ number: Int) -> [PassBuilder.ID] {
    let zero = constant(0, graph.nodes[number].dtype)
    let zeros = [PassBuilder.ID](repeating: zero, count: Shape.count(rowShape(number)))
    return replacing(number, 0, in: zeros)
  }

  private mutating func replaced(_ number: Int) -> [PassBuilder.ID] {
    replacing(number, 1, in: operand(of: number, 0).rows)
  }

  // Rows with those of an input instead of a slice of them.
  private mutating func replacing(
    _ number: Int, _ index: Int, in rows: [PassBuilder.ID]
  ) -> [PassBuilder.ID] {
    let (values, shape) = operand(of: number, index)
    let slice = rowSlicing(number).view(of: Shape.contiguousStrides(rowShape(number)))
    let offsets = Shape.offsets(shape, strides: slice.strides, start: slice.offset)
    var result = rows
    for (value, offset) in zip(values, offsets) { result[offset] = value }
    return result
  }

  private mutating func concatenated(_ number: Int) -> [PassBuilder.ID] {
    let node = graph.nodes[number]
    let chunkAxis = layout.chunkAxes[number]
    let target = rowShape(number)
    let strides = Shape.contiguousStrides(target)
    let axis = node.attributes[0]
    let rowAxis = chunkAxis.map { axis > $0 ? axis - 1 : axis } ?? axis
    let none = constant(0, node.dtype)
    var result = [PassBuilder.ID](repeating: none, count: Shape.count(target))
    var start = 0
    for index in node.inputs.indices {
      let (values, shape) = operand(of: number, index)
      let offsets = Shape.offsets(shape, strides: strides, start: start * strides[rowAxis])
      for (value, offset) in zip(values, offsets) { result[offset] = value }
      start += shape[rowAxis]
    }
    return result
  }
}

extension Array where Element == Int {
  /// A shape or strides without one axis, or as they are.
  fileprivate func removing(_ axis: Int?) -> [Int] {
    guard let axis else { return self }
    var copy = self
    copy.remove(at: axis)
    return copy
  }
}
