import Levin
import Testing

/// The settings of optimizers in their states.
@Suite struct OptimizerSettingsTests {
  private static let pairs:
    [(
      from: @Sendable ([Parameter]) -> any Optimizer, into: @Sendable ([Parameter]) -> any Optimizer
    )] = [
      ({ SGD($0, momentum: 0.9) }, { SGD($0) }),
      ({ SGD($0) }, { SGD($0, momentum: 0.9) }),
      ({ RMSprop($0, momentum: 0.5) }, { RMSprop($0) }),
      ({ Adam($0, betas: (0.5, 0.9)) }, { Adam($0) }),
      ({ AdamW($0, betas: (0.5, 0.9)) }, { AdamW($0) }),
      ({ NAdam($0, betas: (0.5, 0.9)) }, { NAdam($0) }),
      ({ RAdam($0, betas: (0.5, 0.6)) }, { RAdam($0) }),
      ({ Lion($0, betas: (0.3, 0.9)) }, { Lion($0) }),
    ]

  // As PyTorch's load_state_dict does with all settings.
  @Test(arguments: pairs.indices) func thoseThatMayBeChangedAreTakenOver(_ index: Int) throws {
    let (x, y) = (Parameter(wrappedValue: [1, 2]), Parameter(wrappedValue: [1, 2]))
    let (a, b) = (Self.pairs[index].from([x]), Self.pairs[index].into([y]))
    for step in 0..<3 { a.step([[Float(step) - 0.7, 1]]) }
    y.wrappedValue = x.wrappedValue
    try b.restore(from: a.state())
    #expect(a.state() == b.state())
    for step in 0..<8 {
      for optimizer in [a, b] { optimizer.step([[Float(step) - 3.2, 0.5]]) }
      #expect(x.wrappedValue.scalars == y.wrappedValue.scalars)
    }
  }

  @Test(arguments: pairs.indices) func oneThatWasChangedBetweenStepsIsKept(_ index: Int) throws {
    let make = Self.pairs[index].from
    let (x, y) = (Parameter(wrappedValue: [1, 2]), Parameter(wrappedValue: [1, 2]))
    let a = try #require(make([x]) as? any MomentumOptimizer)
    let b = try #require(make([y]) as? any MomentumOptimizer)
    a.step([[0.3, 1]])
    a.momentum = 0.75
    a.learningRate = 0.02
    a.step([[0.2, -1]])
    try b.restore(from: a.state())
    #expect(b.momentum == 0.75 && b.learningRate == 0.02)
  }

  private static let differing: [(String, @Sendable ([Parameter], Bool) -> any Optimizer)] = [
    ("nesterov", { SGD($0, momentum: 0.9, nesterov: $1) }),
    ("dampening", { SGD($0, momentum: 0.9, dampening: $1 ? 0.1 : 0) }),
    ("weightDecay", { SGD($0, weightDecay: $1 ? 0.1 : 0) }),
    ("maximize", { SGD($0, maximize: $1) }),
    ("amsgrad", { Adam($0, amsgrad: $1) }), ("epsilon", { Adam($0, epsilon: $1 ? 1e-6 : 1e-8) }),
    ("weightDecay", { Adam($0, weightDecay: $1 ? 0.1 : 0) }),
    ("maximize", { Adam($0, maximize: $1) }),
    ("amsgrad", { AdamW($0, amsgrad: $1) }),
    ("weightDecay", { AdamW($0, weightDecay: $1 ? 0.1 : 0) }),
    ("momentumDecay", { NAdam($0, momentumDecay: $1 ? 0.1 : 0) }),
    ("decoupledWeightDecay", { NAdam($0, decoupledWeightDecay: $1) }),
    ("decoupledWeightDecay", { RAdam($0, decoupledWeightDecay: $1) }),
    ("learningRateDecay", { Adagrad($0, learningRateDecay: $1 ? 0.1 : 0) }),
    ("initialAccumulatorValue", { Adagrad($0, initialAccumulatorValue: $1 ? 0.1 : 0) }),
    ("centered", { RMSprop($0, centered: $1) }), ("alpha", { RMSprop($0, alpha: $1 ? 0.9 : 0.99) }),
    ("rho", { Adadelta($0, rho: $1 ? 0.95 : 0.9) }),
    ("etas", { Rprop($0, etas: $1 ? (0.5, 1.3) : (0.5, 1.2)) }),
    ("stepSizes", { Rprop($0, stepSizes: $1 ? (1e-6, 40) : (1e-6, 50)) }),
    ("weightDecay", { Lion($0, weightDecay: $1 ? 0.1 : 0) }),
    ("historySize", { LBFGS($0, historySize: $1 ? 5 : 10) }),
    ("maxIter", { LBFGS($0, maxIter: $1 ? 5 : 10, maxEval: 20) }),
    ("toleranceGrad", { LBFGS($0, toleranceGrad: $1 ? 1e-5 : 1e-7) }),
    ("lineSearch", { LBFGS($0, lineSearch: $1 ? nil : .strongWolfe) }),
    ("maxRadius", { Newton($0, maxRadius: $1 ? 10 : 1000) }),
    ("maxEval", { Newton($0, maxEval: $1 ? 10 : 1000) }),
  ]

  @Test(arguments: differing.indices, [false, true]) func aConstantOneThatDiffersIsNamed(
    _ index: Int, _ first: Bool
  ) throws {
    let (name, make) = Self.differing[index]
    let (x, y) = (Parameter(wrappedValue: [1, 2]), Parameter(wrappedValue: [1, 2]))
    let (a, b) = (make([x], first), make([y], !first))
    if !(a is any ClosureOptimizer) { a.step([[0.3, 1]]) }
    let before = b.state()
    let error = #expect(throws: StateError.self) { try b.restore(from: a.state()) }
    #expect(error?.description.contains("settings.\(name)'") == true, "\(error as Any)")
    #expect(b.state() == before)
    try make([y], first).restore(from: a.state())
  }

  @Test func anOptimizerOfOnesOwnHasNoSettingsInItsState() throws {
    struct Nothing: OptimizerMemory {
      init(for value: Tensor) {}
      var tensors: [Tensor] { [] }
      func state() -> State { State() }
      mutating func restore(from state: State) throws { try state.expectOnly([]) }
    }
    let memory = ParameterMemory<Nothing>([Parameter(wrappedValue: [1])])
    let state = memory.state(learningRate: 0.3)
    #expect(state.names == ["memory", "learningRate", "parameters"])
    #expect(try memory.restoreOptimizer(from: state) == 0.3)
  }
}
