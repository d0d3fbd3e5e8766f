public import LevinNN

/// A program that draws the latent values of a model from an approximation of their posterior.
///
/// A guide of one's own is a module whose call has a ``sample(_:_:observed:enumerate:)`` for each latent
/// site of the model, under the same name:
///
///     final class MeanGuide: Guide {
///       @Parameter var loc: Tensor = [0]
///       @Parameter(constraint: .positive) var scale: Tensor = [1]
///
///       func callAsFunction(_ data: Tensor) { sample("mean", Normal(loc, scale)) }
///     }
public protocol Guide<Input>: Module {
  /// The argument of the model and the guide in a step: the data.
  associatedtype Input

  /// Draws the latent values.
  ///
  /// - Throws: ``InferenceError``, for guides that look at a model first and find that they cannot serve it.
  func callAsFunction(_ input: Input) throws
}
