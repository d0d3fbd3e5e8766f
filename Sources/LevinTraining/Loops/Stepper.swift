import LevinNN
package import LevinTensor

/// Takes steps with an optimizer: gradients, one evaluation of everything, a look whether all is finite,
/// and only then the commit.
final class Stepper {
  enum Outcome {
    case taken(loss: Double)
    case lossWithoutGradient
    case notFinite(loss: Double, NonFiniteStep.Culprit?)
  }

  private let optimizer: any Optimizer
  private let parameters: [Parameter]
  private let names: [String]
  private var isKnownIdle: [Bool]
  private var newlyIdle: [String] = []

  init(_ optimizer: any Optimizer, names: [ObjectIdentifier: String]) {
    self.optimizer = optimizer
    parameters = optimizer.parameters
    self.names = parameters.enumerated().map { index, parameter in
      names[ObjectIdentifier(parameter)] ?? "parameter \(index) of the optimizer"
    }
    isKnownIdle = parameters.map { _ in false }
  }

  /// What is wrong with the list of parameters.
  var problem: String? {
    var seen: Set<ObjectIdentifier> = []
    let twice = parameters.firstIndex { !seen.insert(ObjectIdentifier($0)).inserted }
    return twice.map { "the optimizer was given '\(names[$0])' twice; give it each parameter once" }
  }

  func take(_ loss: Tensor, logging collector: MetricCollector) -> Outcome {
    let old = parameters.map(\.unconstrained)
    let step = PendingStep(loss, optimizer)
    noteIdle(step.gradients)
    if step.update.values.isEmpty { return .lossWithoutGradient }
    var logged: [Tensor] = []
    collector.appendPendingTensors(to: &logged)
    let value = step.compute(with: logged)
    if value.isFinite, step.isFinite {
      step.update.commit()
      return .taken(loss: value)
    }
    return .notFinite(loss: value, culprit(old, step))
  }

  private func culprit(_ old: [Tensor], _ step: PendingStep) -> NonFiniteStep.Culprit? {
    let wasBad = old.firstIndex { !$0.isFiniteInMemory }
    if let index = wasBad { return .parameter(names[index]) }
    if let index = step.gradientCheck.firstFailure { return .gradient(names[index]) }
    guard let index = step.valueCheck.firstFailure else { return nil }
    let parameter = step.update.values[index].parameter
    return parameters.firstIndex { $0 === parameter }.map { .update(names[$0]) }
  }

  private func noteIdle(_ gradients: [Tensor?]) {
    for index in gradients.indices where gradients[index] == nil && !isKnownIdle[index] {
      isKnownIdle[index] = true
      newlyIdle.append(names[index])
    }
  }

  /// A sentence about parameters that got no gradient for the first time.
  func newsAboutIdleParameters() -> String? {
    if newlyIdle.isEmpty { return nil }
    defer { newlyIdle = [] }
    let quoted = newlyIdle.map { "'\($0)'" }.joined(separator: ", ")
    return newlyIdle.count == 1
      ? "the loss does not depend on parameter \(quoted), which stays as it is"
      : "the loss does not depend on parameters \(quoted), which stay as they are"
  }
}

/// Whether tensors are finite, to be evaluated along with them.
///
/// Small tensors are looked at where they lie in memory, which costs no node of the plan; for large ones
/// the plan reduces to one flag each while it has the numbers at hand.
package struct FiniteCheck {
  private static let smallCount = 256
  private let tensors: [Tensor?]
  private let flags: [Tensor?]

  package init(_ tensors: [Tensor?]) {
    self.tensors = tensors
    flags = tensors.map { tensor in
      guard let tensor, tensor.elementCount > Self.smallCount else { return nil }
      return tensor.isFinite.all()
    }
  }

  package func appendRoots(to roots: inout [Tensor]) {
    for index in tensors.indices {
      if let root = flags[index] ?? tensors[index] { roots.append(root) }
    }
  }

  package var isPassed: Bool { firstFailure == nil }

  package var firstFailure: Int? {
    tensors.indices.first { index in
      if let flag = flags[index] { return flag.firstScalar == 0 }
      return tensors[index].map { !$0.isFiniteInMemory } ?? false
    }
  }
}
