internal import LevinNN
internal import LevinTensor

/// Tells of parameters that a loss and an optimizer do not both have: those that no gradient reaches, and those that
/// one would reach and that the optimizer was not given.
struct GradientReach {
  private let names: [String]
  private var isKnownIdle: [Bool]
  // The parameters that the optimizer lacks, until the first step has been looked at.
  private var others: [(name: String, parameter: Parameter)]

  init(
    _ optimizer: any Optimizer, names: [String],
    others all: [(name: String, parameter: Parameter)]
  ) {
    self.names = names
    isKnownIdle = names.map { _ in false }
    let own = Set(optimizer.parameters.map { ObjectIdentifier($0) })
    others = all.filter { !own.contains(ObjectIdentifier($0.parameter)) }
  }

  /// Whether there is nothing left to look for.
  var isDone: Bool { others.isEmpty && isKnownIdle.allSatisfy { $0 } }

  /// Sentences about what was found for the first time.
  mutating func findings(in step: Step) -> [String] {
    var findings: [String] = []
    let idle = step.gradients.indices.filter { step.gradients[$0] == nil && !isKnownIdle[$0] }
    for index in idle { isKnownIdle[index] = true }
    if !idle.isEmpty {
      let (list, isOne) = (Self.list(idle.map { names[$0] }), idle.count == 1)
      findings.append(
        "the loss does not depend on parameter\(isOne ? "" : "s") \(list), which "
          + (isOne ? "stays as it is" : "stay as they are"))
    }
    if !others.isEmpty {
      let reached = zip(
        others, gradients(of: step.loss, at: others.map(\.parameter.unconstrained)))
      let missed = reached.filter { $0.1 != nil }.map(\.0.name)
      if !missed.isEmpty { findings.append(Self.warning(ofMissed: missed)) }
      others = []
    }
    return findings
  }

  private static func warning(ofMissed names: [String]) -> String {
    let isOne = names.count == 1
    return
      "the loss depends on parameter\(isOne ? "" : "s") \(list(names)), which the optimizer does not "
      + "have, so \(isOne ? "it stays as it is" : "they stay as they are"); give "
      + "\(isOne ? "it" : "them") to the optimizer, or compute that part inside withoutGradient"
  }

  private static func list(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: ", ")
  }
}

/// The names of an optimizer's parameters, in its order.
func parameterNames(
  of optimizer: any Optimizer, among named: [(name: String, parameter: Parameter)]
) -> [String] {
  let names = Dictionary(
    uniqueKeysWithValues: named.map { (ObjectIdentifier($0.parameter), $0.name) })
  return optimizer.parameters.enumerated().map { index, parameter in
    names[ObjectIdentifier(parameter)] ?? "parameter \(index) of the optimizer"
  }
}
