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
@propertyWrapper
public final class Parameter {
  private var leaf: Tensor
  private let sink: GradientSink

  /// Evaluates and copies a tensor; whole numbers become `float32`.
  public init(wrappedValue: Tensor) {
    sink = GradientSink()
    leaf = Self.leaf(of: wrappedValue, sink)
  }

  /// The current value.
  ///
  /// An assigned tensor is evaluated and copied, and cut off from what it was made of.
  public var wrappedValue: Tensor {
    get { leaf }
    set { leaf = Self.leaf(of: newValue, sink) }
  }

  /// The parameter itself.
  public var projectedValue: Parameter { self }

  /// Takes over a computed value that nobody else will change, without a copy.
  package func adopt(_ value: Tensor) {
    leaf = value.asGradientLeaf(sink: sink)
  }

  /// The sum of the gradients that `backward()` has left here; nil before the first.
  ///
  /// Set it to nil to begin anew. A `Trainer` does not use it.
  public var gradient: Tensor? {
    get { sink.gradient }
    set { sink.gradient = newValue }
  }

  private static func leaf(of value: Tensor, _ sink: GradientSink) -> Tensor {
    let real = value.dtype.isFloatingPoint ? value : value.cast(to: .float32)
    return real.requiringGradient().asGradientLeaf(sink: sink)
  }
}
