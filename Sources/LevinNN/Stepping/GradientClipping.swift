public import LevinTensor

/// A bound on the gradients of a step.
///
///     Trainer(maxEpochs: 10, gradientClipping: .norm(1))
public enum GradientClipping: Sendable, Hashable {
  /// A bound on the Euclidean norm of all gradients together: they are multiplied by min(1, bound / (norm + 1e-6)), as
  /// `torch.nn.utils.clip_grad_norm_` does.
  case norm(Double)
  /// A bound on the magnitude of each element: elements beyond it are set to it.
  case value(Double)

  /// The problem with the bound, in a sentence for the user; nil when all is well.
  public var settingsProblem: String? {
    switch self {
    case .norm(let bound), .value(let bound):
      bound > 0 && bound.isFinite
        ? nil : "the bound is \(bound), and must be a finite number above 0"
    }
  }

  /// The gradients within the bound, as a graph that nobody has computed.
  public func clipped(_ gradients: [Tensor?]) -> [Tensor?] {
    switch self {
    case .value(let bound):
      return gradients.map { gradient in
        gradient.map { gradient in
          let limit = Tensor(bound).cast(to: gradient.dtype)
          return gradient.clip(min: -limit, max: limit)
        }
      }
    case .norm(let bound):
      guard let norm = Self.norm(of: gradients) else { return gradients }
      // Compared as PyTorch does, so that a norm below the bound leaves the bits of gradients as they are.
      let factor = (bound / (norm + 1e-6)).clip(max: 1)
      return gradients.map { gradient in gradient.map { $0 * factor.cast(to: $0.dtype) } }
    }
  }

  /// The Euclidean norm of all gradients together, a tensor of one element in the widest of their dtypes; nil when there
  /// are none.
  public static func norm(of gradients: [Tensor?]) -> Tensor? {
    let present = gradients.compactMap(\.self)
    guard let first = present.first else { return nil }
    let dtype = present.contains { $0.dtype == .float64 } ? DType.float64 : first.dtype
    let squares = present.map { $0.cast(to: dtype).square().sum() }
    return squares.dropFirst().reduce(squares[0], +).sqrt()
  }
}
