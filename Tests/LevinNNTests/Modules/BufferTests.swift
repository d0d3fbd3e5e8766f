import Levin
import Testing

@testable import LevinTensor

private final class Centered: Module {
  @Parameter var weight: Tensor = [1]
  @Buffer var mean: Tensor = [0]

  func loss(_ x: Tensor) -> Tensor {
    if Mode.current == .training { mean = mean * 0.5 + x.mean() * 0.5 }
    return ((x - mean) * weight).square().mean()
  }
}

@Suite struct BufferTests {
  private func step(_ module: Centered, _ x: Tensor, _ optimizer: any Optimizer) throws {
    let loss = withMode(.training) { module.loss(x) }
    var step = Step(loss, optimizer: optimizer, buffers: module.buffers)
    try step.take()
  }

  @Test func aBufferMovesWithTheStep() throws {
    let module = Centered()
    let sgd = SGD(module.parameters, learningRate: 0)
    try step(module, [2, 4], sgd)
    #expect(module.mean.scalars == [1.5])
    try step(module, [4], sgd)
    #expect(module.mean.scalars == [2.75])
  }

  @Test func inEvaluationNothingMoves() {
    let module = Centered()
    _ = module.loss([2, 4]).item()
    #expect(module.mean.scalars == [0])
  }

  @Test func aStepThatIsNotFiniteLeavesTheOldValue() throws {
    let module = Centered()
    let sgd = SGD(module.parameters, learningRate: 0)
    try step(module, [2, 4], sgd)
    #expect(throws: Step.NonFinite.self) { try step(module, Tensor([Float.nan]), sgd) }
    #expect(module.mean.scalars == [1.5])
  }

  @Test func aBufferThatWouldNotBeFiniteIsNamed() throws {
    let weight = Parameter(wrappedValue: [1])
    let buffer = Buffer(wrappedValue: [1])
    withMode(.training) { buffer.wrappedValue = buffer.wrappedValue * Tensor(Float.infinity) }
    var step = Step(
      weight.wrappedValue.sum(), optimizer: SGD([weight], learningRate: 1), buffers: [buffer])
    let failure = #expect(throws: Step.NonFinite.self) { try step.take() }
    #expect(failure?.culprit == .buffer(0))
    #expect(buffer.wrappedValue.item() == 1 && weight.wrappedValue.item() == 1)
  }

  // The least value so far begins as infinity.
  @Test func aBufferMayHoldInfinity() throws {
    let weight = Parameter(wrappedValue: [1])
    let least = Buffer(wrappedValue: Tensor([Float.infinity]))
    for value in [Tensor([Float.infinity]), [3]] {
      withMode(.training) { least.wrappedValue = minimum(least.wrappedValue, value) }
      var step = Step(
        weight.wrappedValue.sum(), optimizer: SGD([weight], learningRate: 0), buffers: [least])
      try step.take()
    }
    #expect(least.wrappedValue.item() == 3)
  }

  @Test func twoCallsInOneStepBothCount() throws {
    let module = Centered()
    let loss = withMode(.training) { module.loss([2]) + module.loss([4]) }
    var step = Step(
      loss, optimizer: SGD(module.parameters, learningRate: 0), buffers: module.buffers)
    try step.take()
    #expect(module.mean.scalars == [2.5])
  }

  // In a process of its own: a walk over another test's graph would hold what this one lets go.
  @Test func theOldBatchIsLetGo() async {
    await #expect(processExitsWith: .success) {
      let module = Centered()
      weak var storage: Storage?
      do {
        let batch = Tensor([Float](repeating: 3, count: 64))
        storage = batch.node.result?.storage
        precondition(storage != nil)
        let loss = withMode(.training) { module.loss(batch) }
        var step = Step(
          loss, optimizer: SGD(module.parameters, learningRate: 0), buffers: module.buffers)
        try step.take()
      }
      precondition(storage == nil, "the batch is still held")
    }
  }

  // A loop that takes no `Step` never commits; at most one batch may wait.
  @Test func aLoopWithoutStepsHoldsOnToOneBatchAtMost() async {
    await #expect(processExitsWith: .success) {
      let module = Centered()
      weak var storage: Storage?
      for round in 0..<3 {
        let batch = Tensor([Float](repeating: 3, count: 64))
        if round == 0 { storage = batch.node.result?.storage }
        withMode(.training) { module.loss(batch) }.backward()
      }
      precondition(storage == nil, "the first batch is still held")
      precondition(module.mean.scalars == [2.625])
    }
  }

  @Test func aStepKeepsTheShapeOfABuffer() async {
    await #expect(processExitsWith: .failure) {
      let buffer = Buffer(wrappedValue: [1])
      withMode(.training) { buffer.wrappedValue = [1, 2] }
    }
  }

  @Test func buffersHaveNoGradient() {
    let module = Centered()
    withMode(.training) { module.mean = module.weight * 2 }
    #expect(gradients(of: module.mean.sum(), at: [module.weight])[0] == nil)
  }
}
