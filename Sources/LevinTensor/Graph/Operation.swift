/// Every operation of the engine, by families.
///
/// Result's shape and dtype, derivative, kernel or routine, and cost are switches over the cases of a family,
/// so that the compiler names what a new operation lacks.
package enum Operation: Sendable, BitwiseCopyable {
  // Sources.
  /// Elements in memory: data, a parameter, a draw.
  case leaf
  /// One number that a plan takes as an argument; its value is never part of a plan.
  case scalar

  // Element by element, in passes over the data.
  case unary(UnaryOperation)
  case binary(BinaryOperation)
  case ternary(TernaryOperation)
  /// Elements meet along axes.
  case reduction(ReductionOperation)
  /// By other operations, of which the planner makes it.
  case composite(CompositeOperation)
  /// Elements keep their values and change their positions.
  case movement(MovementOperation)

  // From the operands as a whole, by a routine between passes.
  case indexing(IndexingOperation)
  case linearAlgebra(LinearAlgebraOperation)
  case ordering(OrderingOperation)
  case scan(ScanOperation)

  /// Whether each element comes from those of the operands at the same position, broadcast.
  var isElementwise: Bool {
    switch self {
    case .unary, .binary, .ternary: true
    case .leaf, .scalar, .reduction, .composite, .movement, .indexing, .linearAlgebra, .ordering,
      .scan:
      false
    }
  }

  /// Whether elements meet along the axes in the attributes.
  var isReduction: Bool {
    if case .reduction = self { true } else { false }
  }

  /// Whether a routine computes it, from whole operands in memory.
  var isWhole: Bool {
    switch self {
    case .indexing, .linearAlgebra, .ordering, .scan: true
    case .leaf, .scalar, .unary, .binary, .ternary, .reduction, .composite, .movement: false
    }
  }

  /// The cost of an element, in simple operations such as an addition; moving elements costs nothing.
  ///
  /// A plan computes again what is cheap, and keeps in memory what is not. All that costs more than some
  /// simple operations is alike in this.
  var cost: Int {
    switch self {
    case .leaf, .scalar, .movement: 0
    case .unary(let operation): operation.kernel.cost
    case .binary(let operation): operation.kernel.cost
    case .ternary(let operation): operation.kernel.cost
    case .reduction, .composite, .indexing, .linearAlgebra, .ordering, .scan: 10
    }
  }

  /// A number that tells the operation from all others: its two bytes.
  @inline(__always)
  var code: UInt16 { unsafeBitCast(self, to: UInt16.self) }
}

extension Operation: Hashable {
  @inline(__always)
  package static func == (a: Operation, b: Operation) -> Bool { a.code == b.code }

  package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

extension Operation: CustomStringConvertible {
  /// The name without the family.
  package var description: String {
    switch self {
    case .leaf: "leaf"
    case .scalar: "scalar"
    case .unary(let operation): "\(operation)"
    case .binary(let operation): "\(operation)"
    case .ternary(let operation): "\(operation)"
    case .reduction(let operation): "\(operation)"
    case .composite(let operation): "\(operation)"
    case .movement(let operation): "\(operation)"
    case .indexing(let operation): "\(operation)"
    case .linearAlgebra(let operation): "\(operation)"
    case .ordering(let operation): "\(operation)"
    case .scan(let operation): "\(operation)"
    }
  }
}
