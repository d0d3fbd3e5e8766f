/// A fault that only the numbers show: a matrix that cannot be factorised, an index out of range, a draw from a
/// distribution whose parameter is outside its domain.
///
/// ``evaluate(_:)-(Tensor...)`` throws it, and so does a training step, as the culprit of its own error. Reading a
/// tensor by ``Tensor/item()``, ``Tensor/scalars`` or printing ends the process with the same message. Nothing is kept of
/// an evaluation that failed, and it can be repeated. Of several faults it is the same one whatever the number of
/// threads.
public struct EvaluationError: Error, Hashable, Sendable {
  /// The kinds of faults.
  ///
  /// Later versions may add cases, so a `switch` over them needs a `default`.
  #if compiler(>=6.3)
  @nonexhaustive
  #endif
  public enum Problem: Hashable, Sendable {
    /// A matrix is not positive definite: its leading minor of this order, counted from 1, is not positive.
    case notPositiveDefinite(minor: Int)
    /// A matrix is singular: this pivot, counted from 1, is 0 or NaN.
    case singular(pivot: Int)
    /// A matrix has no finite eigenvalues.
    case noFiniteEigenvalues
    /// An index is out of range for an axis of this size.
    case indexOutOfRange(Int, axis: Int, size: Int)
    /// A parameter of a distribution is outside its domain.
    case outsideDomain(DomainViolation)
    /// An argument is outside its domain, in words.
    case invalidArgument(String)
  }

  /// The operation that found the fault.
  public let operation: String
  /// The fault.
  public let problem: Problem
  /// The position of the first matrix at fault in its batch, or of the first index at fault among the indices.
  public let position: [Int]
  /// The shape of the matrices or of the indices.
  public let shape: [Int]
  /// The file and line where the operation was made; nil where they are not known.
  public let origin: String?

  package init(
    _ operation: String, _ problem: Problem, at position: [Int] = [], of shape: [Int] = [],
    origin: String? = nil
  ) {
    (self.operation, self.problem) = (operation, problem)
    (self.position, self.shape, self.origin) = (position, shape, origin)
    flushPrintedText()
  }

  /// Ends the process with the message.
  package func end() -> Never { stop(description, locating: origin == nil) }
}

extension EvaluationError: CustomStringConvertible {
  /// The operation, the fault, and the line that the operation was made on.
  public var description: String {
    if case .outsideDomain(let violation) = problem { return violation.description }
    return "\(operation): \(text)" + (origin.map { "; made at \($0)" } ?? "")
  }

  private var text: String {
    switch problem {
    case .notPositiveDefinite(let minor):
      "\(matrix) is not positive definite: its leading minor of order \(minor) is not positive"
    case .singular(let pivot): "\(matrix) is singular: pivot \(pivot) is 0 or no number"
    case .noFiniteEigenvalues: "\(matrix) has no finite eigenvalues"
    case .indexOutOfRange(let index, let axis, let size):
      "index \(index) is out of range for axis \(axis) of size \(size)" + placeOfIndex
    case .outsideDomain(let violation): violation.description
    case .invalidArgument(let text): text
    }
  }

  // A stack along one axis or none has numbers.
  private var matrix: String {
    "matrix \(position.count > 1 ? "\(position)" : "\(position.first ?? 0)") of shape \(shape)"
  }

  private var placeOfIndex: String {
    shape.isEmpty ? "" : ", at \(position) of indices of shape \(shape)"
  }
}

/// A parameter of a distribution that is outside its domain.
public struct DomainViolation: Error, Hashable, Sendable {
  /// The type of the distribution.
  public let distribution: String
  /// The parameter's name.
  public let parameter: String
  /// The index of the first element that is outside, one number for each axis of the parameter.
  public let index: [Int]
  /// The element.
  public let value: Double
  /// The condition that the parameter must meet, with its article: `a positive number`.
  public let constraint: String
  /// The way to keep it.
  public let remedy: String

  package init(
    distribution: String, parameter: String, index: [Int], value: Double, constraint: String,
    remedy: String
  ) {
    (self.distribution, self.parameter) = (distribution, parameter)
    (self.index, self.value, self.constraint, self.remedy) = (index, value, constraint, remedy)
  }
}

extension DomainViolation: CustomStringConvertible {
  /// The distribution, the parameter, the element, the condition, and what to do.
  public var description: String {
    "\(distribution): \(parameter)\(place) is \(value.spelt), which is not \(constraint); \(remedy)"
  }

  private var place: String { index.isEmpty ? "" : " at \(index)" }
}

extension Double {
  /// The number in an error: with the digits of single precision where that holds it, and NaN without a sign.
  package var spelt: String {
    if isNaN { return "nan" }
    let single = Float(self)
    return Double(single) == self ? "\(single)" : "\(self)"
  }
}
