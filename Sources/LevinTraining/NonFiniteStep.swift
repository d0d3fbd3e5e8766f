public import LevinTensor

/// A step whose numbers went bad; the parameters are as they were before it.
public struct NonFiniteStep: Sendable {
  /// The owner of a number that is not finite, by its name in the source.
  ///
  /// Later versions may add cases, so a `switch` over them needs a `default`.
  #if compiler(>=6.3)
  @nonexhaustive
  #endif
  public enum Culprit: Sendable, Hashable {
    /// A parameter was not finite before the step.
    case parameter(String)
    /// The gradient at a parameter is not finite.
    case gradient(String)
    /// The value that a parameter would take is not finite.
    case update(String)
    /// The optimizer's new state of a parameter is not finite; the name is empty where that is not known.
    case optimizerState(String)
    /// The value that a buffer would take is not finite.
    case buffer(String)
    /// An operation found numbers that it cannot work on, such as a matrix that is not positive definite.
    case fault(EvaluationError)
  }

  /// The epoch, counted from 0.
  public let epoch: Int
  /// The step, counted from 0 over all epochs.
  public let step: Int
  /// The loss of the step; NaN for one that could not be computed.
  public let loss: Double
  /// The first owner of a number that is not finite; nil when the loss alone is not.
  public let culprit: Culprit?
  /// The first NaN or infinity in what the culprit owns.
  public let element: NonFiniteElement?
  /// The first NaN of the data that the step was made from, or else the first infinity of its batch, if there is one.
  public let input: NonFiniteInput?
  /// The first parameter of a distribution that is outside its domain, if there is one.
  public let violation: DomainViolation?
  /// The outcome of the fit before the step.
  public let result: FitResult
  // Whether a look at parameters refused it, rather than its numbers.
  private let isRefused: Bool

  init(
    epoch: Int, step: Int, loss: Double, culprit: Culprit?, element: NonFiniteElement? = nil,
    input: NonFiniteInput? = nil, violation: DomainViolation? = nil, isRefused: Bool = false,
    result: FitResult
  ) {
    (self.epoch, self.step, self.loss, self.culprit) = (epoch, step, loss, culprit)
    (self.element, self.input, self.violation) = (element, input, violation)
    (self.isRefused, self.result) = (isRefused, result)
  }
}

/// A number of the data that is NaN or infinite.
public struct NonFiniteInput: Sendable, Hashable {
  /// The tensor of the batch that holds it: empty for a batch of one tensor, `.1` for the second of a tuple, `.weight` for
  /// a property of that name.
  public let name: String
  /// The number and its index in the batch.
  public let element: NonFiniteElement
  /// The index in the training data of the first such number in the tensor of that name; nil where they are not read
  /// again.
  public let dataIndex: [Int]?
}

extension NonFiniteInput: CustomStringConvertible {
  /// The number and its index.
  public var description: String {
    let tensor = name.isEmpty ? "the batch" : "'\(name)' of the batch"
    return "\(tensor) holds \(element)" + (dataIndex.map { ", the training data at \($0)" } ?? "")
  }
}

extension NonFiniteStep: CustomStringConvertible {
  /// The step, the loss, the culprit, and what was found out about it.
  public var description: String {
    ([problem] + [input?.description, violationText].compactMap { $0 }).joined(separator: "; ")
  }

  private var problem: String {
    if case .fault(let error)? = culprit {
      return "step \(step) of epoch \(epoch) failed: \(error)"
    }
    if let violation, isRefused {
      return "step \(step) of epoch \(epoch) was not taken: \(violation)"
    }
    return "step \(step) of epoch \(epoch) is not finite: the loss is \(number), \(reason)"
  }

  private var number: String { loss.isNaN ? "nan" : "\(Float(loss))" }

  // A draw that could not be made has the violation in its fault.
  private var violationText: String? {
    if case .fault(let error)? = culprit, case .outsideDomain = error.problem { return nil }
    return isRefused ? nil : violation?.description
  }

  private var reason: String {
    switch culprit {
    case .parameter(let name): "and parameter '\(name)' was not finite before the step\(place)"
    case .gradient(let name):
      "and the gradient at '\(name)' is the first that is not finite\(place)"
    case .update(let name):
      "and the new value of '\(name)' is the first that is not finite\(place)"
    case .optimizerState(let name):
      "and the optimizer's state" + (name.isEmpty ? "" : " of '\(name)'")
        + " would not be finite\(place)"
    case .buffer(let name):
      "and the new value of buffer '\(name)' is the first that is not finite\(place)"
    case .fault, nil: "and every gradient is finite"
    }
  }

  // Nobody needs to be told which one of one element it is.
  private var place: String {
    guard let element, element.shape.reduce(1, *) > 1 else { return "" }
    return ", at \(element.index)"
  }
}
