import Levin
import LevinNN
import Testing

private final class Layer: Module, ExtraState {
  @Parameter var weight: Tensor
  @Buffer var mean: Tensor = [0, 0]
  var calls = 0

  init(_ weight: Tensor) { self.weight = weight }

  func extraState() -> State {
    var state = State()
    state["calls"] = .integer(calls)
    return state
  }
  func restoreExtra(from state: State) throws { calls = try state.integer("calls") }
}

private final class Network: Module {
  let layers: [Layer]
  @Parameter(constraint: .positive) var scale: Tensor = [1]

  init(_ count: Int, seed: Int) {
    var random = PCG64(seed: seed)
    layers = (0..<count).map { _ in Layer(random.standardNormal(shape: [2])) }
  }
}

/// Forgot to say that it is a module.
private final class Plain {
  @Parameter var weight: Tensor = [1]
}

private final class Careless: Module {
  let plain = Plain()
  let optimizer: Adam
  @Parameter var own: Tensor = [1]

  init() {
    optimizer = Adam([])
  }
}

@Suite struct ModuleStateTests {
  @Test func aStateHoldsParametersBuffersAndExtras() {
    #expect(
      Set(Network(1, seed: 0).state().names) == [
        "layers.0.weight", "layers.0.mean", "layers.0.extraState", "scale",
      ])
  }

  @Test func aModuleTakesOverTheStateOfAnother() throws {
    let (first, second) = (Network(2, seed: 0), Network(2, seed: 1))
    first.layers[1].mean = [3, 4]
    first.layers[0].calls = 5
    first.scale = [2.5]
    #expect(first.state() != second.state())
    try second.restore(from: first.state())
    #expect(first.state() == second.state())
    #expect(second.layers[0].calls == 5 && second.scale.item() == 2.5)
    // A copy: the first goes on without it.
    first.layers[1].mean = [0, 0]
    #expect(second.layers[1].mean.scalars == [3, 4])
  }

  @Test func anotherStructureIsRefusedAndChangesNothing() {
    let network = Network(1, seed: 0)
    let before = network.state()
    #expect(throws: StateError.self) { try network.restore(from: Network(2, seed: 1).state()) }
    #expect(throws: StateError.self) { try network.restore(from: State()) }
    #expect(network.state() == before)
  }

  @Test func parametersOfAClassThatIsNoModuleAreNoticed() {
    let walk = ModuleWalk(Careless())
    #expect(walk.parameters.map(\.name) == ["own"])
    #expect(walk.unreachable == ["plain.weight"])
  }
}

private struct Block {
  let layer: Layer?
}

private enum Head {
  case none
  case linear(Layer)
}

private class Base: Module {
  @Parameter private var weight: Tensor = [5]
  var baseWeight: Tensor { weight }
}

private final class Derived: Base {
  @Parameter private var weight: Tensor = [6]
  var derivedWeight: Tensor { weight }
  func set(_ value: Tensor) { weight = value }
}

private struct Endless: CustomReflectable {
  var customMirror: Mirror { Mirror(self, children: ["itself": self], displayStyle: .struct) }
}

private final class Recursive: Module {
  let endless = Endless()
  @Parameter var weight: Tensor = [1]
}

private final class Outer { let inner = Plain() }

private final class Holder { @Buffer var mean: Tensor = [0] }

private final class Assorted: Module {
  let blocks = [Block(layer: nil), Block(layer: Layer([1, 2]))]
  let mixed: [Any] = [1, Layer([1, 2])]
  let head = Head.linear(Layer([1, 2]))
  let none = Head.none
  let numbers = [Double](repeating: 0, count: 1000)
  let outer = Outer()
  let holder = Holder()
}

@Suite struct ModuleWalkTests {
  @Test func modulesAreFoundWhereverTheyAre() {
    #expect(
      Assorted().namedParameters.map(\.name) == [
        "blocks.1.layer.weight", "mixed.1.weight", "head.linear.weight",
      ])
  }

  @Test func aValueThatHoldsItselfEndsTheSearch() {
    #expect(Recursive().namedParameters.map(\.name) == ["weight"])
  }

  @Test func straysAreNoticedInsideOfOthersAndBuffersToo() {
    #expect(ModuleWalk(Assorted()).unreachable == ["outer.inner.weight", "holder.mean"])
  }

  @Test func privatePropertiesOfOneNameAreToldApart() throws {
    let module = Derived()
    #expect(module.namedParameters.map(\.name) == ["weight", "Derived.weight"])
    let other = Derived()
    other.set([7])
    try other.restore(from: module.state())
    #expect(other.baseWeight.item() == 5 && other.derivedWeight.item() == 6)
  }
}

@Suite struct ModeTests {
  @Test func evaluationIsInForceUnlessSomebodySaysSo() {
    #expect(Mode.current == .evaluation)
    withMode(.training) {
      #expect(Mode.current == .training)
      withMode(.evaluation) { #expect(Mode.current == .evaluation) }
      #expect(Mode.current == .training)
    }
    #expect(Mode.current == .evaluation)
  }
}
