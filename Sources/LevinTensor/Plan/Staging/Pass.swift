/// A stage ready to run: a program over slots, and where each slot lies.
struct Pass: Sendable {
  /// The origin of a slot's address.
  struct Slot: Hashable, Sendable {
    /// A buffer's number, or nil for the execution's scratch memory.
    var buffer: Int?
    var byteOffset: Int
    var isMoving = false
    /// In elements, along the chunk axis.
    var stride = 0
  }

  /// The length of chunks and blocks, which decides the bits of sums.
  struct Cut: Sendable {
    var chunk: Int
    var chunksPerBlock: Int
  }

  let program: KernelProgram
  let cut: Cut

  /// The bytes of the first-level cache that registers may fill.
  private static let registerBytes = 24 * 1024
  private static let mostBlocks = 64
  /// Work below which waking a second thread costs more than it saves, in simple operations on
  /// elements of four bytes: about ten microseconds.
  private static let workOfOneThread = 100_000

  /// - Parameter given: The cut of the pass of which this one leaves something out.
  init(_ builder: PassBuilder, extent: Int, cut given: Cut? = nil) {
    let schedule = Schedule(builder)
    let size = builder.values.map(\.dtype.byteCount).max() ?? 8
    cut = given ?? Self.cut(registers: schedule.registerCount, of: size, extent: extent)
    let assembly = Assembly(builder, schedule, registerBytes: cut.chunk * size)
    let chunks = (max(extent, 1) + cut.chunk - 1) / cut.chunk
    let blocks = (chunks + cut.chunksPerBlock - 1) / cut.chunksPerBlock
    let isWorthwhile = schedule.work * extent >= Self.workOfOneThread
    program = KernelProgram(
      assembly.parts,
      slots: assembly.slots.map {
        KernelProgram.Slot(buffer: $0.buffer, byteOffset: $0.byteOffset)
      },
      scratch: KernelProgram.Scratch(
        byteCount: assembly.scratchBytes, numberBytes: assembly.numberBytes),
      extent: KernelProgram.Extent(
        length: max(extent, 1), chunk: cut.chunk, chunksPerBlock: cut.chunksPerBlock,
        threads: isWorthwhile ? blocks : 1))
  }

  // A function of the stage alone, as planned without anything kept.
  private static func cut(registers: Int, of size: Int, extent: Int) -> Cut {
    if extent == 0 { return Cut(chunk: 1, chunksPerBlock: 1) }
    let fitting = registerBytes / (max(registers, 1) * size)
    let chunk = min(max(fitting / 64 * 64, 128), 2048)
    let chunks = (extent + chunk - 1) / chunk
    return Cut(chunk: chunk, chunksPerBlock: (chunks + mostBlocks - 1) / mostBlocks)
  }
}
