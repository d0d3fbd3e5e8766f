@testable import LevinTensor

/// Numbers in row-major order, each as a double, whatever the dtype: what the reference computes
/// with.
struct ReferenceArray {
  var shape: [Int]
  var dtype: DType
  var elements: [Double]

  /// The largest magnitude; 0 when there is no element.
  var scale: Double { elements.reduce(0) { max($0, abs($1)) } }

  var isFinite: Bool { elements.allSatisfy(\.isFinite) }

  /// The elements of a leaf or an evaluated node, read from its memory.
  init(reading node: Node) {
    guard let view = node.result else { preconditionFailure("\(node.operation) has no result") }
    shape = node.shape
    dtype = node.dtype
    let strides = view.strides ?? RowMajor.strides(node.shape)
    let address = view.storage.pointer
    let offsets = RowMajor.offsets(node.shape, strides: strides, start: view.offset)
    elements =
      switch node.dtype {
      case .bool: offsets.map { address.load(fromByteOffset: $0, as: UInt8.self) == 0 ? 0 : 1 }
      case .int32: offsets.map { Double(address.load(fromByteOffset: $0 * 4, as: Int32.self)) }
      case .int64: offsets.map { Double(address.load(fromByteOffset: $0 * 8, as: Int.self)) }
      case .float32: offsets.map { Double(address.load(fromByteOffset: $0 * 4, as: Float.self)) }
      case .float64: offsets.map { address.load(fromByteOffset: $0 * 8, as: Double.self) }
      }
  }

  init(shape: [Int], dtype: DType, elements: [Double]) {
    self.shape = shape
    self.dtype = dtype
    self.elements = elements
  }

  /// The elements broadcast to a shape.
  func broadcast(to target: [Int]) -> [Double] {
    if shape == target { return elements }
    if elements.count == 1 { return Array(repeating: elements[0], count: RowMajor.count(target)) }
    let own = RowMajor.strides(shape)
    let added = target.count - shape.count
    let strides = target.indices.map { axis in
      axis < added || shape[axis - added] == 1 ? 0 : own[axis - added]
    }
    return RowMajor.offsets(target, strides: strides, start: 0).map { elements[$0] }
  }

  /// The groups of elements that meet in each element of a reduction over `axes`.
  func groups(over axes: [Int]) -> [[Double]] {
    let strides = RowMajor.strides(shape)
    let kept = shape.indices.filter { !axes.contains($0) }
    let within = RowMajor.offsets(
      axes.map { shape[$0] }, strides: axes.map { strides[$0] }, start: 0)
    return RowMajor.offsets(kept.map { shape[$0] }, strides: kept.map { strides[$0] }, start: 0)
      .map { start in within.map { elements[start + $0] } }
  }
}

/// Row-major layouts, written apart from the engine's own.
enum RowMajor {
  static func count(_ shape: [Int]) -> Int { shape.reduce(1, *) }

  static func strides(_ shape: [Int]) -> [Int] {
    shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
  }

  /// The offset of each element of a shape, in row-major order.
  static func offsets(_ shape: [Int], strides: [Int], start: Int) -> [Int] {
    if shape.contains(0) { return [] }
    var offsets = [start]
    for (size, stride) in zip(shape, strides) {
      if size == 1 { continue }
      var next: [Int] = []
      next.reserveCapacity(offsets.count * size)
      for offset in offsets {
        for index in 0..<size { next.append(offset + index * stride) }
      }
      offsets = next
    }
    return offsets
  }
}

extension DType {
  /// The number that an element of this dtype holds for the exact result `value`.
  ///
  /// Integers wrap around, as those of the machine do.
  func rounding(_ value: Double) -> Double {
    switch self {
    case .bool: value == 0 ? 0 : 1
    case .int32: Double(Int32(truncatingIfNeeded: Int(value)))
    case .int64: value
    case .float32: Double(Float(value))
    case .float64: value
    }
  }

  /// The element that a cast to this dtype makes of a number: one to integers truncates, keeps to their
  /// range, and makes 0 of NaN.
  func casting(_ value: Double) -> Double {
    let truncated = value.isNaN ? 0 : value.rounded(.towardZero)
    return switch self {
    case .bool: value == 0 ? 0 : 1
    case .int32: min(max(truncated, -0x1p31), 0x1p31 - 1)
    case .int64: min(max(truncated, -0x1p63), 0x1p63)
    case .float32: Double(Float(value))
    case .float64: value
    }
  }

  /// Half the distance of neighbours at 1; 0 for exact dtypes.
  var unitRoundoff: Double {
    switch self {
    case .bool, .int32, .int64: 0
    case .float32: 0x1p-24
    case .float64: 0x1p-53
    }
  }
}
