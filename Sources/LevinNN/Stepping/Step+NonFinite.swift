public import LevinTensor

extension Step {
  /// A step whose numbers went bad, and that was not put in force.
  public struct NonFinite: Error, Sendable {
    /// The loss of the step; NaN for one that could not be computed.
    public let loss: Double
    /// The first thing that is not finite; nil when the loss alone is not.
    public let culprit: Culprit?
    /// The first NaN or infinity in what the culprit owns.
    public let element: NonFiniteElement?
    /// The first NaN in the data that the loss was made from, if there is one.
    public let input: NonFiniteElement?

    init(
      loss: Double, culprit: Culprit?, element: NonFiniteElement? = nil,
      input: NonFiniteElement? = nil
    ) {
      (self.loss, self.culprit, self.element, self.input) = (loss, culprit, element, input)
      flushPrintedText()
    }

    /// The owner of a number that is not finite, by its index among the optimizer's parameters or the step's buffers.
    ///
    /// Later versions may add cases, so a `switch` over them needs a `default`.
    #if compiler(>=6.3)
    @nonexhaustive
    #endif
    public enum Culprit: Sendable, Hashable {
      /// A parameter was not finite before the step.
      case parameter(Int)
      /// The gradient at a parameter is not finite.
      case gradient(Int)
      /// The value that a parameter would take is not finite; nil when the optimizer does not list the parameter.
      case update(Int?)
      /// The optimizer's new state is not finite, of a parameter where that is known.
      case optimizerState(Int?)
      /// The value that a buffer would take is not finite.
      case buffer(Int)
      /// An operation found numbers that it cannot work on, so that there are no results.
      case fault(EvaluationError)
    }
  }
}

extension Step.NonFinite: CustomStringConvertible {
  /// The loss, the culprit and the first NaN of the data in one sentence.
  public var description: String {
    let data = input.map { "; an input of shape \($0.shape) is \($0)" } ?? ""
    if case .fault(let error)? = culprit { return "the step failed: \(error)" + data }
    return "the step is not finite: the loss is \(loss.isNaN ? "nan" : "\(Float(loss))")" + reason
      + data
  }

  private var reason: String {
    let place = element.map { " (\($0))" } ?? ""
    func name(_ index: Int?) -> String { index.map { "parameter \($0)" } ?? "a parameter" }
    switch culprit {
    case .parameter(let index): return ", and \(name(index)) was not finite before it" + place
    case .gradient(let index): return ", and the gradient at \(name(index)) is not" + place
    case .update(let index): return ", and the new value of \(name(index)) is not" + place
    case .optimizerState(let index):
      return ", and the optimizer's state of \(name(index)) is not" + place
    case .buffer(let index): return ", and the new value of buffer \(index) is not" + place
    case .fault, nil: return ""
    }
  }
}
