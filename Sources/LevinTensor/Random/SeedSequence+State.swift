extension SeedSequence: Stateful {
  /// The seed's words and the number of children handed out.
  public func state() -> State {
    var state = State()
    state["entropy"] = .list(entropy.map { .integer(Int($0)) })
    state["spawnKey"] = .list(spawnKey.map { .integer(Int($0)) })
    state["childCount"] = .integer(childCount)
    return state
  }

  /// Takes over another sequence.
  ///
  /// - Throws: ``StateError`` when the state is not a seed sequence's.
  public mutating func restore(from state: State) throws {
    let entropy = try state.words("entropy")
    let spawnKey = try state.words("spawnKey")
    let count = try state.integer("childCount")
    self = SeedSequence(entropy: entropy, spawnKey: spawnKey)
    childCount = count
  }
}

extension State {
  /// A list of 32-bit words.
  func words(_ name: String) throws -> [UInt32] {
    try list(name).map { value in
      guard case .integer(let number) = value, let word = UInt32(exactly: number) else {
        throw StateError.mismatch(
          path: path(to: name), expected: "a list of 32-bit words", found: value.kind)
      }
      return word
    }
  }
}
