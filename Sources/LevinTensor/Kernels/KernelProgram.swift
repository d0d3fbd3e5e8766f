internal import LevinKernels

/// A program in the form that the C module runs, in memory of its own.
///
/// Written while it is made, then only read; so executions may share it.
final class KernelProgram: @unchecked Sendable {
  /// A list of kernels and their slots.
  struct Code {
    fileprivate var instructions: [lv_instruction] = []

    /// Adds a kernel, which must exist for the type.
    mutating func append(
      _ operation: KernelOperation, _ type: DType, _ form: KernelForm = .vectors,
      immediate: Int = 0, result: UInt32, operands: [UInt32]
    ) {
      let found = lv_find_kernel(
        operation.code, type.kernelType, lv_form(form.rawValue))
      guard let kernel = found else {
        fatalError("no kernel for operation \(operation.code.rawValue) on \(type)")
      }
      instructions.append(
        lv_instruction(
          kernel: kernel, immediate: Int64(immediate), result: result, a: operands[0],
          b: operands.count > 1 ? operands[1] : 0, c: operands.count > 2 ? operands[2] : 0))
    }
  }

  /// The parts of a program; see the C module's header for when each runs.
  struct Parts {
    var prologue = Code()
    var spreading = Code()
    var body = Code()
    fileprivate var moving: [lv_moving_slot] = []
    fileprivate var accumulators: [lv_accumulator] = []

    mutating func move(slot: UInt32, bytesPerElement: Int) {
      moving.append(lv_moving_slot(slot: slot, bytes_per_element: Int64(bytesPerElement)))
    }

    /// Adds an accumulator of elements of `type`, whose result has `resultType`.
    mutating func accumulate(
      _ operation: KernelOperation, _ type: DType, partial: UInt32, result: UInt32,
      resultType: DType
    ) {
      accumulators.append(
        lv_accumulator(
          partial_slot: partial, result_slot: result, op: UInt8(operation.code.rawValue),
          type: type.rawValue, result_type: resultType.rawValue))
    }
  }

  /// The origin of a slot's address: a buffer of the execution, or its scratch memory when nil.
  struct Slot {
    var buffer: Int?
    var byteOffset: Int
  }

  /// Scratch memory, which begins with the numbers that the prologue leaves for the body.
  struct Scratch {
    var byteCount: Int
    var numberBytes: Int
  }

  /// The chunks and blocks into which a pass is cut: see the C module's header.
  struct Extent {
    var length: Int
    var chunk: Int
    var chunksPerBlock: Int
    /// The largest number of threads that the pass is worth.
    var threads: Int
  }

  private let program: UnsafeMutablePointer<lv_program>
  private var allocations: [UnsafeMutableRawPointer] = []

  init(_ parts: Parts, slots: [Slot], scratch: Scratch, extent: Extent) {
    program = .allocate(capacity: 1)
    program.initialize(to: lv_program())
    program.pointee.extent = extent.length
    program.pointee.chunk = extent.chunk
    program.pointee.chunks_per_block = extent.chunksPerBlock
    program.pointee.threads = Int32(extent.threads)
    program.pointee.scratch_bytes = scratch.byteCount
    program.pointee.number_bytes = scratch.numberBytes
    program.pointee.prologue_count = parts.prologue.instructions.count
    program.pointee.spreading_count = parts.spreading.instructions.count
    program.pointee.body_count = parts.body.instructions.count
    program.pointee.moving_count = parts.moving.count
    program.pointee.accumulator_count = parts.accumulators.count
    program.pointee.slot_count = slots.count
    program.pointee.prologue = keep(parts.prologue.instructions)
    program.pointee.spreading = keep(parts.spreading.instructions)
    program.pointee.body = keep(parts.body.instructions)
    program.pointee.moving = keep(parts.moving)
    program.pointee.accumulators = keep(parts.accumulators)
    program.pointee.slots = keep(
      slots.map { slot in
        lv_slot(
          buffer: slot.buffer.map(Int32.init) ?? Int32(LV_SCRATCH),
          byte_offset: Int64(slot.byteOffset))
      })
  }

  deinit {
    for allocation in allocations { allocation.deallocate() }
    program.deallocate()
  }

  private func keep<T>(_ array: [T]) -> UnsafePointer<T>? {
    guard !array.isEmpty else { return nil }
    let copy = UnsafeMutablePointer<T>.allocate(capacity: array.count)
    copy.initialize(from: array, count: array.count)
    allocations.append(UnsafeMutableRawPointer(copy))
    return UnsafePointer(copy)
  }

  /// The memory that a run on a number of threads needs.
  func workspaceBytes(threads: Int) -> Int { lv_workspace_bytes(program, Int32(threads)) }

  /// Runs over buffers in the order in which slots number them.
  func run(
    buffers: UnsafePointer<UnsafeMutablePointer<CChar>?>, workspace: UnsafeMutableRawPointer,
    threads: Int
  ) {
    lv_run(program, buffers, workspace.assumingMemoryBound(to: CChar.self), Int32(threads))
  }
}
