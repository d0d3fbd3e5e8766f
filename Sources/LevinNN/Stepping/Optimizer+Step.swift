public import LevinTensor

extension Optimizer {
  /// Takes one step for a loss: for loops written by hand, whatever the optimizer.
  ///
  ///     for _ in 0..<100 { try optimizer.step { model.loss(data) } }
  ///
  /// - Parameters:
  ///   - buffers: The buffers whose new values are put in force with the step.
  ///   - loss: The loss, a tensor of one element. It is run in training mode, once by most optimizers and several times
  ///     by a ``ClosureOptimizer``, each time with the same draws of the default generator.
  /// - Returns: The loss before the step.
  /// - Throws: ``Step/NonFinite`` when the step is not finite, and what `loss` throws. Then nothing has changed.
  @discardableResult
  public func step(buffers: [Buffer] = [], _ loss: () throws -> Tensor) throws -> Double {
    try withoutActuallyEscaping(loss) { loss in
      var step = try Step(optimizer: self, buffers: buffers, loss: loss)
      return try step.take()
    }
  }
}
