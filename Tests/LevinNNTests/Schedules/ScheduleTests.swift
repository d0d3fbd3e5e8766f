import Levin
import Testing

@Suite struct ScheduleTests {
  private func expectClose(_ rates: [Double], _ expected: [Double], _ step: Int) {
    #expect(
      zip(rates, expected).allSatisfy { abs($0 - $1) <= 1e-12 * abs($1) },
      "\(rates) for \(expected) after \(step) steps")
  }

  private func momentum(_ group: OptimizerGroup) -> Double? {
    (group.members[0] as? any MomentumOptimizer)?.momentum
  }

  @Test func allCasesAreMade() {
    #expect(ScheduleCase.plain.count + ScheduleCase.plateaus.count == ScheduleCase.file.cases.count)
  }

  @Test(arguments: ScheduleCase.plain) func ratesAreThoseOfPyTorch(_ item: ScheduleCase) throws {
    let optimizer = item.makeOptimizer()
    let make = try #require(ScheduleCase.makers[item.name])
    let schedulers = make(optimizer)
    #expect(schedulers.allSatisfy { $0.settingsProblem == nil })
    expectClose(schedulers[0].learningRates, item.rates[0], 0)
    for step in 0..<200 {
      if item.byHand, step == 50 { for group in optimizer.groups { group.learningRate *= 0.5 } }
      for scheduler in schedulers { scheduler.step() }
      // After the last of its steps PyTorch's goes on along the line or wave that has ended, and then throws.
      if let cycle = schedulers[0] as? OneCycleLR, step + 1 == cycle.totalSteps { break }
      expectClose(optimizer.groups.map(\.learningRate), item.rates[step + 1], step + 1)
      if let momenta = item.momenta {
        #expect(abs((momentum(optimizer) ?? 0) - momenta[step + 1]) <= 1e-12)
      }
    }
  }

  @Test(arguments: ScheduleCase.plateaus) func plateausAreThoseOfPyTorch(
    _ item: ScheduleCase
  ) throws {
    let optimizer = item.makeOptimizer()
    let make = try #require(ScheduleCase.plateauMakers[item.name])
    let scheduler = make(optimizer)
    #expect(scheduler.settingsProblem == nil)
    for (step, metric) in ScheduleCase.file.metrics.enumerated() {
      scheduler.step(metric)
      expectClose(scheduler.learningRates, item.rates[step + 1], step + 1)
    }
  }

  @Test(arguments: ScheduleCase.plain.filter { !$0.byHand }, [1, 13, 60, 137])
  func aScheduleGoesOnWhereAnotherWas(_ item: ScheduleCase, _ stop: Int) throws {
    let make = try #require(ScheduleCase.makers[item.name])
    let (first, second) = (item.makeOptimizer(), item.makeOptimizer())
    let (a, b) = (make(first), make(second))
    for _ in 0..<stop { for scheduler in a { scheduler.step() } }
    for (from, to) in zip(a, b) { try to.restore(from: from.state()) }
    #expect(zip(a, b).allSatisfy { $0.state() == $1.state() })
    #expect(a[0].learningRates == b[0].learningRates && momentum(first) == momentum(second))
    for _ in stop..<200 {
      for scheduler in a + b { scheduler.step() }
      #expect(a[0].learningRates == b[0].learningRates && momentum(first) == momentum(second))
    }
  }

  @Test(arguments: ScheduleCase.plateaus) func aPlateauGoesOnWhereAnotherWas(
    _ item: ScheduleCase
  ) throws {
    let make = try #require(ScheduleCase.plateauMakers[item.name])
    let (a, b) = (make(item.makeOptimizer()), make(item.makeOptimizer()))
    for metric in ScheduleCase.file.metrics[..<90] { a.step(metric) }
    try b.restore(from: a.state())
    for metric in ScheduleCase.file.metrics[90...] {
      a.step(metric)
      b.step(metric)
      #expect(a.learningRates == b.learningRates)
    }
    #expect(a.state() == b.state())
  }

  @Test func theStateOfAnotherScheduleIsRefusedAndChangesNothing() throws {
    let item = ScheduleCase.plain[0]
    let optimizer = item.makeOptimizer()
    let step = StepLR(optimizer, stepSize: 3)
    let chain = ChainedScheduler([step, ExponentialLR(optimizer, gamma: 0.9)])
    chain.step()
    let before = chain.state()
    let single = SGD([Parameter(wrappedValue: [1])], learningRate: 0.5)
    #expect(throws: StateError.self) {
      try step.restore(from: ExponentialLR(item.makeOptimizer(), gamma: 0.9).state())
    }
    #expect(throws: StateError.self) {
      try step.restore(from: StepLR(single, stepSize: 3).state())
    }
    let other = item.makeOptimizer()
    let otherChain = ChainedScheduler([StepLR(other, stepSize: 3), StepLR(other, stepSize: 5)])
    #expect(throws: StateError.self) { try chain.restore(from: otherChain.state()) }
    #expect(throws: StateError.self) {
      try ReduceLROnPlateau(single).restore(from: StepLR(single, stepSize: 3).state())
    }
    #expect(chain.state() == before)
  }

  // A sequence within a sequence begins, switches and begins anew as it does alone.
  @Test func compositionsNest() {
    func rates(_ make: (SGD) -> LRScheduler, _ count: Int) -> [Double] {
      let optimizer = SGD([Parameter(wrappedValue: [1])], learningRate: 1)
      let scheduler = make(optimizer)
      return (0..<count).map { _ in
        defer { scheduler.step() }
        return optimizer.learningRate
      }
    }
    func inner(_ optimizer: SGD) -> LRScheduler {
      let parts = [LinearLR(optimizer, totalIters: 4), ExponentialLR(optimizer, gamma: 0.5)]
      return SequentialLR(optimizer, schedulers: parts, milestones: [6])
    }
    func chain(_ optimizer: SGD) -> LRScheduler {
      ChainedScheduler([LinearLR(optimizer, totalIters: 4), ExponentialLR(optimizer, gamma: 0.5)])
    }
    let outer = rates(
      { SequentialLR($0, schedulers: [inner($0), inner($0), chain($0)], milestones: [10, 20]) }, 30)
    #expect(outer == rates(inner, 10) + rates(inner, 10) + rates(chain, 10))
  }

  @Test(arguments: [OneCycleLR.AnnealStrategy.cos, .linear], [1, 2, 6, 10])
  func afterTheCycleRatesStay(_ strategy: OneCycleLR.AnnealStrategy, _ count: Int) {
    for threePhase in [false, true] {
      let optimizer = SGD([Parameter(wrappedValue: [1])], learningRate: 1, momentum: 0.9)
      let scheduler = OneCycleLR(
        optimizer, maxLearningRate: 0.5, totalSteps: count, annealStrategy: strategy,
        threePhase: threePhase)
      for _ in 0..<(count - 1) { scheduler.step() }
      // The last of the cycle: 0.5 / 25 / 10,000.
      for _ in 0..<5 {
        #expect(abs(optimizer.learningRate - 2e-6) < 1e-15 && optimizer.momentum == 0.95)
        scheduler.step()
      }
    }
  }

  // The rates of the steps of PyTorch's OneCycleLR(optimizer, 0.5, total_steps=6, anneal_strategy="linear").
  @Test func aCycleIsFollowedByItsLastRate() {
    let optimizer = SGD([Parameter(wrappedValue: [1])], learningRate: 1, momentum: 0.9)
    let scheduler = OneCycleLR(
      optimizer, maxLearningRate: 0.5, totalSteps: 6, annealStrategy: .linear)
    let expected = [0.02, 0.476191, 0.357144, 0.238096, 0.119049, 2e-6, 2e-6, 2e-6]
    for rate in expected {
      #expect(abs(optimizer.learningRate - rate) < 1e-6)
      scheduler.step()
    }
  }

  private final class InverseRootLR: LRScheduler {
    override func rates(isFirst: Bool) -> [Double] {
      baseRates.map { $0 / Double(lastEpoch + 1).squareRoot() }
    }
  }

  @Test func aScheduleOfOnesOwnOverridesOneMethod() throws {
    let optimizer = SGD([Parameter(wrappedValue: [1])], learningRate: 1)
    let scheduler = InverseRootLR(optimizer)
    for _ in 0..<3 { scheduler.step() }
    #expect(optimizer.learningRate == 0.5)
    let other = InverseRootLR(SGD([Parameter(wrappedValue: [1])], learningRate: 1))
    try other.restore(from: scheduler.state())
    other.step()
    scheduler.step()
    #expect(other.learningRates == scheduler.learningRates)
  }

  @Test func baseRatesMayChange() {
    let optimizer = SGD([Parameter(wrappedValue: [1])], learningRate: 1)
    let scheduler = LambdaLR(optimizer) { 1 / Double($0 + 1) }
    scheduler.baseRates = [3]
    scheduler.step()
    #expect(optimizer.learningRate == 1.5)
  }
}

