/// A stage ready to run: a program over slots, and where each slot lies.
struct Pass: Sendable {
  /// Where a slot's address comes from.
  struct Slot: Hashable, Sendable {
    /// A buffer's number, or nil for the execution's scratch memory.
    var buffer: Int?
    var byteOffset: Int
    var isMoving = false
    /// Elements from one place of the chunk axis to the next.
    var stride = 0
  }

  let program: KernelProgram

  /// How much of the first-level cache registers may fill.
  private static let registerBytes = 24 * 1024
  private static let mostBlocks = 64
  /// Work below which waking a second thread costs more than it saves, in simple operations on
  /// elements of four bytes: about ten microseconds.
  private static let workOfOneThread = 100_000

  init(_ builder: PassBuilder, extent: Int) {
    let schedule = Schedule(builder)
    let size = builder.values.map(\.dtype.byteCount).max() ?? 8
    let chunk = Self.chunkLength(registers: schedule.registerCount, of: size, extent: extent)
    let assembly = Assembly(builder, schedule, registerBytes: chunk * size)
    let chunks = (max(extent, 1) + chunk - 1) / chunk
    let chunksPerBlock = (chunks + Self.mostBlocks - 1) / Self.mostBlocks
    let blocks = (chunks + chunksPerBlock - 1) / chunksPerBlock
    let isWorthwhile = schedule.work * extent >= Self.workOfOneThread
    program = KernelProgram(
      assembly.parts,
      slots: assembly.slots.map {
        KernelProgram.Slot(buffer: $0.buffer, byteOffset: $0.byteOffset)
      },
      scratch: KernelProgram.Scratch(
        byteCount: assembly.scratchBytes, numberBytes: assembly.numberBytes),
      extent: KernelProgram.Extent(
        length: max(extent, 1), chunk: chunk, chunksPerBlock: chunksPerBlock,
        threads: isWorthwhile ? blocks : 1))
  }

  // A function of the stage alone, since where chunks begin decides the bits of sums.
  private static func chunkLength(registers: Int, of size: Int, extent: Int) -> Int {
    if extent == 0 { return 1 }
    let fitting = registerBytes / (max(registers, 1) * size)
    return min(max(fitting / 64 * 64, 128), 2048)
  }
}
