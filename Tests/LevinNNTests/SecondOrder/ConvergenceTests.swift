import Levin
import Testing

/// Fits to a gradient norm of 1e-6 in fewer than 50 evaluations.
@Suite struct ConvergenceTests {
  private func evaluations(
    _ loss: StatisticalLoss, _ optimizer: any ClosureOptimizer
  ) throws -> Int {
    var count = 0
    for _ in 0..<10 where loss.gradientNorm >= 1e-6 {
      try optimizer.step {
        count += 1
        return loss.value()
      }
    }
    #expect(loss.gradientNorm < 1e-6 && optimizer.evaluationCount == count)
    return count
  }

  @Test(arguments: StatisticalLoss.usual)
  func theLineSearchConverges(_ kind: StatisticalLoss.Kind) throws {
    let loss = try StatisticalLoss.make(kind)
    let count = try evaluations(loss, LBFGS(loss.parameters))
    #expect(count < 50, "\(count)")
  }

  @Test(arguments: StatisticalLoss.usual)
  func theTrustRegionConverges(_ kind: StatisticalLoss.Kind) throws {
    let loss = try StatisticalLoss.make(kind)
    let count = try evaluations(loss, Newton(loss.parameters))
    #expect(count < 50, "\(count)")
  }

  @Test func someHundredParametersTakeFewEvaluations() throws {
    let loss = StatisticalLoss.countRegression(features: 200)
    let count = try evaluations(loss, Newton(loss.parameters))
    #expect(count < 15, "\(count)")
  }

  @Test(arguments: [true, false]) func bothComeToTheSamePoint(_ isRegression: Bool) throws {
    func make() -> StatisticalLoss {
      isRegression ? .countRegression() : .zeroInflatedPoisson(0.5, 4.5)
    }
    let (first, second) = (make(), make())
    let (search, region) = (LBFGS(first.parameters), Newton(second.parameters))
    for _ in 0..<3 {
      try search.step(first.value)
      try region.step(second.value)
    }
    for (a, b) in zip(first.parameters, second.parameters) {
      let distance = (a.wrappedValue - b.wrappedValue).abs().max().item()
      #expect(distance < 1e-5)
    }
  }

  @Test func parametersOfSinglePrecisionAreFitAsFarAsTheyGo() throws {
    for make in [{ LBFGS($0) }, { Newton($0) }] as [([Parameter]) -> any ClosureOptimizer] {
      let x = Parameter(wrappedValue: [-1.2])
      let y = Parameter(wrappedValue: Tensor([[1.0]], dtype: .float64))
      let optimizer = make([x, y])
      for _ in 0..<5 {
        try optimizer.step {
          let (x, y) = (x.wrappedValue, y.wrappedValue.cast(to: .float32).flattened())
          return (100 * (y - x.square()).square() + (1 - x).square()).sum()
        }
      }
      #expect(abs(x.wrappedValue.item() - 1) < 1e-2 && x.wrappedValue.dtype == .float32)
      #expect(abs(y.wrappedValue.item() - 1) < 1e-2 && y.wrappedValue.dtype == .float64)
    }
  }
}
