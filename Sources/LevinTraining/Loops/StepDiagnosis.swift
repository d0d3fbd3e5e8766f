internal import LevinTensor

// What is found out about a step that failed, when it has.

/// The steps whose distributions are looked at while they run: the first of a fit, and those whose number is a power
/// of 8 from then on, so that their cost does not count.
struct ParameterLooks {
  private var step = 0

  var isDue: Bool {
    step == 0 || step > 1 && step & (step - 1) == 0 && step.trailingZeroBitCount % 3 == 0
  }

  mutating func stepBegan() { step += 1 }
}

extension NonFiniteStep {
  /// A step that was not taken because of a parameter of a distribution.
  init(
    refusedFor violation: DomainViolation, input: NonFiniteInput? = nil, in progress: FitProgress,
    result: FitResult
  ) {
    self.init(
      epoch: progress.epoch, step: progress.step, loss: .nan, culprit: nil, input: input,
      violation: violation,
      isRefused: true, result: result)
  }
}

extension NonFiniteInput {
  /// The first NaN of a batch, or else its first infinity, or else what was found in the graph; nil if there is none.
  init?<Batch>(
    in batch: Batch, of source: any BatchSource<Batch>, otherwise element: NonFiniteElement?
  ) {
    if let (name, found) = Self.first(in: batch) {
      let index = Self.dataIndex(of: name, found.value, in: source)
      self.init(name: name, element: found, dataIndex: index)
    } else if let element {
      self.init(name: "input of shape \(element.shape)", element: element, dataIndex: nil)
    } else {
      return nil
    }
  }

  private static func first(in batch: Any) -> (name: String, element: NonFiniteElement)? {
    let found = tensors(in: batch).compactMap { name, tensor in
      (try? tensor.evaluated())?.firstNonFinite.map { (name, $0) }
    }
    return found.first { $0.1.value.isNaN } ?? found.first
  }

  // The batch may be shuffled, so the data are read in their order, for such a number in the tensor of that name.
  private static func dataIndex<Batch>(
    of name: String, _ value: Double, in source: any BatchSource<Batch>
  ) -> [Int]? {
    guard var batches = try? source.observationsInOrder() else { return nil }
    var first = 0
    while let batch = try? batches.next() {
      let tensor = tensors(in: batch.content).first { $0.name == name }?.tensor
      let found = (try? tensor?.evaluated())?.firstElement {
        value.isNaN ? $0.isNaN : $0 == value
      }
      if var index = found?.index {
        if !index.isEmpty { index[0] += first }
        return index
      }
      first += batch.observationCount
    }
    return nil
  }
}

/// The tensors in a value: tuples, structures and arrays of them, to any depth that a batch may have.
func tensors(
  in value: Any, _ path: String = "", depth: Int = 0
) -> [(name: String, tensor: Tensor)] {
  if let tensor = value as? Tensor { return [(path, tensor)] }
  if depth > 4 { return [] }
  return Mirror(reflecting: value).children.enumerated().flatMap { number, child in
    let label = child.label.map { $0.hasPrefix(".") ? $0 : "." + $0 } ?? "[\(number)]"
    return tensors(in: child.value, path + label, depth: depth + 1)
  }
}