@Suite struct ScheduleSettingsTests {
  private static let bad: [(@Sendable (SGD) -> any LearningRateScheduler, String)] = [
    ({ StepLR($0, stepSize: 0) }, "StepLR: the step size"),
    ({ StepLR($0, stepSize: 3, gamma: .nan) }, "gamma"),
    ({ MultiStepLR($0, milestones: [3], gamma: -1) }, "gamma"),
    ({ ExponentialLR($0, gamma: -1) }, "gamma"),
    ({ ConstantLR($0, factor: 2) }, "factor"),
    ({ ConstantLR($0, factor: 0) }, "factor"),
    ({ ConstantLR($0, totalIters: -1) }, "total iterations"),
    ({ LinearLR($0, startFactor: 0) }, "start factor"),
    ({ LinearLR($0, endFactor: 1.5) }, "end factor"),
    ({ LinearLR($0, totalIters: 0) }, "total iterations"),
    ({ PolynomialLR($0, totalIters: 0) }, "total iterations"),
    ({ PolynomialLR($0, power: -1) }, "power"),
    ({ CosineAnnealingLR($0, tMax: 0) }, "tMax"),
    ({ CosineAnnealingWarmRestarts($0, t0: 0) }, "t0"),
    ({ CosineAnnealingWarmRestarts($0, t0: 3, tMult: 0) }, "tMult"),
    ({ OneCycleLR($0, maxLearningRate: 1, totalSteps: 0) }, "total steps"),
    ({ OneCycleLR($0, maxLearningRate: 1, epochs: -2, stepsPerEpoch: -2) }, "total steps"),
    ({ OneCycleLR($0, maxLearningRate: 1, totalSteps: 5, pctStart: 2) }, "pctStart"),
    ({ OneCycleLR($0, maxLearningRate: [1, 2], totalSteps: 5) }, "2 largest rates for 1 group"),
    ({ OneCycleLR($0, maxLearningRate: 1, totalSteps: 5, divFactor: 0) }, "divFactor"),
    ({ CyclicLR($0, baseLearningRate: 0, maxLearningRate: 1, stepSizeUp: 0) }, "stepSizeUp"),
    (
      { CyclicLR($0, baseLearningRate: 0, maxLearningRate: 1, stepSizeUp: 2, stepSizeDown: -1) },
      "stepSizeDown"
    ),
    ({ CyclicLR($0, baseLearningRate: -1, maxLearningRate: 1) }, "least learning rate"),
    ({ CyclicLR($0, baseLearningRate: 0, maxLearningRate: .nan) }, "largest learning rate"),
    ({ CyclicLR($0, baseLearningRate: [], maxLearningRate: [1]) }, "0 least rates for 1 group"),
    ({ CyclicLR($0, baseLearningRate: 0, maxLearningRate: 1, gamma: -1) }, "gamma"),
    ({ CyclicLR($0, baseLearningRate: 0, maxLearningRate: 1, maxMomentum: 2) }, "maximum momentum"),
    ({ LambdaLR($0, lambdas: []) }, "0 functions for 1 group"),
    ({ MultiplicativeLR($0, lambdas: []) }, "0 functions for 1 group"),
    ({ _ in ChainedScheduler([]) }, "no schedules"),
    ({ SequentialLR($0, schedulers: [], milestones: []) }, "no schedules"),
    ({ SequentialLR($0, schedulers: [ConstantLR($0)], milestones: [3]) }, "milestones"),
    (
      {
        SequentialLR(
          $0, schedulers: [ConstantLR($0), ConstantLR($0), ConstantLR($0)], milestones: [9, 3])
      }, "must not fall"
    ),
    ({ ChainedScheduler([StepLR($0, stepSize: 0)]) }, "schedule 0: StepLR: the step size"),
    ({ ChainedScheduler([ConstantLR($0), ConstantLR(SGD([]))]) }, "another optimizer"),
  ]

