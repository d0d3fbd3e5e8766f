import Levin
import Testing

@Suite struct StateTests {
  private func sample() -> State {
    var inner = State()
    inner["moment"] = .tensor([1, 2])
    var state = State()
    state["steps"] = .integer(3)
    state["rate"] = .real(0.1)
    state["isOn"] = .boolean(true)
    state["name"] = .text("adam")
    state["inner"] = .tree(inner)
    state["list"] = .list([.integer(1), .text("two")])
    return state
  }

  @Test func valuesComeBackByNameAndKind() throws {
    let state = sample()
    #expect(try state.integer("steps") == 3 && state.real("rate") == 0.1)
    #expect(try state.boolean("isOn") && state.text("name") == "adam")
    #expect(try state.tree("inner").tensor("moment").scalars == [1, 2])
    #expect(try state.list("list") == [.integer(1), .text("two")])
    #expect(state.names == ["steps", "rate", "isOn", "name", "inner", "list"])
  }

  @Test func aMissingValueIsNamedByItsPath() {
    #expect(throws: StateError.missing(path: "inner.velocity")) {
      try sample().tree("inner").tensor("velocity")
    }
  }

  @Test func aValueOfAnotherKindIsNamed() {
    let error = #expect(throws: StateError.self) { try sample().integer("rate") }
    #expect(error == .mismatch(path: "rate", expected: "an integer", found: "a real number"))
  }

  @Test func aTensorOfAnotherShapeOrDTypeIsRefused() throws {
    let inner = try sample().tree("inner")
    let shape = #expect(throws: StateError.self) { try inner.tensor("moment", like: [1, 2, 3]) }
    #expect(
      shape?.description.contains("[2]") == true && shape?.description.contains("[3]") == true)
    #expect(throws: StateError.self) {
      try inner.tensor("moment", shape: [2], dtype: .float64)
    }
    #expect(try inner.tensor("moment", like: [0, 0]).scalars == [1, 2])
  }

  @Test func namesThatNobodyTakesAreRefused() {
    #expect(throws: StateError.unexpected(paths: ["isOn", "name"])) {
      try sample().expectOnly(["steps", "rate", "inner", "list"])
    }
  }

  @Test func equalityLooksAtEveryElement() {
    var other = sample()
    #expect(other == sample())
    var inner = State()
    inner["moment"] = .tensor([1, 2.5])
    other["inner"] = .tree(inner)
    #expect(other != sample())
    var (a, b) = (State(), State())
    a["x"] = .tensor(Tensor([Float.nan, 0]))
    b["x"] = .tensor(Tensor([Float.nan, 0]))
    #expect(a == b)
    b["x"] = .tensor(Tensor([Float.nan, -0.0]))
    #expect(a != b)
  }

  @Test func integersAreComparedAsIntegers() {
    var (a, b) = (State(), State())
    a["x"] = .tensor(Tensor([1 << 53]))
    b["x"] = .tensor(Tensor([(1 << 53) + 1]))
    #expect(a != b)
  }

  @Test func tensorsInListsLetGoOfTheirGraph() throws {
    let x = Tensor([Float(1), 2]).requiringGradient()
    var state = State()
    state["x"] = .list([.tensor(x * 2)])
    guard case .tensor(let kept) = try state.list("x")[0] else {
      Issue.record("not a tensor")
      return
    }
    #expect(gradients(of: kept.sum(), at: [x])[0] == nil)
  }

  @Test func aKeptTensorLetsGoOfItsGraph() throws {
    let x = Tensor([Float(1), 2]).requiringGradient()
    var state = State()
    state["x"] = .tensor(x * 2)
    let kept = try state.tensor("x")
    #expect(gradients(of: kept.sum(), at: [x])[0] == nil)
  }

  @Test func nilRemovesAName() {
    var state = sample()
    state["rate"] = nil
    #expect(state.names == ["steps", "isOn", "name", "inner", "list"] && state["rate"] == nil)
  }
}

@Suite struct GeneratorStateTests {
  @Test func aPCG64GoesOnWhereItWas() throws {
    var first = PCG64(seed: 7)
    _ = first.nextUInt32()
    _ = first.standardNormal(shape: [5])
    _ = first.spawn(2)
    var second = PCG64(seed: 0)
    try second.restore(from: first.state())
    #expect(first == second)
    #expect(first.nextUInt32() == second.nextUInt32() && first.next() == second.next())
    #expect(first.spawn(1) == second.spawn(1))
  }

  @Test func aMersenneTwisterGoesOnWhereItWas() throws {
    var first = MersenneTwister(seed: 7)
    // An odd number leaves a normal over.
    _ = first.randn(3)
    var second = MersenneTwister(seed: 0)
    try second.restore(from: first.state())
    #expect(first == second)
    #expect(first.randn(4) == second.randn(4))
    #expect(first.rand(700) == second.rand(700))
  }

  @Test func theStateOfAnotherKindIsRefusedAndChangesNothing() {
    var random = PCG64(seed: 3)
    #expect(throws: StateError.self) { try random.restore(from: MersenneTwister(seed: 1).state()) }
    #expect(random == PCG64(seed: 3))
    var twister = MersenneTwister(seed: 3)
    #expect(throws: StateError.self) { try twister.restore(from: PCG64(seed: 1).state()) }
    #expect(twister == MersenneTwister(seed: 3))
  }
}
