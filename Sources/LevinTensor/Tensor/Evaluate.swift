/// Computes tensors together, in one pass where they share work.
///
/// Tensors that are asked for together are planned together: intermediate results that several of them
/// need are computed once. A tensor that is computed already costs nothing.
public func evaluate(_ tensors: Tensor...) { evaluate(tensors) }

/// Computes all tensors of an array together.
public func evaluate(_ tensors: [Tensor]) {
  Evaluation.run(tensors.map(\.node))
}
