import Levin
import Testing

/// An optimizer that proposes nothing, counts, and remembers what it was given.
private final class Idle: Optimizer {
  let parameters: [Parameter]
  var learningRate = 0.0
  private(set) var sum: Tensor = [0]

  init(_ parameters: [Parameter]) { self.parameters = parameters }

  var settingsProblem: String? { nil }
  func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    let next = withoutGradient { sum + (gradients[0] ?? [0]) }
    return ProposedUpdate(values: [], state: [next]) { self.sum = next }
  }
  func state() -> State { State() }
  func restore(from state: State) throws {}
}

@Suite struct StepTests {
  private let weight = Parameter(wrappedValue: [2])

  @Test func aStepComputesLooksAndCommits() throws {
    var step = Step(
      weight.wrappedValue.square().sum(), optimizer: SGD([weight], learningRate: 0.25))
    #expect(try step.take() == 4)
    #expect(weight.wrappedValue.item() == 1)
  }

  @Test func revisedGradientsReachTheOptimizer() throws {
    var step = Step(weight.wrappedValue.sum(), optimizer: SGD([weight], learningRate: 1))
    step.revise { $0[0] = $0[0].map { $0 * 0.5 } }
    step.revise { $0[0] = $0[0].map { $0 - 0.25 } }
    try step.take()
    #expect(weight.wrappedValue.item() == 1.75)
  }

  @Test func aGradientOfAnotherShapeIsRefused() async {
    await #expect(processExitsWith: .failure) {
      let weight = Parameter(wrappedValue: [2])
      var step = Step(weight.wrappedValue.sum(), optimizer: SGD([weight], learningRate: 1))
      step.revise { $0[0] = [1, 2, 3] }
    }
  }

  @Test func companionsAreComputedWithTheStep() throws {
    var step = Step(weight.wrappedValue.sum(), optimizer: SGD([weight], learningRate: 1))
    let norm = step.gradients[0]!.square().sum()
    step.compute([norm])
    try step.take()
    #expect(norm.item() == 1)
  }

  @Test func whatIsAdoptedComesInForceWithTheStepOnly() throws {
    var average: Tensor = [0]
    let optimizer = SGD([weight], learningRate: 1)
    func take(_ loss: Tensor, next: Tensor) throws {
      var step = Step(loss, optimizer: optimizer)
      step.adopt([next]) { average = next }
      try step.take()
    }
    try take(weight.wrappedValue.sum(), next: [5])
    #expect(average.item() == 5)
    #expect(throws: Step.NonFinite.self) {
      try take(weight.wrappedValue.sum() * Tensor(Float.nan), next: [6])
    }
    #expect(average.item() == 5)
  }

  @Test func anUpdateWithoutValuesIsAStep() throws {
    let optimizer = Idle([weight])
    for _ in 0..<2 {
      var step = Step(weight.wrappedValue.square().sum(), optimizer: optimizer)
      #expect(step.hasGradient)
      #expect(try step.take() == 4)
    }
    #expect(optimizer.sum.item() == 8 && weight.wrappedValue.item() == 2)
  }

  private func failure(_ loss: Tensor, _ optimizer: any Optimizer) throws -> Step.NonFinite? {
    var step = Step(loss, optimizer: optimizer)
    return #expect(throws: Step.NonFinite.self) { try step.take() }
  }

  @Test func theFirstThingThatIsNotFiniteIsNamed() throws {
    let other = Parameter(wrappedValue: [1])
    let sgd = SGD([other, weight], learningRate: 1)
    let infinite = weight.wrappedValue * Tensor(Float.infinity)
    #expect(try failure(infinite.sum(), sgd)?.culprit == .gradient(1))
    let steep = SGD([other, weight], learningRate: 1e30)
    #expect(
      try failure((weight.wrappedValue * 1e20 + other.wrappedValue).sum(), steep)?.culprit
        == .update(1))
    other.wrappedValue = [.infinity]
    #expect(
      try failure((weight.wrappedValue + other.wrappedValue).sum(), sgd)?.culprit == .parameter(0))
    #expect(weight.wrappedValue.item() == 2)
  }

  // In float32 the square of 1e30 overflows: Adam would divide by infinity from then on, and never move again.
  @Test func anOverflowInTheOptimizersStateIsNamed() throws {
    let adam = Adam([weight], learningRate: 0.1)
    #expect(try failure((weight.wrappedValue * 1e30).sum(), adam)?.culprit == .optimizerState(0))
    #expect(weight.wrappedValue.item() == 2)
    var step = Step(weight.wrappedValue.sum(), optimizer: adam)
    try step.take()
    #expect(weight.wrappedValue.item() < 2)
  }

  @Test func largeTensorsAreLookedAtAsWell() throws {
    let large = Parameter(wrappedValue: Tensor.ones([1000]))
    var data = [Float](repeating: 1, count: 1000)
    data[700] = .infinity
    let sgd = SGD([large], learningRate: 1)
    let failure = try failure((large.wrappedValue * Tensor(data)).sum(), sgd)
    #expect(failure?.culprit == .gradient(0))
  }
}

@Suite struct NamedGradientsTests {
  private var gradients: NamedGradients {
    NamedGradients(names: ["a", "b", "c"], tensors: [[1, 2], nil, [3]])
  }

  @Test func gradientsAreFoundByName() {
    #expect(gradients["a"]?.scalars == [1, 2])
    #expect(gradients["b"] == nil && gradients["z"] == nil)
    #expect(gradients.map(\.name) == ["a", "c"])
  }

  @Test func othersTakeTheirPlace() {
    var gradients = gradients
    gradients.map { name, gradient in name == "a" ? gradient * 2 : gradient }
    gradients["c"] = nil
    #expect(gradients["a"]?.scalars == [2, 4])
    #expect(gradients["b"] == nil && gradients["c"] == nil)
  }

  @Test func anotherShapeIsRefused() async {
    await #expect(processExitsWith: .failure) {
      var gradients = NamedGradients(names: ["a"], tensors: [[1, 2]])
      gradients["a"] = [1, 2, 3]
    }
  }

  @Test func anUnknownNameIsRefused() async {
    await #expect(processExitsWith: .failure) {
      var gradients = NamedGradients(names: ["a"], tensors: [[1, 2]])
      gradients["b"] = [1]
    }
  }
}
