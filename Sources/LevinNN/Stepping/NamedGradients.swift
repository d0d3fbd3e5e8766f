public import LevinTensor

/// The gradients of a step by the names of parameters, before anything is computed.
///
/// A gradient is a graph that joins the one evaluation of the step: a norm of it costs no pass of its own, and an
/// assigned tensor takes its place in the step.
public struct NamedGradients {
  /// The names of the optimizer's parameters, in its order.
  public let names: [String]
  /// The gradients in the same order, each with respect to the unconstrained values; nil where the loss does not
  /// depend on a parameter.
  public private(set) var tensors: [Tensor?]

  /// Names gradients.
  ///
  /// - Parameters:
  ///   - names: A name for each gradient.
  ///   - tensors: As many gradients.
  public init(names: [String], tensors: [Tensor?]) {
    require(
      names.count == tensors.count,
      "NamedGradients: \(names.count) names for \(tensors.count) gradients")
    (self.names, self.tensors) = (names, tensors)
  }

  /// The gradient at a parameter; nil when there is none.
  ///
  /// A new one must have the shape and dtype of the old.
  ///
  /// Setting the gradient of a parameter that has none gives it one; setting nil leaves the parameter alone in
  /// this step.
  public subscript(name: String) -> Tensor? {
    get { names.firstIndex(of: name).flatMap { tensors[$0] } }
    set {
      guard let index = names.firstIndex(of: name) else {
        stop("NamedGradients: no parameter is called '\(name)'; there are \(names)")
      }
      if let old = tensors[index], let new = newValue {
        require(
          old.shape == new.shape && old.dtype == new.dtype,
          "NamedGradients: the gradient of '\(name)' is \(old.dtype) of shape \(old.shape), and "
            + "\(new.dtype) of shape \(new.shape) cannot take its place")
      }
      tensors[index] = newValue
    }
  }

  /// Puts the result of `body` in the place of each gradient.
  public mutating func map(_ body: (_ name: String, _ gradient: Tensor) -> Tensor) {
    for (name, tensor) in zip(names, tensors) {
      if let tensor { self[name] = body(name, tensor) }
    }
  }
}

extension NamedGradients: Sequence {
  /// Goes through the names and gradients of the parameters that have one.
  public func makeIterator() -> AnyIterator<(name: String, gradient: Tensor)> {
    var index = 0
    return AnyIterator {
      while index < names.count {
        defer { index += 1 }
        if let tensor = tensors[index] { return (names[index], tensor) }
      }
      return nil
    }
  }
}
