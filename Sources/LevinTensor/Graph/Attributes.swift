// The attributes of an operation, all it needs beside its operands, are a list of integers in its node and
// part of a plan's key. Each list is written and read by one of the types below and by nothing else.

/// The axes of a reduction: whether they stay with size 1, and whether it is part of a product of matrices, then the
/// axes themselves.
struct ReductionAxes {
  let attributes: [Int]

  init(_ attributes: [Int]) { self.attributes = attributes }

  init(_ axes: some Collection<Int>, keeping: Bool, ofMatrixProduct: Bool = false) {
    attributes = [(keeping ? 1 : 0) | (ofMatrixProduct ? 2 : 0)] + axes
  }

  /// Whether reduced axes stay with size 1.
  var areKept: Bool { attributes[0] & 1 != 0 }

  /// Whether it adds up the products of a product of matrices, which works in the precision of its operands.
  var isOfMatrixProduct: Bool { attributes[0] & 2 != 0 }

  /// The axes, counted from the front and ascending.
  var axes: ArraySlice<Int> { attributes.dropFirst() }
}

/// A slice: a start and a step for each axis.
struct Slicing {
  let attributes: [Int]

  init(_ attributes: [Int]) { self.attributes = attributes }

  init(starts: [Int], steps: [Int]) {
    attributes = zip(starts, steps).flatMap { [$0, $1] }
  }

  /// The axes.
  var axes: Range<Int> { 0..<(attributes.count / 2) }

  /// The first index along an axis.
  func start(_ axis: Int) -> Int { attributes[2 * axis] }

  /// The distance of indices along an axis.
  func step(_ axis: Int) -> Int { attributes[2 * axis + 1] }

  var starts: [Int] { axes.map { start($0) } }
  var steps: [Int] { axes.map { step($0) } }

  /// Whether the slice begins an axis with its first element and leaves none out.
  func isContiguous(_ axis: Int) -> Bool { start(axis) == 0 && step(axis) == 1 }

  /// The offset and the strides of the slice of an array that has these strides.
  func view(of strides: [Int]) -> (offset: Int, strides: [Int]) {
    var (offset, result) = (0, strides)
    for axis in strides.indices {
      offset += start(axis) * strides[axis]
      result[axis] *= step(axis)
    }
    return (offset, result)
  }
}

/// The axis of an operation by index, with what its faults are reported by: the axis in the user's words and
/// the user's line.
///
/// The size of the axis stands between them where the operation makes it.
struct IndexedAxis {
  let attributes: [Int]

  init(_ attributes: [Int]) { self.attributes = attributes }

  init(_ axis: Int, size: Int? = nil, from origin: IndexOrigin) {
    attributes = [axis, origin.axis ?? axis] + (size.map { [$0] } ?? []) + origin.site.attributes
  }

  var axis: Int { attributes[0] }

  /// The axis that the user named.
  var named: Int { attributes[1] }

  var site: CallSite { CallSite(lastOf: attributes) }
  var origin: IndexOrigin { IndexOrigin(axis: named, site: site) }
}

/// The axes that a linear index runs over: whether negative indices count from the end, for each axis its
/// name in the user's words and its size, then the user's line.
struct LinearIndexing {
  let attributes: [Int]

  init(_ attributes: [Int]) { self.attributes = attributes }

  init(axes: [Int], sizes: [Int], countsFromEnd: Bool, at site: CallSite) {
    let pairs = zip(axes, sizes).flatMap { [$0, $1] }
    attributes = [countsFromEnd ? 1 : 0] + pairs + site.attributes
  }

  var countsFromEnd: Bool { attributes[0] == 1 }

  /// The name of the axis that an operand is an index along.
  func axis(_ operand: Int) -> Int { attributes[1 + 2 * operand] }

  /// The size of the axis that an operand is an index along.
  func size(_ operand: Int) -> Int { attributes[2 + 2 * operand] }
}

/// Which operands of a product of matrices are read as their transposes.
struct TransposedOperands {
  let attributes: [Int]

  init(_ attributes: [Int]) { self.attributes = attributes }

  init(first: Bool, second: Bool) { attributes = [first ? 1 : 0, second ? 1 : 0] }

  subscript(operand: Int) -> Bool { attributes[operand] != 0 }

  /// Those of the transposed product, whose operands change sides.
  var ofTranspose: TransposedOperands { TransposedOperands(first: !self[1], second: !self[0]) }
}

/// The triangle of a linear equation.
struct TriangleForm {
  var isUpper: Bool
  /// Whether its transpose stands in the equation.
  var isTransposed: Bool
  /// Whether its diagonal is taken as ones, whatever it holds.
  var hasUnitDiagonal: Bool

  init(isUpper: Bool, isTransposed: Bool, hasUnitDiagonal: Bool) {
    self.isUpper = isUpper
    self.isTransposed = isTransposed
    self.hasUnitDiagonal = hasUnitDiagonal
  }

  init(_ attributes: [Int]) {
    self.init(
      isUpper: attributes[0] != 0, isTransposed: attributes[1] != 0,
      hasUnitDiagonal: attributes[2] != 0)
  }

  var attributes: [Int] { [isUpper ? 1 : 0, isTransposed ? 1 : 0, hasUnitDiagonal ? 1 : 0] }
}

/// The axis and the direction of a sort.
struct SortOrder {
  var axis: Int
  var isDescending: Bool

  init(axis: Int, isDescending: Bool) {
    self.axis = axis
    self.isDescending = isDescending
  }

  init(_ attributes: [Int]) { self.init(axis: attributes[0], isDescending: attributes[1] != 0) }

  var attributes: [Int] { [axis, isDescending ? 1 : 0] }
}

/// The axis and the direction of a scan.
struct ScanOrder {
  var axis: Int
  /// Whether it runs from the axis's end.
  var isReversed: Bool
  /// Whether an element is left out of its own total.
  var isExclusive: Bool

  init(axis: Int, isReversed: Bool, isExclusive: Bool) {
    self.axis = axis
    self.isReversed = isReversed
    self.isExclusive = isExclusive
  }

  init(_ attributes: [Int]) {
    self.init(
      axis: attributes[0], isReversed: attributes[1] != 0, isExclusive: attributes[2] != 0)
  }

  var attributes: [Int] { [axis, isReversed ? 1 : 0, isExclusive ? 1 : 0] }
}
