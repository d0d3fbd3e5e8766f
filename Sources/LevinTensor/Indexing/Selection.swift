/// The indices of a subscript, resolved against a shape.
///
/// Numbers, ranges and new axes make a slice under a shape of its own, the view. Tensors of indices then
/// are indices into the view; the axes that one tensor of Booleans spans are one axis there.
struct Selection {
  /// A tensor of integers, or of Booleans, and the axis of the view on which it stands.
  private struct Index {
    var tensor: Tensor
    var axis: Int
    /// The axis in the user's words.
    var named: Int

    var isMask: Bool { tensor.dtype == .bool }

    /// Integers, for a mask the positions of its true elements.
    var numbers: Tensor { isMask ? tensor.positionsOfTrue() : tensor }
  }

  private let shape: [Int]
  private let site: CallSite
  private var starts: [Int] = []
  private var counts: [Int] = []
  private var steps: [Int] = []
  private var viewShape: [Int] = []
  private var indices: [Index] = []

  init(_ kinds: [TensorIndex.Kind], of shape: [Int], at site: CallSite) {
    self.shape = shape
    self.site = site
    let named = kinds.reduce(0) { $0 + $1.axisCount }
    require(
      named <= shape.count,
      "subscript: \(named) \(named == 1 ? "index" : "indices") for a tensor of shape \(shape)")
    var rest = shape.count - named
    for kind in kinds {
      switch kind {
      case .newAxis: viewShape.append(1)
      case .ellipsis:
        takeWhole(rest)
        rest = 0
      case .element(let index): take(checked(index), count: 1, step: 1)
      case .range(let lower, let upper, let step): take(lower, upper, step: step)
      case .tensor(let tensor): take(tensor)
      }
    }
    takeWhole(shape.count - starts.count)
  }

  // The axis that the next index takes.
  private var axis: Int { starts.count }

  private mutating func take(_ start: Int, count: Int, step: Int) {
    starts.append(start)
    counts.append(count)
    steps.append(step)
  }

  private mutating func takeWhole(_ number: Int) {
    for size in shape[axis..<(axis + number)] {
      viewShape.append(size)
      take(0, count: size, step: 1)
    }
  }

  private func checked(_ index: Int) -> Int {
    let size = shape[axis]
    require(
      index >= -size && index < size,
      "subscript: index \(index) is out of range for axis \(axis) of shape \(shape)")
    return index < 0 ? index + size : index
  }

  // Bounds beyond the axis are cut to it, as NumPy does.
  private mutating func take(_ lower: Int?, _ upper: Int?, step: Int) {
    require(step != 0, "subscript: the step of a range is 0")
    let size = shape[axis]
    let (lowest, highest) = step > 0 ? (0, size) : (-1, size - 1)
    func clamped(_ bound: Int) -> Int {
      min(max(bound < 0 ? bound + size : bound, lowest), highest)
    }
    let start = lower.map(clamped) ?? (step > 0 ? lowest : highest)
    let end = upper.map(clamped) ?? (step > 0 ? highest : lowest)
    let distance = step > 0 ? end - start : start - end
    let pace = Int(clamping: step.magnitude)
    let count = distance <= 0 ? 0 : (distance - 1) / pace + 1
    viewShape.append(count)
    take(count == 0 ? 0 : start, count: count, step: count > 1 ? step : 1)
  }

  private mutating func take(_ tensor: Tensor) {
    let dtype = tensor.dtype
    require(
      !dtype.isFloatingPoint,
      "subscript: an index has dtype int64, int32 or bool, not \(dtype); [0, 2] or Tensor([0, 2]) are "
        + "integers")
    let (first, rank) = (axis, dtype == .bool ? tensor.rank : 1)
    let spanned = Array(shape[first..<(first + rank)])
    require(
      dtype != .bool || tensor.shape == spanned,
      "subscript: a mask of shape \(tensor.shape) does not fit sizes \(spanned) of shape \(shape)")
    indices.append(Index(tensor: tensor.cast(to: dtype), axis: viewShape.count, named: first))
    viewShape.append(Shape.count(spanned))
    for size in spanned { take(0, count: size, step: 1) }
  }

  private func origin(_ index: Index) -> IndexOrigin { IndexOrigin(axis: index.named, site: site) }

  private func view(of x: Tensor) -> Tensor {
    Tensor(Node.slice(x.node, starts: starts, counts: counts, steps: steps))
      .reshaped(to: viewShape)
  }

  /// The elements at these indices.
  func elements(of x: Tensor) -> Tensor { elements(of: view(of: x), indices) }

  private func elements(of view: Tensor, _ indices: [Index]) -> Tensor {
    if let (number, others) = Self.number(in: indices) {
      return elements(of: slice(of: view, number), others)
    }
    guard !indices.isEmpty else { return view }
    let table = Table(indices.map(\.axis), of: view.shape)
    let (numbers, named) = combined(indices, in: view.shape)
    return Tensor(
      Node.gather(table.flattened(view).node, numbers.node, axis: table.axis, from: named))
  }

