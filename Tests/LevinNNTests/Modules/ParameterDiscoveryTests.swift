import Levin
import Testing

private final class Layer: Module {
  @Parameter var weight: Tensor = [1, 2]
  @Parameter var bias: Tensor = [0]
}

private class Base: Module {
  @Parameter var first: Tensor = [1]
  let rate = 0.1
  let name = "base"
}

private final class Derived: Base {
  @Parameter var second: Tensor = [2]
  let layer = Layer()
  let layers = [Layer(), Layer()]
  let maybe: Layer? = Layer()
  let nothing: Layer? = nil
  let blocks = [[Layer()]]
  let heads = ["b": Layer(), "a": Layer()]
  let settings = ["x": 1.0]
  lazy var late = Layer()
  let numbers = [Double](repeating: 0, count: 1000)
}

private final class Shared: Module {
  let a: Layer
  let b: Layer
  @Parameter var own: Tensor = [1]
  let alias: Parameter
  weak var parent: Shared?

  init() {
    a = Layer()
    b = a
    let parameter = Parameter(wrappedValue: [1])
    alias = parameter
    _own = parameter
    parent = self
  }
}

private struct Ends {
  let left = Layer()
  let right = Layer()
}

private final class Grouped: Module {
  let ends = Ends()
  let pair = (Layer(), tail: Layer())
  let many = [Ends()]
}

private final class Empty: Module {}

@Suite struct ParameterDiscoveryTests {
  @Test func namesAreThoseOfTheSourceSuperclassFirst() {
    let names = Derived().namedParameters.map(\.name)
    #expect(
      names == [
        "first", "second", "layer.weight", "layer.bias", "layers.0.weight", "layers.0.bias",
        "layers.1.weight", "layers.1.bias", "maybe.weight", "maybe.bias", "blocks.0.0.weight",
        "blocks.0.0.bias", "heads.a.weight", "heads.a.bias", "heads.b.weight", "heads.b.bias",
      ])
  }

  @Test func structuresAndTuplesAreLookedInto() {
    let names = Grouped().namedParameters.map(\.name).filter { $0.hasSuffix("bias") }
    #expect(
      names == [
        "ends.left.bias", "ends.right.bias", "pair.0.bias", "pair.tail.bias", "many.0.left.bias",
        "many.0.right.bias",
      ])
  }

  @Test func aLazyModuleIsFoundOnceItExists() {
    let model = Derived()
    _ = model.late
    #expect(model.namedParameters.suffix(2).map(\.name) == ["late.weight", "late.bias"])
  }

  @Test func aParameterReachedTwiceIsListedOnce() {
    let names = Shared().namedParameters.map(\.name)
    #expect(names == ["a.weight", "a.bias", "own"])
  }

  @Test func theListHoldsTheParametersThemselves() {
    let model = Derived()
    model.parameters[1].wrappedValue = [5]
    #expect(model.second.scalars == [5])
  }

  @Test func aModuleMayHaveNone() {
    #expect(Empty().parameters.isEmpty)
  }
}
