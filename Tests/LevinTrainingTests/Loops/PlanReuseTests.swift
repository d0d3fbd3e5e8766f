import Levin
import Testing

@testable import LevinTensor

private final class Adaptive: Location {
  override func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: 0.1))
  }
}

@Suite struct PlanReuseTests {
  // Plans are counted over the whole process, so the fits have one of their own.
  @Test func allStepsOfAFitShareOnePlan() async {
    await #expect(processExitsWith: .success) {
      let data = loader([1, 2, 3, 4], batchSize: 2)
      let before = PlanCache.shared.plansMade
      try quietTrainer(20).fit(Adaptive(), train: data)
      precondition(PlanCache.shared.plansMade - before <= 1, "a fit of 40 steps planned again")
      try quietTrainer(20).fit(Adaptive(3), train: data)
      precondition(PlanCache.shared.plansMade - before <= 1, "a second fit planned again")
    }
  }
}
