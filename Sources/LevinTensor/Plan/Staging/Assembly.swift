/// Writes the instructions of a scheduled pass.
struct Assembly {
  private(set) var slots: [Pass.Slot] = []
  private(set) var parts = KernelProgram.Parts()
  let scratchBytes: Int
  /// The bytes of numbers, which lie at the beginning of the scratch memory.
  var numberBytes: Int { registerStart }

  private let builder: PassBuilder
  private let schedule: Schedule
  private let registerBytes: Int
  private let registerStart: Int
  private var slotNumbers: [Pass.Slot: UInt32] = [:]
  // The slot of an accumulator by the slot of its result.
  private var partials: [UInt32: UInt32] = [:]

  // Numbers lie eight bytes apart, registers begin at multiples of 64.
  private static let numberBytes = 8

  init(_ builder: PassBuilder, _ schedule: Schedule, registerBytes: Int) {
    self.builder = builder
    self.schedule = schedule
    self.registerBytes = (registerBytes + 63) & ~63
    registerStart = (schedule.numberCount * Self.numberBytes + 63) & ~63
    scratchBytes = registerStart + schedule.registerCount * self.registerBytes
    for id in schedule.prologue { instruct(id, \.prologue) }
    for id in schedule.spreading { instruct(id, \.spreading) }
    for step in schedule.body {
      switch step {
      case .value(let id): instruct(id, \.body)
      case .columns(let ids): loadColumns(ids)
      case .sink(let index): sink(index)
      }
    }
  }

  private mutating func slot(_ slot: Pass.Slot, bytesPerElement: Int = 0) -> UInt32 {
    if let number = slotNumbers[slot] { return number }
    let number = UInt32(slots.count)
    slots.append(slot)
    slotNumbers[slot] = number
    if slot.isMoving {
      parts.move(slot: number, bytesPerElement: bytesPerElement)
    }
    return number
  }

  private mutating func slot(of id: PassBuilder.ID, stride: Int = 1) -> UInt32 {
    let size = builder.values[Int(id)].dtype.byteCount
    switch schedule.homes[Int(id)] {
    case .buffer(let buffer, let byteOffset, let isMoving):
      return slot(
        Pass.Slot(
          buffer: buffer, byteOffset: byteOffset, isMoving: isMoving, stride: isMoving ? stride : 0),
        bytesPerElement: stride * size)
    case .number(let number):
      return slot(Pass.Slot(buffer: nil, byteOffset: number * Self.numberBytes))
    case .register(let register):
      return slot(Pass.Slot(buffer: nil, byteOffset: registerStart + register * registerBytes))
    case nil: fatalError("value \(id) of a pass has no home")
    }
  }

  private mutating func instruct(
    _ id: PassBuilder.ID, _ part: WritableKeyPath<KernelProgram.Parts, KernelProgram.Code>
  ) {
    let value = builder.values[Int(id)]
    guard case .computed(let operation, let type, let form, let immediate) = value.kind else {
      fatalError("a value in memory is not computed")
    }
    let stride = operation == .load ? immediate : 1
    let operands = value.operands.map { slot(of: $0, stride: stride) }
    parts[keyPath: part].append(
      operation, type, form, immediate: immediate, result: slot(of: id), operands: operands)
  }

  private mutating func loadColumns(_ ids: [PassBuilder.ID]) {
    let value = builder.values[Int(ids[0])]
    guard case .computed(_, let type, _, let stride) = value.kind else {
      fatalError("a value in memory is not computed")
    }
    parts.body.append(
      .loadBlock, type,
      immediate: stride | ids.count << 32 | (registerBytes / 64) << 44,
      result: slot(of: ids[0]), operands: [slot(of: value.operands[0], stride: stride)])
  }

  private mutating func sink(_ index: Int) {
    let sink = builder.sinks[index]
    let value = builder.values[Int(sink.value)]
    switch sink.kind {
    case .accumulate(let operation): accumulate(sink, operation)
    case .store(let stride):
      if schedule.isSinkDirect[index] { return }
      let target = slot(
        Pass.Slot(
          buffer: sink.buffer, byteOffset: sink.byteOffset, isMoving: stride != 0, stride: stride),
        bytesPerElement: stride * sink.dtype.byteCount)
      store(sink, value, stride: stride, to: target)
    }
  }

  private mutating func store(
    _ sink: PassBuilder.Sink, _ value: PassBuilder.Value, stride: Int, to target: UInt32
  ) {
    let isSpreading = value.isUniform && stride == 1
    let operation: KernelOperation = stride > 1 ? .store : isSpreading ? .splat : .copy
    let from = slot(of: sink.value)
    if stride == 0 {
      parts.prologue.append(operation, sink.dtype, result: target, operands: [from])
    } else {
      parts.body.append(
        operation, sink.dtype, immediate: stride, result: target, operands: [from])
    }
  }

  private mutating func accumulate(_ sink: PassBuilder.Sink, _ operation: KernelOperation) {
    let type = builder.values[Int(sink.value)].dtype
    let from = slot(of: sink.value)
    let result = slot(Pass.Slot(buffer: sink.buffer, byteOffset: sink.byteOffset))
    let partial = partials[result] ?? newPartial(operation, type, result, sink.dtype)
    if let factor = sink.factor {
      parts.body.append(
        .accumulateProducts, type, result: partial, operands: [from, slot(of: factor)])
    } else {
      parts.body.append(operation, type, result: partial, operands: [from])
    }
  }

  // Several rows may meet in one accumulator.
  private mutating func newPartial(
    _ operation: KernelOperation, _ type: DType, _ result: UInt32, _ resultType: DType
  ) -> UInt32 {
    // The program points partial slots at memory of its own; any address will do until then.
    let partial = UInt32(slots.count)
    slots.append(Pass.Slot(buffer: nil, byteOffset: 0))
    partials[result] = partial
    parts.accumulate(operation, type, partial: partial, result: result, resultType: resultType)
    return partial
  }
}
