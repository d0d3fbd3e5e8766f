import Levin
import Testing

/// A model with a buffer and random draws, whose loss is asked for several times a step.
private final class Noisy: Module {
  @Parameter var x: Tensor = Tensor([3.0, -1.0])
  @Parameter var unused: Tensor = Tensor([7.0])
  @Buffer var count: Tensor = Tensor([0.0])
  @Buffer var last: Tensor = Tensor([0.0])
  private(set) var draws: [Double] = []
  private(set) var counts: [Double] = []

  func loss() -> Tensor {
    let noise = Tensor.normal([2], dtype: .float64)
    draws.append(noise[0].item())
    counts.append(count.item())
    count = count + 1
    last = x[0..<1]
    return (x - 0.1 * noise).square().square().sum()
  }
}

@Suite struct ClosureStepTests {
  static let makers: [@Sendable ([Parameter]) -> any ClosureOptimizer] = [
    { LBFGS($0, maxIter: 6) }, { Newton($0, maxIter: 6) },
  ]

  @Test(arguments: makers.indices) func buffersMoveOncePerStep(_ index: Int) throws {
    let model = Noisy()
    let optimizer = Self.makers[index](model.parameters)
    for step in 1...2 {
      let start = model.x[0].item()
      try optimizer.step(buffers: model.buffers) { model.loss() }
      // What the model wrote at the start of the step counts.
      #expect(model.count.item() == Double(step) && model.last.item() == start)
    }
    #expect(model.counts.count > 4 && Set(model.counts) == [0, 1])
    #expect(model.unused.item() == 7)
  }

  @Test(arguments: makers.indices) func drawsAreRewoundForEachTrial(_ index: Int) throws {
    let model = Noisy()
    let optimizer = Self.makers[index](model.parameters)
    try withSeed(5) {
      try optimizer.step { model.loss() }
      #expect(model.draws.count > 2 && Set(model.draws).count == 1)
      let seen = model.draws.count
      try optimizer.step { model.loss() }
      #expect(Set(model.draws[seen...]).count == 1 && model.draws[seen] != model.draws[0])
      let next = Tensor.normal([2], dtype: .float64)[0].item()
      let expected = withSeed(5) {
        (0..<3).map { _ in Tensor.normal([2], dtype: .float64)[0].item() }
      }
      #expect([model.draws[0], model.draws[seen], next] == expected)
    }
  }

  @Test(arguments: makers.indices) func companionsAndCommitsCountOnce(_ index: Int) throws {
    let x = Parameter(wrappedValue: Tensor([3.5]))
    let optimizer = Self.makers[index]([x])
    var (commits, evaluations) = (0, 0)
    var step = try Step(optimizer: optimizer) {
      evaluations += 1
      return (x.wrappedValue - 1).square().square().sum()
    }
    let norm = step.gradients[0]!.square().sum()
    step.compute([norm])
    step.adopt([x.wrappedValue + 1]) { commits += 1 }
    #expect(try step.take() == 39.0625)
    #expect(norm.item() == 3906.25 && commits == 1 && evaluations > 2)
    #expect(optimizer.evaluationCount == evaluations)
  }

  @Test(arguments: makers.indices) func aStartThatIsNotFiniteIsReported(_ index: Int) throws {
    let model = Noisy()
    let optimizer = Self.makers[index](model.parameters)
    let before = optimizer.state()
    let failure = #expect(throws: Step.NonFinite.self) {
      try optimizer.step(buffers: model.buffers) { model.loss() * Tensor(Double.nan) }
    }
    #expect(failure?.culprit == .gradient(0))
    #expect(model.count.item() == 0 && model.x.scalars == [3, -1] && optimizer.state() == before)
  }

  private struct Stop: Error {}

  @Test(arguments: makers.indices) func anErrorInATrialLeavesAllAsItWas(_ index: Int) throws {
    let model = Noisy()
    let optimizer = Self.makers[index](model.parameters)
    let before = optimizer.state()
    var count = 0
    #expect(throws: Stop.self) {
      try optimizer.step(buffers: model.buffers) {
        count += 1
        if count == 3 { throw Stop() }
        return model.loss()
      }
    }
    #expect(model.count.item() == 0 && model.x.scalars == [3, -1] && optimizer.state() == before)
    // Gradients can be taken at the parameters as before.
    let slope = gradients(of: model.x.square().sum(), at: [model.x])[0]
    #expect(slope?.scalars == [6, -2])
  }

  // The matrix is positive definite while |x| < 1; the first trials are beyond that.
  @Test(arguments: [true, false]) func aFaultInATrialShortensTheStep(_ isNewton: Bool) throws {
    let x = Parameter(wrappedValue: Tensor([0.0]))
    let optimizer: any ClosureOptimizer =
      isNewton ? Newton([x], initialRadius: 10) : LBFGS([x], learningRate: 10)
    var farthest = 0.0
    for _ in 0..<3 {
      try optimizer.step {
        farthest = max(farthest, x.wrappedValue.item())
        let one = x.wrappedValue * 0 + 1
        let matrix = concatenate([one, x.wrappedValue, x.wrappedValue, one]).reshaped(to: [2, 2])
        return -matrix.cholesky().diagonal().log().sum() - 5 * x.wrappedValue.sum()
      }
    }
    // The minimum of -log(1 - x^2) / 2 - 5 x.
    #expect(farthest > 1 && abs(x.wrappedValue.item() - (101.0.squareRoot() - 1) / 10) < 1e-6)
  }

  @Test func hooksSeeTheGradientsOfTheStartAndMayFreezeAParameter() throws {
    let (a, b) = (Parameter(wrappedValue: Tensor([2.0])), Parameter(wrappedValue: Tensor([2.0])))
    for make in Self.makers {
      var step = try Step(optimizer: make([a, b])) {
        (a.wrappedValue.square() + (b.wrappedValue - a.wrappedValue).square()).sum()
      }
      var calls = 0
      step.revise { gradients in
        calls += 1
        gradients[1] = nil
      }
      try step.take()
      #expect(calls == 1 && b.wrappedValue.item() == 2 && abs(a.wrappedValue.item() - 1) < 1e-6)
      a.wrappedValue = Tensor([2.0])
    }
  }

  @Test func everyOptimizerTakesStepsForALoss() throws {
    let x = Parameter(wrappedValue: Tensor([2.0]))
    let optimizer = SGD([x], learningRate: 0.25)
    var isTraining = false
    let value = try optimizer.step {
      isTraining = Mode.current == .training
      return x.wrappedValue.square().sum()
    }
    #expect(value == 4 && x.wrappedValue.item() == 1 && isTraining)
  }

  @Test func gradientsAloneAreRefused() async {
    await #expect(processExitsWith: .failure) {
      let x = Parameter(wrappedValue: [2])
      LBFGS([x]).step([[1]])
    }
    await #expect(processExitsWith: .failure) {
      let x = Parameter(wrappedValue: [2])
      var step = Step(x.wrappedValue.sum(), optimizer: Newton([x]))
      try step.take()
    }
  }
}
