internal import LevinTensor

/// The loss of a step at other values of the parameters, for an optimizer that asks for it.
///
/// For a trial the parameters hold its values, random draws are those of the step, and what the model writes to
/// buffers is forgotten; afterwards all is as it was.
final class Trials {
  private let optimizer: any ClosureOptimizer
  private let flat: FlatParameters
  private let buffers: [Buffer]
  private let stream: PCG64
  private let again: () throws -> Tensor
  // A parameter without a gradient at the start of the step stays where it is.
  private let isActive: [Bool]

  init(
    _ optimizer: any ClosureOptimizer, gradients: [Tensor?], buffers: [Buffer],
    drawingFrom stream: PCG64, again: @escaping () throws -> Tensor
  ) {
    self.optimizer = optimizer
    flat = FlatParameters(parameters: optimizer.parameters)
    isActive = gradients.map { $0 != nil }
    (self.buffers, self.stream, self.again) = (buffers, stream, again)
  }

  func evaluate(_ values: [Double]) throws -> LossPoint {
    let tensors = flat.tensors(values)
    guard tensors.allSatisfy(\.isFiniteInMemory) else { return Self.nowhere(values) }
    let leaves = flat.parameters.map(\.unconstrained)
    let proposals = buffers.map(\.proposal)
    defer {
      for (parameter, leaf) in zip(flat.parameters, leaves) { parameter.putBack(leaf) }
      for (buffer, proposal) in zip(buffers, proposals) { buffer.putBack(proposal) }
    }
    for (parameter, tensor) in zip(flat.parameters, tensors) { parameter.adopt(tensor) }
    for buffer in buffers { buffer.discard() }
    do {
      return try withDefaultGenerator(stream) { try point(values) }
    } catch is EvaluationError {
      return Self.nowhere(values)
    }
  }

  private func point(_ values: [Double]) throws -> LossPoint {
    let loss = try again()
    require(
      loss.elementCount == 1,
      "Step: the loss has shape \(loss.shape) when it is asked for again; take its mean or sum")
    let leaves = flat.parameters.map(\.unconstrained)
    let slopes = gradients(of: loss, at: leaves)
    let curvature = optimizer.needsHessian ? SecondDerivatives(of: slopes, at: leaves) : nil
    try evaluateAll([loss] + slopes.compactMap { $0 } + (curvature?.roots ?? []))
    let kept = zip(slopes, isActive).map { $1 ? $0 : nil }
    return LossPoint(
      values: values, loss: loss.firstScalar, gradient: flat.vector(kept),
      hessian: curvature?.matrix(of: flat, isActive: isActive) ?? [])
  }

  private func evaluateAll(_ roots: [Tensor]) throws { try LevinTensor.evaluate(roots) }

  private static func nowhere(_ values: [Double]) -> LossPoint {
    LossPoint(values: values, loss: .nan, gradient: [])
  }
}

/// The second derivatives of a loss, before they are computed.
struct SecondDerivatives {
  // For each element of each parameter, the gradients of the loss's derivative by it.
  private let rows: [[Tensor?]]

  init(of slopes: [Tensor?], at leaves: [Tensor]) {
    rows = zip(slopes, leaves).flatMap { slope, leaf -> [[Tensor?]] in
      guard let line = slope?.flattened() else {
        return Array(repeating: leaves.map { _ in nil }, count: leaf.elementCount)
      }
      return (0..<line.elementCount).map { gradients(of: line[$0], at: leaves) }
    }
  }

  /// The tensors to compute.
  var roots: [Tensor] { rows.flatMap { $0.compactMap { $0 } } }

  /// The computed matrix row by row, made symmetric; 0 in rows and columns of parameters that are not active.
  func matrix(of flat: FlatParameters, isActive: [Bool]) -> [Double] {
    let active = zip(flat.parameters, isActive).flatMap { parameter, isActive in
      [Bool](repeating: isActive, count: parameter.unconstrained.elementCount)
    }
    let lines = rows.map { flat.vector($0) }
    let count = lines.count
    var matrix = [Double](repeating: 0, count: count * count)
    for row in 0..<count where active[row] {
      for column in 0..<count where active[column] {
        matrix[row * count + column] = (lines[row][column] + lines[column][row]) / 2
      }
    }
    return matrix
  }
}
