import Levin
import Testing

@Suite struct OptimizerTests {
  // In float64 the arithmetic is PyTorch's up to a few fused products; in float32 these make more of a difference.
  @Test(arguments: TorchRun.file.runs) func trajectoriesAgreeWithPyTorch(_ run: TorchRun) {
    let parameters = run.makeParameters()
    let optimizer = run.make(parameters)
    #expect(optimizer.settingsProblem == nil)
    let largest = (run.values + TorchRun.file.starts).joined().map(abs).max() ?? 1
    let bound = (run.type == .float64 ? 1e-12 : 1e-5) * largest
    var row = 0
    for step in TorchRun.file.gradients.indices {
      optimizer.step(run.gradients(step))
      guard TorchRun.file.steps.contains(step) else { continue }
      let values = parameters.flatMap { $0.wrappedValue.scalars }
      #expect(zip(values, run.values[row]).allSatisfy { abs($0 - $1) <= bound }, "step \(step)")
      row += 1
    }
    #expect(row == run.values.count)
  }

  private static let defaults: [@Sendable ([Parameter]) -> (any Optimizer, Double)] = [
    { (SGD($0), 1e-3) }, { (Adam($0), 1e-3) }, { (AdamW($0), 1e-3) }, { (NAdam($0), 2e-3) },
    { (RAdam($0), 1e-3) }, { (Adagrad($0), 1e-2) }, { (RMSprop($0), 1e-2) },
    { (Adadelta($0), 1) }, { (Rprop($0), 1e-2) }, { (Lion($0), 1e-4) },
  ]

  // The runs without settings in the fixture are PyTorch's defaults.
  @Test(arguments: defaults.indices) func defaultsArePyTorchs(_ index: Int) throws {
    let (probe, rate) = Self.defaults[index]([])
    #expect(probe.learningRate == rate && probe.settingsProblem == nil)
    let name = "\(type(of: probe))"
    let run = try #require(
      TorchRun.file.runs.first {
        $0.optimizer == name && $0.type == .float64 && $0.groups.count == 1
          && $0.groups[0].maximize != true && (name == "SGD" || $0.groups[0].lr == nil)
      })
    let (ours, theirs) = (run.makeParameters(), run.makeParameters())
    let (first, second) = (Self.defaults[index](ours).0, run.make(theirs))
    if name == "SGD" { first.learningRate = second.learningRate }
    for step in 0..<20 {
      first.step(run.gradients(step))
      second.step(run.gradients(step))
    }
    for (a, b) in zip(ours, theirs) { #expect(a.wrappedValue.scalars == b.wrappedValue.scalars) }
  }

  @Test(arguments: defaults.indices) func aParameterWithoutGradientIsLeftAlone(_ index: Int) {
    let idle = Parameter(wrappedValue: [1])
    let busy = Parameter(wrappedValue: [1])
    let optimizer = Self.defaults[index]([idle, busy]).0
    let update = optimizer.proposeUpdate([nil, [2]])
    #expect(update.values.count == 1)
    update.commit()
    #expect(idle.wrappedValue.item() == 1)
    #expect(busy.wrappedValue.item() != 1)
  }

  @Test func aSkippedStepDoesNotCountForTheBiasCorrection() {
    let late = Parameter(wrappedValue: [1])
    let prompt = Parameter(wrappedValue: [1])
    let adam = Adam([late], learningRate: 0.5)
    adam.step([nil])
    adam.step([[2]])
    Adam([prompt], learningRate: 0.5).step([[2]])
    #expect(late.wrappedValue.item() == prompt.wrappedValue.item())
  }

  @Test func nothingChangesBeforeTheCommit() {
    let parameter = Parameter(wrappedValue: [1])
    let adam = Adam([parameter], learningRate: 0.5)
    let abandoned = adam.proposeUpdate([[2]])
    evaluateOrStop(abandoned.values.map(\.value) + abandoned.state)
    #expect(parameter.wrappedValue.item() == 1)
    let first = adam.proposeUpdate([[2]])
    #expect(first.values[0].value.item() == abandoned.values[0].value.item())
  }

  @Test func stepsKeepNoHistory() {
    let parameter = Parameter(wrappedValue: [1])
    let adam = Adam([parameter], learningRate: 0.5)
    let update = adam.proposeUpdate(
      gradients(of: parameter.wrappedValue.square().sum(), at: [parameter.wrappedValue]))
    #expect((update.values.map(\.value) + update.state).allSatisfy { !$0.requiresGradient })
  }

  private static let badSettings: [(@Sendable () -> any Optimizer, String)] = [
    ({ Adam([], learningRate: -1) }, "Adam: the learning rate"),
    ({ Adam([], learningRate: Double.nan) }, "learning rate"),
    ({ Adam([], betas: (1, 0.9)) }, "first of the betas"),
    ({ Adam([], betas: (0.9, -1)) }, "second of the betas"),
    ({ Adam([], epsilon: -1) }, "epsilon"),
    ({ Adam([], weightDecay: -1) }, "weight decay"),
    ({ AdamW([], weightDecay: .infinity) }, "AdamW: the weight decay"),
    ({ AdamW([], betas: (0.9, .nan)) }, "second of the betas"),
    ({ NAdam([], momentumDecay: -1) }, "NAdam: the momentum decay"),
    ({ RAdam([], betas: (-0.1, 0.9)) }, "RAdam: the first of the betas"),
    ({ SGD([], learningRate: Double.infinity) }, "learning rate"),
    ({ SGD([], momentum: -1) }, "momentum"),
    ({ SGD([], dampening: .nan) }, "dampening"),
    ({ SGD([], nesterov: true) }, "Nesterov"),
    ({ SGD([], momentum: 0.9, dampening: 0.1, nesterov: true) }, "Nesterov"),
    ({ Adagrad([], learningRateDecay: -1) }, "learning rate decay"),
    ({ Adagrad([], initialAccumulatorValue: -1) }, "initial accumulator value"),
    ({ RMSprop([], alpha: 1.5) }, "RMSprop: the alpha"),
    ({ RMSprop([], momentum: -1) }, "momentum"),
    ({ Adadelta([], rho: 1.5) }, "Adadelta: the rho"),
    ({ Rprop([], etas: (1.5, 1.2)) }, "Rprop: the etas"),
    ({ Rprop([], etas: (0.5, 0.9)) }, "etas"),
    ({ Rprop([], stepSizes: (2, 1)) }, "step sizes"),
    ({ Lion([], betas: (0.9, 1)) }, "Lion: the second of the betas"),
  ]

  @Test(arguments: badSettings)
  func aSettingThatMakesNoSenseIsNamed(
    _ make: @Sendable () -> any Optimizer, _ word: String
  ) throws {
    #expect(try #require(make().settingsProblem).contains(word))
  }

  @Test func ordinarySettingsAreFine() {
    #expect(Adam([]).settingsProblem == nil)
    let nesterov = SGD([], learningRate: Float(0.1), momentum: 0.9, nesterov: true)
    #expect(nesterov.settingsProblem == nil)
  }
}
