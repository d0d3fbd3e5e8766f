public import LevinTensor

/// Observations that a closure gives one by one, and another puts together to batches: PyTorch's map-style data set
/// with its `collate_fn`.
///
///     let images = MapDataset(count: paths.count) { index in
///       try Tensor(contentsOfNPY: paths[index])
///     } collate: { elements in
///       stack(elements)
///     }
public struct MapDataset<Batch>: Dataset {
  /// The number of observations.
  public let count: Int
  private let gather: @Sendable ([Int]) throws -> Batch

  /// Observations of any type.
  ///
  /// - Parameters:
  ///   - count: The number of observations.
  ///   - element: The observation at an index.
  ///   - collate: A batch, made of some observations in their order.
  public init<Element>(
    count: Int, element: @escaping @Sendable (Int) throws -> Element,
    collate: @escaping @Sendable ([Element]) throws -> Batch
  ) {
    self.count = count
    gather = { try collate($0.map(element)) }
  }

  /// The elements of a collection, such as an array of structures.
  ///
  /// - Parameters:
  ///   - elements: The observations.
  ///   - collate: A batch, made of some observations in their order.
  public init<Elements: RandomAccessCollection & Sendable>(
    _ elements: Elements, collate: @escaping @Sendable ([Elements.Element]) throws -> Batch
  ) {
    self.init(count: elements.count) { index in
      elements[elements.index(elements.startIndex, offsetBy: index)]
    } collate: {
      try collate($0)
    }
  }

  /// The observations at some indices.
  ///
  /// An index that is negative or beyond the data ends the process.
  ///
  /// - Throws: What the closures throw.
  public func batch(at indices: [Int]) throws -> Batch {
    requireIndices(indices, below: count, for: "MapDataset")
    return try gather(indices)
  }
}

extension MapDataset where Batch == Tensor {
  /// Tensors of one shape, which a batch stacks along a new first axis.
  public init(count: Int, element: @escaping @Sendable (Int) throws -> Tensor) {
    self.init(count: count, element: element) { try stack($0).evaluated() }
  }
}

extension MapDataset where Batch == (Tensor, Tensor) {
  /// Pairs of tensors, each of one shape, which a batch stacks along new first axes.
  public init(count: Int, element: @escaping @Sendable (Int) throws -> (Tensor, Tensor)) {
    self.init(count: count, element: element) { elements in
      let (first, second) = (stack(elements.map(\.0)), stack(elements.map(\.1)))
      try evaluate(first, second)
      return (first, second)
    }
  }
}

/// Ends the process when an index is out of range.
func requireIndices(_ indices: [Int], below count: Int, for name: String) {
  if let bad = indices.first(where: { !(0..<count).contains($0) }) {
    stop("\(name): index \(bad) is out of range for \(count) observations")
  }
}
