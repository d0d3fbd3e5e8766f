import Levin
import LevinTestKit
import Testing

/// The learning rates that a scheduler of PyTorch's gives two groups.
struct ScheduleCase: Decodable, Sendable, CustomTestStringConvertible {
  struct File: Decodable, Sendable {
    let metrics: [Double]
    let cases: [ScheduleCase]
  }

  let name: String
  let optimizer: String
  let byHand: Bool
  let rates: [[Double]]
  let momenta: [Double]?

  static let file = try! Fixture.load("schedules", as: File.self)
  static let plain = file.cases.filter { makers[$0.name] != nil }
  static let plateaus = file.cases.filter { plateauMakers[$0.name] != nil }

  var testDescription: String { "\(name) of \(optimizer)\(byHand ? ", changed by hand" : "")" }

  func makeOptimizer() -> OptimizerGroup {
    OptimizerGroup(
      [0.1, 0.03].map { rate in
        let parameters = [Parameter(wrappedValue: [0])]
        return optimizer == "Adam"
          ? Adam(parameters, learningRate: rate)
          : SGD(parameters, learningRate: rate, momentum: 0.9)
      })
  }

  static let makers: [String: @Sendable (any Optimizer) -> [any LearningRateScheduler]] =
    simpleMakers.merging(otherMakers) { first, _ in first }.merging(cyclicMakers) { first, _ in
      first
    }

  private static let simpleMakers:
    [String: @Sendable (any Optimizer) -> [any LearningRateScheduler]] = [
      "StepLR": { [StepLR($0, stepSize: 30)] },
      "StepLR gamma": { [StepLR($0, stepSize: 7, gamma: 0.9)] },
      "MultiStepLR": { [MultiStepLR($0, milestones: [30, 80, 80, 150], gamma: 0.3)] },
      "ExponentialLR": { [ExponentialLR($0, gamma: 0.97)] },
      "ConstantLR": { [ConstantLR($0)] },
      "ConstantLR long": { [ConstantLR($0, factor: 0.7, totalIters: 60)] },
      "LinearLR": { [LinearLR($0)] },
      "LinearLR long": { [LinearLR($0, startFactor: 0.01, endFactor: 0.8, totalIters: 90)] },
      "LinearLR down": { [LinearLR($0, startFactor: 1, endFactor: 0, totalIters: 50)] },
      "PolynomialLR": { [PolynomialLR($0)] },
      "PolynomialLR long": { [PolynomialLR($0, totalIters: 150, power: 2.5)] },
      "CosineAnnealingLR": { [CosineAnnealingLR($0, tMax: 200)] },
      "CosineAnnealingLR twice": { [CosineAnnealingLR($0, tMax: 30, etaMin: 0.001)] },
      "CosineAnnealingWarmRestarts": { [CosineAnnealingWarmRestarts($0, t0: 25)] },
      "CosineAnnealingWarmRestarts longer": {
        [CosineAnnealingWarmRestarts($0, t0: 10, tMult: 2, etaMin: 0.002)]
      },
      "LambdaLR": { [LambdaLR($0) { 1 / Double(1 + $0) }] },
      "LambdaLR each": {
        [LambdaLR($0, lambdas: [{ 1 / Double(1 + $0) }, { power(0.95, $0) }])]
      },
      "MultiplicativeLR": { [MultiplicativeLR($0) { 1 - 1 / Double($0 + 2) }] },
      "MultiplicativeLR each": {
        [MultiplicativeLR($0, lambdas: [{ _ in 0.99 }, { 1 - 1 / Double($0 + 2) }])]
      },
    ]

