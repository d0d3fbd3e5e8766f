/// A map from one set of values onto another, with the change of volume that densities need.
///
/// The rightmost `inputEventRank` axes of what goes in belong together, and so do the rightmost
/// `outputEventRank` axes of the result; along all axes before them elements are independent. A transform of
/// one's own on single numbers says two ranks of 0, both directions and a derivative:
///
///     struct Cube: Transform {
///       var inputEventRank: Int { 0 }
///       var outputEventRank: Int { 0 }
///       func callAsFunction(_ x: Tensor) -> Tensor { x * x * x }
///       func inverse(_ y: Tensor) -> Tensor { y.sign() * pow(abs(y), 1.0 / 3) }
///       func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor { log(3 * x.square()) }
///     }
public protocol Transform: Sendable {
  /// The number of rightmost axes of an input that belong together; 0 for single numbers.
  var inputEventRank: Int { get }

  /// The number of rightmost axes of an output that belong together; 0 for single numbers.
  var outputEventRank: Int { get }

  /// Whether each output comes from one input alone, so that there is a Jacobian determinant.
  var isBijective: Bool { get }

  /// The transformed values, of shape `forwardShape(x.shape)`.
  func callAsFunction(_ x: Tensor) -> Tensor

  /// The values that are transformed to `y`; one of them where there are several.
  ///
  /// Outside of what the transform can give the result is NaN or infinite, as the formula has it.
  func inverse(_ y: Tensor) -> Tensor

  /// log |det dy/dx|, of the input's shape without its event axes.
  ///
  /// - Parameters:
  ///   - x: An input.
  ///   - y: What the transform gives for it, which saves working it out again.
  func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor

  /// The shape of the output for an input of `shape`.
  func forwardShape(_ shape: [Int]) -> [Int]

  /// The shape of the input for an output of `shape`.
  func inverseShape(_ shape: [Int]) -> [Int]
}

extension Transform {
  /// True.
  public var isBijective: Bool { true }

  /// `shape` itself.
  public func forwardShape(_ shape: [Int]) -> [Int] { shape }

  /// `shape` itself.
  public func inverseShape(_ shape: [Int]) -> [Int] { shape }
}

extension Tensor {
  /// The sum over the rightmost `count` axes.
  package func summed(overLast count: Int) -> Tensor {
    count == 0 ? self : sum(axes: Array((rank - count)..<rank))
  }
}

extension Shape {
  /// Ends the process unless a shape has the axes that a transform works along.
  static func requireVectors(_ shape: [Int], for transform: String) {
    require(
      !shape.isEmpty, "\(transform): a single number of shape [] has no last axis to work along")
  }
}
