import Testing

@testable import LevinTensor

@Suite struct ExactNameTests {
  private let composed = "\u{E9}"
  private let decomposed = "e\u{301}"

  @Test func textsThatLookAlikeAreTwoNames() {
    #expect(composed == decomposed)
    #expect(ExactName(composed) != ExactName(decomposed))
    #expect(Set([composed, decomposed, composed].map(ExactName.init)).count == 2)
    // Of one length in UTF-8.
    #expect(!ExactName.areSame("a\u{323}\u{307}", "a\u{307}\u{323}"))
    #expect(ExactName.areSame("", "") && ExactName.areSame("loss", "lo" + "ss"))
  }

  @Test func theOrderIsThatOfCodePoints() {
    let names = [composed, "z", decomposed, "e", "\u{1F600}", "\u{FFFD}"]
    let sorted = names.map(ExactName.init).sorted().map(\.text)
    // sorted(names) in Python.
    #expect(
      zip(sorted, ["e", decomposed, "z", composed, "\u{FFFD}", "\u{1F600}"])
        .allSatisfy { ExactName.areSame($0, $1) })
  }

  @Test func aStateKeepsBoth() throws {
    var state = State()
    state[composed] = .integer(1)
    state[decomposed] = .integer(2)
    #expect(try state.names.count == 2 && state.integer(composed) == 1)
    state[composed] = nil
    #expect(try state.names.count == 1 && state.integer(decomposed) == 2)
    #expect(throws: StateError.self) { try state.expectOnly([composed]) }
  }
}