  private static let cyclicMakers:
    [String: @Sendable (any Optimizer) -> [any LearningRateScheduler]] = [
      "CyclicLR": {
        [CyclicLR($0, baseLearningRate: 0.01, maxLearningRate: 0.5, stepSizeUp: 30)]
      },
      "CyclicLR uneven": {
        [
          CyclicLR(
            $0, baseLearningRate: [0.01, 0.002], maxLearningRate: [0.5, 0.2], stepSizeUp: 7,
            stepSizeDown: 22, baseMomentum: 0.7, maxMomentum: 0.95)
        ]
      },
      "CyclicLR halved": {
        [
          CyclicLR(
            $0, baseLearningRate: 0.01, maxLearningRate: 0.5, stepSizeUp: 12, stepSizeDown: 9,
            mode: .triangular2)
        ]
      },
      "CyclicLR shrinking": {
        [
          CyclicLR(
            $0, baseLearningRate: 0.01, maxLearningRate: 0.5, stepSizeUp: 15, mode: .expRange,
            gamma: 0.99)
        ]
      },
      "CyclicLR sudden": {
        [
          CyclicLR(
            $0, baseLearningRate: 0.01, maxLearningRate: 0.5, stepSizeUp: 10, stepSizeDown: 0)
        ]
      },
      "CyclicLR rates only": {
        [
          CyclicLR(
            $0, baseLearningRate: 0.01, maxLearningRate: 0.5, stepSizeUp: 40, cycleMomentum: false)
        ]
      },
      "CyclicLR after a warm-up": {
        let warmup = LinearLR($0, startFactor: 0.1, totalIters: 20)
        let cycles = CyclicLR($0, baseLearningRate: 0.02, maxLearningRate: 0.2, stepSizeUp: 25)
        return [SequentialLR($0, schedulers: [warmup, cycles], milestones: [20])]
      },
    ]

  private static let otherMakers:
    [String: @Sendable (any Optimizer) -> [any LearningRateScheduler]] = [
      "OneCycleLR": { [OneCycleLR($0, maxLearningRate: 0.5, totalSteps: 200)] },
      "OneCycleLR linear": {
        [
          OneCycleLR(
            $0, maxLearningRate: [0.5, 0.2], totalSteps: 200, pctStart: 0.4,
            annealStrategy: .linear, baseMomentum: 0.7, maxMomentum: 0.9, divFactor: 10,
            finalDivFactor: 100)
        ]
      },
      "OneCycleLR three phases": {
        [OneCycleLR($0, maxLearningRate: 0.5, epochs: 20, stepsPerEpoch: 10, threePhase: true)]
      },
      "OneCycleLR rates only": {
        [OneCycleLR($0, maxLearningRate: 0.5, totalSteps: 250, cycleMomentum: false)]
      },
      "ChainedScheduler": {
        [
          ChainedScheduler([
            ConstantLR($0, factor: 0.1, totalIters: 20), ExponentialLR($0, gamma: 0.98),
            CosineAnnealingLR($0, tMax: 60),
          ])
        ]
      },
      "SequentialLR": {
        let warmup = LinearLR($0, startFactor: 0.01, totalIters: 20)
        let decay = CosineAnnealingLR($0, tMax: 180)
        return [SequentialLR($0, schedulers: [warmup, decay], milestones: [20])]
      },
      "SequentialLR three": {
        let parts = [
          ConstantLR($0, factor: 0.1, totalIters: 10), ExponentialLR($0, gamma: 0.97),
          CosineAnnealingWarmRestarts($0, t0: 15),
        ]
        return [SequentialLR($0, schedulers: parts, milestones: [10, 90])]
      },
      "SequentialLR others": {
        let parts = [
          StepLR($0, stepSize: 10, gamma: 0.5), LinearLR($0, totalIters: 30),
          LambdaLR($0) { power(0.9, $0) }, PolynomialLR($0, totalIters: 40),
          MultiStepLR($0, milestones: [5, 9]), ConstantLR($0), MultiplicativeLR($0) { _ in 0.9 },
        ]
        return [
          SequentialLR($0, schedulers: parts, milestones: [25, 60, 90, 130, 150, 170])
        ]
      },
      "two by turns": {
        [LinearLR($0, totalIters: 40), StepLR($0, stepSize: 50, gamma: 0.5)]
      },
    ]

  static let plateauMakers: [String: @Sendable (any Optimizer) -> any MetricScheduler] = [
    "ReduceLROnPlateau": { ReduceLROnPlateau($0) },
    "ReduceLROnPlateau quick": {
      ReduceLROnPlateau($0, factor: 0.5, patience: 2, threshold: 0.01, cooldown: 3)
    },
    "ReduceLROnPlateau absolute": {
      ReduceLROnPlateau(
        $0, factor: 0.7, patience: 1, threshold: 0.05, thresholdMode: .abs,
        minLearningRate: [0.01, 0.001])
    },
    "ReduceLROnPlateau max": {
      ReduceLROnPlateau($0, mode: .max, factor: 0.8, patience: 5, epsilon: 1e-3)
    },
    "ReduceLROnPlateau max absolute": {
      ReduceLROnPlateau(
        $0, mode: .max, factor: 0.9, patience: 0, thresholdMode: .abs, minLearningRate: 1e-3)
    },
  ]
}

private func power(_ base: Double, _ exponent: Int) -> Double {
  Tensor([base]).power(Double(exponent)).item()
}
