internal import LevinTensor

/// Whether tensors are finite, to be evaluated along with them.
///
/// Small tensors are looked at where they lie in memory, which costs no node of the plan; for large ones
/// the plan reduces to one flag each while it has the numbers at hand.
struct FiniteCheck {
  private static let smallCount = 256
  // In the place of a large tensor, its flag.
  private var looks: [(root: Tensor, isFlag: Bool)?] = []

  init(capacity: Int) { looks.reserveCapacity(capacity) }

  /// The number of tensors, nil ones included.
  var count: Int { looks.count }

  /// Adds a tensor to look at; nil passes.
  mutating func add(_ tensor: Tensor?) {
    guard let tensor else { return looks.append(nil) }
    let isLarge = tensor.elementCount > Self.smallCount
    looks.append(isLarge ? (tensor.isFinite.all(), true) : (tensor, false))
  }

  /// Adds the tensors to evaluate before the look.
  func appendRoots(to roots: inout [Tensor]) {
    for case let look? in looks { roots.append(look.root) }
  }

  /// The index of the first tensor that is not finite; nil when all are.
  var firstFailure: Int? {
    looks.firstIndex { look in
      guard let look else { return false }
      return look.isFlag ? look.root.firstScalar == 0 : !look.root.isFiniteInMemory
    }
  }
}
