import Levin
import LevinTestKit
import Testing

/// The values that PyTorch's optimizer of some settings gives two parameters.
struct TorchRun: Decodable, Sendable, CustomTestStringConvertible {
  /// The settings of a group, under PyTorch's names.
  struct Group: Decodable, Sendable {
    var lr: Double?
    var betas: [Double]?
    var eps: Double?
    var weightDecay: Double?
    var momentum: Double?
    var dampening: Double?
    var nesterov: Bool?
    var maximize: Bool?
    var amsgrad: Bool?
    var momentumDecay: Double?
    var decoupledWeightDecay: Bool?
    var lrDecay: Double?
    var initialAccumulatorValue: Double?
    var alpha: Double?
    var centered: Bool?
    var rho: Double?
    var etas: [Double]?
    var stepSizes: [Double]?

    enum CodingKeys: String, CodingKey {
      case lr, betas, eps, momentum, dampening, nesterov, maximize, amsgrad, alpha, centered, rho
      case etas
      case weightDecay = "weight_decay"
      case momentumDecay = "momentum_decay"
      case decoupledWeightDecay = "decoupled_weight_decay"
      case lrDecay = "lr_decay"
      case initialAccumulatorValue = "initial_accumulator_value"
      case stepSizes = "step_sizes"
    }
  }

  struct File: Decodable, Sendable {
    let starts: [[Double]]
    let gradients: [[[Double]?]]
    let steps: [Int]
    let runs: [TorchRun]
  }

  let optimizer: String
  let groups: [Group]
  let dtype: String
  let values: [[Double]]

  static let file = try! Fixture.load("optimizers", as: File.self)

  var type: DType { dtype == "float64" ? .float64 : .float32 }

  var testDescription: String {
    let settings = groups.map { group in
      Mirror(reflecting: group).children.compactMap { child in
        let value = Mirror(reflecting: child.value).children.first?.value
        return value.map { "\(child.label ?? "") \($0)" }
      }.joined(separator: ", ")
    }
    return "\(optimizer) of \(settings), \(dtype)"
  }

  func makeParameters() -> [Parameter] {
    Self.file.starts.map { Parameter(wrappedValue: Tensor($0, dtype: type)) }
  }

  func gradients(_ step: Int) -> [Tensor?] {
    Self.file.gradients[step].map { numbers in numbers.map { Tensor($0, dtype: type) } }
  }

  func make(_ parameters: [Parameter]) -> any Optimizer {
    if groups.count == 1 { return make(parameters, groups[0]) }
    return OptimizerGroup(zip(parameters, groups).map { make([$0], $1) })
  }

  private func make(_ parameters: [Parameter], _ group: Group) -> any Optimizer {
    switch optimizer {
    case "SGD", "RMSprop", "Adagrad", "Adadelta", "Rprop": makeDescent(parameters, group)
    default: makeAdaptive(parameters, group)
    }
  }

  private func makeDescent(_ parameters: [Parameter], _ group: Group) -> any Optimizer {
    let (decay, maximize) = (group.weightDecay ?? 0, group.maximize ?? false)
    switch optimizer {
    case "SGD":
      return SGD(
        parameters, learningRate: group.lr ?? 1e-3, momentum: group.momentum ?? 0,
        dampening: group.dampening ?? 0, weightDecay: decay, nesterov: group.nesterov ?? false,
        maximize: maximize)
    case "RMSprop":
      return RMSprop(
        parameters, learningRate: group.lr ?? 1e-2, alpha: group.alpha ?? 0.99,
        epsilon: group.eps ?? 1e-8, weightDecay: decay, momentum: group.momentum ?? 0,
        centered: group.centered ?? false, maximize: maximize)
    case "Adagrad":
      return Adagrad(
        parameters, learningRate: group.lr ?? 1e-2, learningRateDecay: group.lrDecay ?? 0,
        weightDecay: decay, initialAccumulatorValue: group.initialAccumulatorValue ?? 0,
        epsilon: group.eps ?? 1e-10, maximize: maximize)
    case "Adadelta":
      return Adadelta(
        parameters, learningRate: group.lr ?? 1, rho: group.rho ?? 0.9, epsilon: group.eps ?? 1e-6,
        weightDecay: decay, maximize: maximize)
    default:
      return Rprop(
        parameters, learningRate: group.lr ?? 1e-2, etas: pair(group.etas) ?? (0.5, 1.2),
        stepSizes: pair(group.stepSizes) ?? (1e-6, 50), maximize: maximize)
    }
  }

  private func makeAdaptive(_ parameters: [Parameter], _ group: Group) -> any Optimizer {
    let betas = pair(group.betas) ?? (0.9, optimizer == "Lion" ? 0.99 : 0.999)
    let (decay, maximize) = (group.weightDecay ?? 0, group.maximize ?? false)
    let epsilon = group.eps ?? 1e-8
    switch optimizer {
    case "Adam":
      return Adam(
        parameters, learningRate: group.lr ?? 1e-3, betas: betas, epsilon: epsilon,
        weightDecay: decay, amsgrad: group.amsgrad ?? false, maximize: maximize)
    case "AdamW":
      return AdamW(
        parameters, learningRate: group.lr ?? 1e-3, betas: betas, epsilon: epsilon,
        weightDecay: group.weightDecay ?? 1e-2, amsgrad: group.amsgrad ?? false, maximize: maximize)
    case "NAdam":
      return NAdam(
        parameters, learningRate: group.lr ?? 2e-3, betas: betas, epsilon: epsilon,
        weightDecay: decay, momentumDecay: group.momentumDecay ?? 4e-3,
        decoupledWeightDecay: group.decoupledWeightDecay ?? false, maximize: maximize)
    case "RAdam":
      return RAdam(
        parameters, learningRate: group.lr ?? 1e-3, betas: betas, epsilon: epsilon,
        weightDecay: decay, decoupledWeightDecay: group.decoupledWeightDecay ?? false,
        maximize: maximize)
    default:
      return Lion(
        parameters, learningRate: group.lr ?? 1e-4, betas: betas, weightDecay: decay,
        maximize: maximize)
    }
  }

  private func pair(_ numbers: [Double]?) -> (Double, Double)? { numbers.map { ($0[0], $0[1]) } }
}
