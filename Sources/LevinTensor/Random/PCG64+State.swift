extension PCG64: Stateful {
  /// The position in the stream, and what its children's seeds come from.
  public func state() -> State {
    var state = State()
    state["current"] = .list(Self.words(of: current))
    state["increment"] = .list(Self.words(of: increment))
    if let pendingHalf { state["pendingHalf"] = .integer(Int(pendingHalf)) }
    state["seedSequence"] = .tree(seedSequence.state())
    return state
  }

  /// Goes on from the position of another stream.
  ///
  /// - Throws: ``StateError`` when the state is not a `PCG64`'s.
  public mutating func restore(from state: State) throws {
    let current = Self.number(of: try state.words("current"))
    let increment = Self.number(of: try state.words("increment"))
    let half = state["pendingHalf"] == nil ? nil : try state.integer("pendingHalf")
    var sequence = seedSequence
    try sequence.restore(from: state.tree("seedSequence"))
    self = PCG64(
      current: current, increment: increment,
      pendingHalf: half.map { UInt32(truncatingIfNeeded: $0) }, seedSequence: sequence)
  }

  // Four words of 32 bits, the least significant first.
  private static func words(of number: UInt128) -> [State.Value] {
    (0..<4).map { .integer(Int(UInt32(truncatingIfNeeded: number >> (32 * $0)))) }
  }

  private static func number(of words: [UInt32]) -> UInt128 {
    words.reversed().reduce(0) { $0 << 32 | UInt128($1) }
  }
}
