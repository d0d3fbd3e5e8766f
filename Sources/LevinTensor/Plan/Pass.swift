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

  let slots: [Slot]
  let scratchBytes: Int
  let program: KernelProgram

  /// How much of the first-level cache registers may fill.
  private static let registerBytes = 24 * 1024
  private static let mostBlocks = 64

  init(_ builder: PassBuilder, extent: Int) {
    let schedule = Schedule(builder)
    let size = builder.values.map(\.dtype.byteCount).max() ?? 8
    let chunk = Self.chunkLength(registers: schedule.registerCount, of: size, extent: extent)
    let assembly = Assembly(builder, schedule, registerBytes: chunk * size)
    slots = assembly.slots
    scratchBytes = assembly.scratchBytes
    let chunks = (max(extent, 1) + chunk - 1) / chunk
    program = KernelProgram(
      assembly.parts, extent: max(extent, 1), chunk: chunk,
      chunksPerBlock: (chunks + Self.mostBlocks - 1) / Self.mostBlocks)
  }

  // A function of the stage alone, since where chunks begin decides the bits of sums.
  private static func chunkLength(registers: Int, of size: Int, extent: Int) -> Int {
    if extent == 0 { return 1 }
    let fitting = registerBytes / (max(registers, 1) * size)
    return min(max(fitting / 64 * 64, 128), 2048)
  }
}