  private func slice(of view: Tensor, _ index: Index) -> Tensor {
    Tensor(Node.gather(view.node, index.tensor.node, axis: index.axis, from: origin(index)))
  }

  // An index of rank 0 takes its axis away, as a number does; the others move up.
  private static func number(in indices: [Index]) -> (number: Index, others: [Index])? {
    guard let position = indices.firstIndex(where: { $0.tensor.rank == 0 && !$0.isMask }) else {
      return nil
    }
    var others = indices
    let number = others.remove(at: position)
    for other in others.indices where others[other].axis > number.axis { others[other].axis -= 1 }
    return (number, others)
  }

  // One index along all axes under indices, taken as one.
  private func combined(
    _ indices: [Index], in shape: [Int]
  ) -> (numbers: Tensor, origin: IndexOrigin) {
    let numbers = indices.map(\.numbers)
    guard indices.count > 1 else { return (numbers[0], origin(indices[0])) }
    let common = numbers.dropFirst().reduce(numbers[0].shape) {
      Shape.broadcast($0, $1.shape, for: "subscript")
    }
    let linear = Node.linearIndex(
      numbers.map { Node.expand($0.node, to: common) }, axes: indices.map(\.named),
      sizes: indices.map { shape[$0.axis] }, at: site)
    return (Tensor(linear), origin(indices[0]))
  }

  /// The tensor with values at these indices.
  func replacing(in x: Tensor, with values: Tensor) -> Tensor {
    let values = values.cast(to: x.dtype)
    let new = replacing(in: view(of: x), indices, with: values).reshaped(to: counts)
    if counts == shape, steps.allSatisfy({ $0 == 1 }) { return new }
    return Tensor(Node.replace(x.node, with: new.node, starts: starts, steps: steps))
  }

  private func replacing(in view: Tensor, _ indices: [Index], with values: Tensor) -> Tensor {
    if let (number, others) = Self.number(in: indices) {
      let inner = replacing(in: slice(of: view, number), others, with: values)
      return Tensor(
        Node.scatter(
          view.node, inner.node, number.tensor.node, axis: number.axis, from: origin(number)))
    }
    guard !indices.isEmpty else { return fitted(values, to: view.shape) }
    if indices.count == 1, indices[0].isMask, isSame(values, alongAxisOf: view, indices[0].axis) {
      return replacing(in: view, where: indices[0], with: values)
    }
    let table = Table(indices.map(\.axis), of: view.shape)
    let (numbers, named) = combined(indices, in: view.shape)
    let flat = table.flattened(view)
    let target =
      flat.shape[..<table.axis] + numbers.shape + flat.shape[(table.axis + 1)...]
    return table.restored(
      Tensor(
        Node.scatter(
          flat.node, fitted(values, to: Array(target)).node, numbers.node, axis: table.axis,
          from: named)))
  }

  // Axes of size 1 in front of all that are needed go away, as NumPy does.
  private func fitted(_ values: Tensor, to target: [Int]) -> Tensor {
    let surplus = max(values.rank - target.count, 0)
    let fits = values.shape.prefix(surplus).allSatisfy { $0 == 1 }
    let own = Array(values.shape.dropFirst(surplus))
    require(
      fits && Shape.expands(own, to: target),
      "subscript: values of shape \(values.shape) do not broadcast to the elements of shape \(target)"
    )
    return values.reshaped(to: own).expanded(to: target)
  }

  // Whether all elements under a mask on an axis get the same value, so that nobody need count them.
  private func isSame(_ values: Tensor, alongAxisOf view: Tensor, _ axis: Int) -> Bool {
    let ownAxis = values.rank - (view.rank - axis)
    return ownAxis < 0 || values.shape[ownAxis] == 1
  }

  private func replacing(in view: Tensor, where mask: Index, with values: Tensor) -> Tensor {
    var line = [Int](repeating: 1, count: view.rank)
    line[mask.axis] = view.shape[mask.axis]
    return `where`(mask.tensor.reshaped(to: line), fitted(values, to: view.shape), view)
  }
}

/// A view whose axes under indices are one.
private struct Table {
  /// That axis: where the axes were if they were neighbours, else in front.
  let axis: Int
  private let order: [Int]
  private let ordered: [Int]
  private let flat: [Int]

  init(_ axes: [Int], of shape: [Int]) {
    let areNeighbours = axes == Array(axes[0]..<(axes[0] + axes.count))
    axis = areNeighbours ? axes[0] : 0
    let others = shape.indices.filter { !axes.contains($0) }
    order = others.prefix(axis) + axes + others.dropFirst(axis)
    ordered = order.map { shape[$0] }
    flat =
      ordered[..<axis] + [axes.reduce(1) { $0 * shape[$1] }] + ordered[(axis + axes.count)...]
  }

  func flattened(_ x: Tensor) -> Tensor { x.permuted(order).reshaped(to: flat) }

  func restored(_ x: Tensor) -> Tensor {
    let inverse = order.indices.map { axis in order.firstIndex(of: axis) ?? axis }
    return x.reshaped(to: ordered).permuted(inverse)
  }
}
