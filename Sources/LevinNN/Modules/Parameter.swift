public import LevinTensor

/// A tensor that a fit changes: the property wrapper for what a model learns.
///
///     class Line: Module {
///       @Parameter var slope: Tensor
///       @Parameter var offset: Tensor = [0]
///
///       init(slope: Float) { self.slope = [slope] }
///     }
///
/// The wrapped value is a tensor at which gradients can be taken. `$slope` is the parameter itself, by
/// which an optimizer knows it.
///
/// A parameter that must stay positive, or add up to 1, says so, and every step keeps it there:
///
///     class Rates: Module {
///       @Parameter(constraint: .positive) var rate: Tensor = [1]
///       @Parameter var shares: Tensor
///
///       init(groups: Int) {
///         _shares = Parameter(wrappedValue: .full([groups], 1 / Double(groups)), constraint: .simplex)
///       }
///     }
///
/// The optimizer then changes ``unconstrained``, and the wrapped value is what the constraint's transform
/// makes of it.
@propertyWrapper
public final class Parameter {
  private var leaf: Tensor
  private let sink: GradientSink
  private let map: (any Transform)?

  /// Evaluates and copies a tensor; integers become `float32`.
  public init(wrappedValue: Tensor) {
    sink = GradientSink()
    map = nil
    leaf = Self.leaf(of: wrappedValue, sink)
  }

  /// Evaluates and copies a tensor that meets a constraint, which it will meet after every step.
  ///
  /// - Parameters:
  ///   - wrappedValue: The first value; it must meet the constraint.
  ///   - constraint: What the value has to be; its `transform(to:)` makes it of unconstrained numbers.
  public convenience init(wrappedValue: Tensor, constraint: Constraint) {
    require(
      constraint.check(wrappedValue).all().item() == 1,
      "Parameter: the first value \(wrappedValue) is not \(constraint) throughout")
    self.init(wrappedValue: wrappedValue, transform: transform(to: constraint))
  }

  /// Evaluates and copies a tensor that a transform makes of unconstrained numbers.
  public init(wrappedValue: Tensor, transform: any Transform) {
    sink = GradientSink()
    map = transform.unwrapped is IdentityTransform ? nil : transform.unwrapped
    leaf = Self.leaf(of: map?.inverse(Self.real(wrappedValue)) ?? wrappedValue, sink)
  }

  /// The current value.
  ///
  /// An assigned tensor is evaluated and copied, and cut off from what it was made of.
  public var wrappedValue: Tensor {
    get { map?(leaf) ?? leaf }
    set { leaf = Self.leaf(of: map?.inverse(Self.real(newValue)) ?? newValue, sink) }
  }

  /// The numbers that an optimizer changes: the value itself unless the parameter has a constraint.
  public var unconstrained: Tensor { leaf }

  /// The parameter itself.
  public var projectedValue: Parameter { self }

  /// Takes over computed unconstrained numbers that nobody else will change, without a copy.
  package func adopt(_ value: Tensor) {
    leaf = value.asGradientLeaf(sink: sink)
  }

  /// Goes back to numbers that were ``unconstrained`` before a trial of a step, so that gradients can be taken there.
  package func putBack(_ unconstrained: Tensor) { leaf = unconstrained }

  /// Takes over unconstrained numbers of the same shape and dtype.
  package func restore(_ value: Tensor) { leaf = Self.leaf(of: value, sink) }

  /// The sum of the gradients that `backward()` has left here; nil before the first.
  ///
  /// Set it to nil to begin anew. A `Trainer` does not use it.
  public var gradient: Tensor? {
    get { sink.gradient }
    set { sink.gradient = newValue }
  }

  private static func leaf(of value: Tensor, _ sink: GradientSink) -> Tensor {
    real(value).requiringGradient().asGradientLeaf(sink: sink)
  }

  private static func real(_ value: Tensor) -> Tensor {
    value.dtype.isFloatingPoint ? value : value.cast(to: .float32)
  }
}
