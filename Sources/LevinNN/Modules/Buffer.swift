public import LevinTensor

/// A tensor that a module keeps from step to step and that no optimizer changes: running means, counts, averages.
///
///     final class Centered: Module {
///       @Buffer var runningMean: Tensor = [0]
///
///       func callAsFunction(_ x: Tensor) -> Tensor {
///         guard Mode.current == .training else { return x - runningMean }
///         let mean = x.mean(axis: 0)
///         runningMean = runningMean * 0.9 + mean * 0.1
///         return x - mean
///       }
///     }
///
/// A value that is assigned in a training step is computed together with the step and put in force if all of the step is
/// finite; otherwise the old value stands. Until then the new value is read back, so two calls in one step both
/// count. It has no gradient, and never holds on to the batches that it was made of. Assigned outside of
/// training (``Mode``), a value is computed at once; in training it keeps its shape and dtype. A buffer is part of its module's state.
@propertyWrapper
public final class Buffer {
  private var value: Tensor
  private var pending: Tensor?

  /// Evaluates and copies a tensor.
  public init(wrappedValue: Tensor) { value = Self.evaluated(wrappedValue) }

  /// The newest value.
  public var wrappedValue: Tensor {
    get { pending ?? value }
    set {
      guard Mode.current == .training else {
        (value, pending) = (Self.evaluated(newValue), nil)
        return
      }
      require(
        newValue.shape == value.shape && newValue.dtype == value.dtype,
        "Buffer: a step gives \(newValue.dtype) of shape \(newValue.shape) to a buffer that is \(value.dtype) of "
          + "shape \(value.shape); reduce it to that, or give the buffer its shape before the fit")
      // A loop that takes no `Step` leaves values pending; computed one by one they do not pile up.
      if let pending { try? evaluate(pending) }
      pending = newValue.detached()
    }
  }

  /// The buffer itself.
  public var projectedValue: Buffer { self }

  /// A value that waits to be put in force.
  package var proposal: Tensor? { pending }

  /// The value in force.
  package var settled: Tensor { value }

  /// Puts the pending value in force, and computes it if nobody has.
  package func commit() {
    guard let pending else { return }
    evaluateOrStop(pending)
    // An evaluated tensor that is cut off from its graph is a leaf.
    value = pending.detached()
    self.pending = nil
  }

  /// Forgets the pending value.
  package func discard() { pending = nil }

  /// Has a pending value wait again, or none: what it was before a trial of a step.
  package func putBack(_ proposal: Tensor?) { pending = proposal }

  /// Takes over a value of the same shape and dtype.
  package func restore(_ newValue: Tensor) { (value, pending) = (Self.evaluated(newValue), nil) }

  private static func evaluated(_ tensor: Tensor) -> Tensor {
    let copy = tensor.detached()
    evaluateOrStop(copy)
    return copy
  }
}
