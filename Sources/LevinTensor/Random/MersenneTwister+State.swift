extension MersenneTwister: Stateful {
  /// The words, the position among them, and a normal that was drawn and not yet handed out.
  public func state() -> State {
    var state = State()
    state["words"] = .list(words.map { .integer(Int($0)) })
    state["position"] = .integer(position)
    if let pendingNormal { state["pendingNormal"] = .real(pendingNormal) }
    return state
  }

  /// Goes on from the position of another stream.
  ///
  /// - Throws: ``StateError`` when the state is not a `MersenneTwister`'s.
  public mutating func restore(from state: State) throws {
    let words = try state.words("words")
    try state.expect("words", words.count, toBe: Self.size)
    let position = try state.integer("position")
    guard (0...Self.size).contains(position) else {
      throw StateError.mismatch(
        path: state.path(to: "position"), expected: "an index up to \(Self.size)",
        found: "\(position)")
    }
    let normal = state["pendingNormal"] == nil ? nil : try state.real("pendingNormal")
    self = MersenneTwister(words: words, position: position, pendingNormal: normal)
  }
}
