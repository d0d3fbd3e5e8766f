public import LevinTensor

/// The function that stochastic variational inference makes small.
public protocol Objective {
  /// The loss of one run of a guide and of the model that takes over what the guide drew: a scalar, to be
  /// computed and differentiated with respect to the parameters of both.
  ///
  /// - Parameters:
  ///   - model: Runs the model on the data of a step.
  ///   - guide: Runs the guide on the same data.
  /// - Throws: ``InferenceError`` if the two do not fit together.
  func loss(model: () throws -> Void, guide: () throws -> Void) throws -> Tensor
}
