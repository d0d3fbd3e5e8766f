internal import LevinTensor

/// Whether tensors are finite, to be evaluated along with them.
///
/// Small tensors are looked at where they lie in memory, which costs no node of the plan; for large ones
/// the plan reduces to one flag each while it has the numbers at hand.
struct FiniteCheck {
  private static let smallCount = 256
  private let tensors: [Tensor?]
  private let flags: [Tensor?]

  init(_ tensors: [Tensor?]) {
    self.tensors = tensors
    flags = tensors.map { tensor in
      guard let tensor, tensor.elementCount > Self.smallCount else { return nil }
      return tensor.isFinite.all()
    }
  }

  /// Adds the tensors to evaluate before the look.
  func appendRoots(to roots: inout [Tensor]) {
    for index in tensors.indices {
      if let root = flags[index] ?? tensors[index] { roots.append(root) }
    }
  }

  /// The index of the first tensor that is not finite; nil when all are.
  var firstFailure: Int? {
    tensors.indices.first { index in
      if let flag = flags[index] { return flag.firstScalar == 0 }
      return tensors[index].map { !$0.isFiniteInMemory } ?? false
    }
  }
}