  @Test(arguments: bad.indices) func aSettingThatMakesNoSenseIsNamed(_ index: Int) throws {
    let (make, words) = Self.bad[index]
    let optimizer = SGD([Parameter(wrappedValue: [1])], learningRate: 0.5)
    let problem = try #require(make(optimizer).settingsProblem)
    #expect(problem.contains(words), "\(problem)")
  }

  @Test func aCycleOfMomentaNeedsMomenta() throws {
    let optimizer = Adagrad([Parameter(wrappedValue: [1])])
    let scheduler = OneCycleLR(optimizer, maxLearningRate: 1, totalSteps: 5)
    #expect(try #require(scheduler.settingsProblem).contains("Adagrad has no momentum"))
    #expect(optimizer.learningRate == 0.01)
    let cyclic = CyclicLR(optimizer, baseLearningRate: 0.01, maxLearningRate: 1)
    #expect(try #require(cyclic.settingsProblem).contains("Adagrad has no momentum"))
    let other = OneCycleLR(optimizer, maxLearningRate: 1, totalSteps: 5, cycleMomentum: false)
    #expect(other.settingsProblem == nil)
  }

  private static let badPlateaus: [(@Sendable (SGD) -> ReduceLROnPlateau, String)] = [
    ({ ReduceLROnPlateau($0, factor: 1) }, "factor"),
    ({ ReduceLROnPlateau($0, patience: -1) }, "patience"),
    ({ ReduceLROnPlateau($0, threshold: .nan) }, "threshold"),
    ({ ReduceLROnPlateau($0, cooldown: -1) }, "cooldown"),
    ({ ReduceLROnPlateau($0, minLearningRate: -1) }, "least learning rate"),
    ({ ReduceLROnPlateau($0, minLearningRate: [0, 0]) }, "2 least rates for 1 group"),
  ]

  @Test(arguments: badPlateaus.indices) func soItIsOfAPlateau(_ index: Int) throws {
    let (make, words) = Self.badPlateaus[index]
    let scheduler = make(SGD([Parameter(wrappedValue: [1])], learningRate: 0.5))
    #expect(try #require(scheduler.settingsProblem).contains(words))
  }

  @Test func aStepOfOneEndsTheProcess() async {
    await #expect(processExitsWith: .failure) {
      StepLR(SGD([Parameter(wrappedValue: [1])]), stepSize: 0).step()
    }
  }
}
