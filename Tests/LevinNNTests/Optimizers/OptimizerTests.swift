import Levin
import LevinTestKit
import Testing

/// The values that PyTorch's optimizer of one setting gives one parameter.
struct TorchRun: Decodable, Sendable, CustomTestStringConvertible {
  let optimizer: String
  let lr: Double
  let betas: [Double]?
  let eps: Double?
  let weightDecay: Double?
  let momentum: Double?
  let nesterov: Bool?
  let dtype: String?
  let start: [Double]
  let gradients: [[Double]]
  let values: [[Double]]

  struct Runs: Decodable { let runs: [TorchRun] }

  enum CodingKeys: String, CodingKey {
    case optimizer, lr, betas, eps, momentum, nesterov, dtype, start, gradients, values
    case weightDecay = "weight_decay"
  }

  static let all = try! Fixture.load("adam", as: Runs.self).runs

  var testDescription: String {
    "\(optimizer) of \(start.count), lr \(lr), betas \(betas ?? []), momentum \(momentum ?? 0), "
      + "decay \(weightDecay ?? 0), \(dtype ?? "float32")"
  }

  func tensor(_ numbers: [Double]) -> Tensor {
    Tensor(numbers, dtype: dtype == "float64" ? .float64 : .float32)
  }

  func make(_ parameter: Parameter) -> any Optimizer {
    if optimizer == "SGD" {
      return SGD(
        [parameter], learningRate: lr, momentum: momentum ?? 0, weightDecay: weightDecay ?? 0,
        isNesterov: nesterov ?? false)
    }
    return Adam(
      [parameter], learningRate: lr, betas: betas.map { ($0[0], $0[1]) } ?? (0.9, 0.999),
      epsilon: eps ?? 1e-8, weightDecay: weightDecay ?? 0)
  }
}

@Suite struct OptimizerTests {
  @Test(arguments: TorchRun.all) func trajectoriesAgreeWithPyTorch(_ run: TorchRun) {
    let parameter = Parameter(wrappedValue: run.tensor(run.start))
    let optimizer = run.make(parameter)
    // An ulp or two of the largest number on the way: PyTorch fuses some products and sums.
    let ulp = run.dtype == "float64" ? 0x1p-52 : 0x1p-23
    let largest = (run.values.joined() + run.start).map(abs).max() ?? 1
    for (gradient, expected) in zip(run.gradients, run.values) {
      optimizer.step([run.tensor(gradient)])
      for (value, expected) in zip(parameter.wrappedValue.scalars, expected) {
        #expect(abs(value - expected) <= 4 * ulp * largest)
      }
    }
  }

  @Test(arguments: ["Adam", "SGD"])
  func aParameterWithoutGradientIsLeftAlone(_ name: String) {
    let idle = Parameter(wrappedValue: [1])
    let busy = Parameter(wrappedValue: [1])
    let optimizer: any Optimizer =
      name == "Adam"
      ? Adam([idle, busy], learningRate: 0.5)
      : SGD([idle, busy], learningRate: 0.5, momentum: 0.9)
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
    ({ Adam([], learningRate: -1) }, "learning rate"),
    ({ Adam([], learningRate: Double.nan) }, "learning rate"),
    ({ Adam([], learningRate: 1, betas: (1, 0.9)) }, "first of the betas"),
    ({ Adam([], learningRate: 1, betas: (0.9, -1)) }, "second of the betas"),
    ({ Adam([], learningRate: 1, epsilon: -1) }, "epsilon"),
    ({ Adam([], learningRate: 1, weightDecay: -1) }, "weight decay"),
    ({ SGD([], learningRate: Double.infinity) }, "learning rate"),
    ({ SGD([], learningRate: 1, momentum: -1) }, "momentum"),
    ({ SGD([], learningRate: 1, isNesterov: true) }, "Nesterov"),
  ]

  @Test(arguments: badSettings)
  func aSettingThatMakesNoSenseIsNamed(
    _ make: @Sendable () -> any Optimizer, _ word: String
  ) throws {
    #expect(try #require(make().settingsProblem).contains(word))
  }

  @Test func ordinarySettingsAreFine() {
    #expect(Adam([]).settingsProblem == nil)
    let nesterov = SGD([], learningRate: Float(0.1), momentum: 0.9, isNesterov: true)
    #expect(nesterov.settingsProblem == nil)
  }
}
