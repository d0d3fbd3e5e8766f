/// The shape and dtype of an operation's result, from its operands'.
///
/// Nodes are made here and nowhere else, so every mistake about shapes is found when an expression is
/// written, with the operation and both shapes in the message.
extension Node {
  /// A function of one element.
  static func unary(_ operation: UnaryOperation, _ x: Node, attributes: [Int] = []) -> Node {
    if operation == .negate, x.isNumber {
      return Node(scalar: -x.scalar, dtype: x.dtype, isWeak: true)
    }
    let operand: Node
    switch operation.domain {
    case .reals: operand = x.dtype.isFloatingPoint ? x : .cast(x, to: .float32)
    case .booleans: operand = .cast(x, to: .bool)
    case .numbers:
      require(x.dtype != .bool, "\(operation): a boolean tensor has no arithmetic; cast it")
      operand = x
    case .everything: operand = x
    }
    return Node(
      .unary(operation), NodeInputs(operand), shape: x.shape,
      dtype: operation.isTest ? .bool : operand.dtype, attributes: attributes)
  }

  /// The same numbers in another dtype.
  static func cast(_ x: Node, to dtype: DType) -> Node {
    if x.dtype == dtype && !x.isWeak { return x }
    if x.operation == .scalar {
      return Node(scalar: x.scalar.rounded(to: dtype), dtype: dtype, isWeak: false)
    }
    if let exact = x.exactLiteral, let view = x.result {
      if dtype == .float64 { return exact }
      if !dtype.isFloatingPoint, let integers = x.integerLiteral {
        return cast(integers, to: dtype)
      }
      if dtype == .float32 {
        return Node(leaf: view, shape: x.shape, dtype: dtype, requiresGradient: false)
      }
    }
    return Node(.unary(.cast), NodeInputs(x), shape: x.shape, dtype: dtype)
  }

  /// A function of two elements, of operands that broadcast.
  static func binary(
    _ operation: BinaryOperation, _ a: Node, _ b: Node, at site: CallSite? = nil
  ) -> Node {
    if a.dtype == b.dtype, a.dtype.isFloatingPoint, !a.isWeak, !b.isWeak {
      return realBinary(operation, a, b)
    }
    if let number = arithmetic(operation, a, b) { return number }
    if let (x, y) = numberBesideReal(a, b) { return realBinary(operation, x, y) }
    let shape = Shape.broadcast(a.shape, b.shape, for: "\(operation)")
    let operation = a.dtype == .bool && b.dtype == .bool ? operation.onBooleans : operation
    switch operation.domain {
    case .booleans:
      return Node(
        .binary(operation), NodeInputs(cast(a, to: .bool), cast(b, to: .bool)), shape: shape,
        dtype: .bool)
    case .everything:
      let (x, y) = promoted(a, b)
      return Node(.binary(operation), NodeInputs(x, y), shape: shape, dtype: .bool)
    case .numbers:
      let (x, y) = promoted(a, b, atLeast: .int32)
      if x.dtype.isFloatingPoint {
        return Node(.binary(operation), NodeInputs(x, y), shape: shape, dtype: x.dtype)
      }
      requireIntegerOperand(operation, b)
      let divisor = operation.isIntegerDivision ? nonZero(y, in: operation, at: site) : y
      return Node(.binary(operation), NodeInputs(x, divisor), shape: shape, dtype: x.dtype)
    case .reals:
      let (x, y) = promoted(a, b, atLeast: .float32)
      return Node(.binary(operation), NodeInputs(x, y), shape: shape, dtype: x.dtype)
    }
  }

  // Nearly all nodes of a training step are of this kind.
  private static func realBinary(_ operation: BinaryOperation, _ a: Node, _ b: Node) -> Node {
    let shape = Shape.broadcast(a.shape, b.shape, for: "\(operation)")
    switch operation.domain {
    case .everything:
      return Node(.binary(operation), a, b, shape: shape, dtype: .bool, requiresGradient: false)
    case .booleans:
      return binary(operation, cast(a, to: .bool), cast(b, to: .bool))
    case .numbers, .reals:
      let requiresGradient =
        (a.requiresGradient || b.requiresGradient) && GradientMode.isEnabled
      return Node(
        .binary(operation), a, b, shape: shape, dtype: a.dtype, requiresGradient: requiresGradient)
    }
  }

  // Integers have no inverses. A divisor or exponent among a tensor's elements is looked at when they are
  // computed.
  private static func requireIntegerOperand(_ operation: BinaryOperation, _ b: Node) {
    guard b.operation == .scalar else { return }
    require(
      operation != .power || b.scalar >= 0,
      "power: integers have no power of \(Int(b.scalar)); cast them to real ones")
    require(
      !operation.isIntegerDivision || b.scalar != 0,
      "\(operation): integers cannot be divided by 0")
  }

  /// A function of three elements, in the real dtype they meet in.
  static func ternary(_ operation: TernaryOperation, _ a: Node, _ b: Node, _ c: Node) -> Node {
    let shape = Shape.broadcast(
      Shape.broadcast(a.shape, b.shape, for: "\(operation)"), c.shape, for: "\(operation)")
    let meeting = dtype(of: [a, b, c])
    let real = meeting.isFloatingPoint ? meeting : .float32
    return Node(
      .ternary(operation), NodeInputs([a, b, c].map { cast($0, to: real) }), shape: shape,
      dtype: real)
  }

  /// `a` if the condition holds, else `b`.
  static func select(_ condition: Node, _ a: Node, _ b: Node) -> Node {
    let (x, y) = promoted(a, b)
    let shape = Shape.broadcast(
      Shape.broadcast(condition.shape, x.shape, for: "where"), y.shape, for: "where")
    return Node(
      .ternary(.select), NodeInputs(cast(condition, to: .bool), x, y), shape: shape, dtype: x.dtype)
  }

  /// Both operands in the dtype they meet in; a Swift number takes the dtype of the tensor beside it.
  static func promoted(_ a: Node, _ b: Node, atLeast minimum: DType? = nil) -> (Node, Node) {
    var dtype: DType
    if a.isWeak == b.isWeak {
      dtype = a.dtype.promoted(with: b.dtype)
    } else {
      let (weak, strong) = a.isWeak ? (a, b) : (b, a)
      let own = weak.dtypeBeside(strong.dtype)
      dtype = own.category > strong.dtype.category ? own : strong.dtype
      if dtype == .int32, weak.exceedsInt32 { dtype = .int64 }
    }
    if let minimum, minimum.category > dtype.category { dtype = minimum }
    return (cast(a, to: dtype), cast(b, to: dtype))
  }

  /// Combines elements along `axes`, ascending and counted from the front.
  static func reduction(_ operation: ReductionOperation, _ x: Node, axes: [Int], keeping: Bool)
    -> Node
  {
    var operand = x
    switch operation {
    case .sum, .product:
      if x.dtype == .bool || x.dtype == .int32 { operand = cast(x, to: .int64) }
    case .maximumOver, .minimumOver:
      for axis in axes where x.shape[axis] == 0 {
        stop(
          "\(operation): axis \(axis) of shape \(x.shape) is empty, so there is no extreme value")
      }
    }
    return reduced(.reduction(operation), operand, axes: axes, keeping: keeping)
  }

  private static func reduced(_ operation: Operation, _ x: Node, axes: [Int], keeping: Bool)
    -> Node
  {
    var shape = x.shape
    for axis in axes.reversed() {
      if keeping { shape[axis] = 1 } else { shape.remove(at: axis) }
    }
    // Without an empty axis there may be more elements than before.
    if x.count == 0 { Shape.requireCountable(shape, for: "\(operation)", from: x.shape) }
    return Node(
      operation, NodeInputs(x), shape: shape, dtype: x.dtype,
      attributes: ReductionAxes(axes, keeping: keeping).attributes)
  }

  /// The logarithm of the sum of exponentials along `axes`, ascending and counted from the front.
  static func logSumExp(_ x: Node, axes: [Int], keeping: Bool) -> Node {
    let real = x.dtype.isFloatingPoint ? x : .cast(x, to: .float32)
    return reduced(.composite(.logSumExp), real, axes: axes, keeping: keeping)
  }

  /// log sum w exp(a) along the last axis, of weights from 0 up.
  static func logWeightedSumExp(_ a: Node, logWeights: Node, weights: Node) -> Node {
    let sum = Node.binary(.add, a, logWeights)
    return logSumExp(sum, rest: a, weights: weights, axis: sum.shape.count - 1)
  }

  /// log sum exp(a) along an axis, told what a is made of.
  static func logSumExp(_ a: Node, rest: Node, weights: Node, axis: Int) -> Node {
    var shape = a.shape
    shape.remove(at: axis)
    return Node(
      .composite(.logSumExp), NodeInputs(a, cast(rest, to: a.dtype), cast(weights, to: a.dtype)),
      shape: shape, dtype: a.dtype, attributes: ReductionAxes([axis], keeping: false).attributes)
  }

  /// Normalised exponentials along `axes`.
  static func softmax(_ x: Node, axes: [Int]) -> Node {
    let real = x.dtype.isFloatingPoint ? x : .cast(x, to: .float32)
    return Node(
      .composite(.softmax), NodeInputs(real), shape: x.shape, dtype: real.dtype,
      attributes: ReductionAxes(axes, keeping: true).attributes)
  }

  /// Normalised exponentials of what a logarithm of a sum of exponentials is made of, its weights included.
  static func softmax(ofOperandsOf logSumExp: Node, axes: [Int]) -> Node {
    let x = logSumExp.inputs[0]
    return Node(
      .composite(.softmax), logSumExp.inputs, shape: x.shape, dtype: x.dtype,
      attributes: ReductionAxes(axes, keeping: true).attributes)
  }

  /// The same elements in row-major order under another shape of the same count.
  static func reshape(_ x: Node, to shape: [Int]) -> Node {
    if x.shape == shape { return x }
    let count = shape.allSatisfy { $0 >= 0 } ? Shape.exactCount(shape) : nil
    require(
      count == x.count,
      "reshape: shape \(x.shape) has \(x.count) elements and \(shape) has "
        + (count.map { "\($0)" } ?? "no such number"))
    return x.viewReshaped(to: shape)
      ?? Node(.movement(.reshape), NodeInputs(x), shape: shape, dtype: x.dtype)
  }

  /// Repeats axes of size 1, and adds axes in front, to reach `shape`.
  static func expand(_ x: Node, to shape: [Int], for operation: String = "expand") -> Node {
    if x.shape == shape { return x }
    require(
      Shape.expands(x.shape, to: shape) && shape.allSatisfy { $0 >= 0 },
      "\(operation): shape \(x.shape) does not broadcast to \(shape); sizes must agree or be 1")
    Shape.requireCountable(shape, for: operation)
    return Node(.movement(.expand), NodeInputs(x), shape: shape, dtype: x.dtype)
  }

  /// Axes in another order.
  static func permute(_ x: Node, order: [Int]) -> Node {
    if order == Array(0..<x.shape.count) { return x }
    return x.viewPermuted(order: order)
      ?? Node(
        .movement(.permute), NodeInputs(x), shape: order.map { x.shape[$0] }, dtype: x.dtype,
        attributes: order)
  }

  /// `count` elements of each axis from `starts`, `steps` apart.
  static func slice(_ x: Node, starts: [Int], counts: [Int], steps: [Int]) -> Node {
    if counts == x.shape, steps.allSatisfy({ $0 == 1 }) { return x }
    return x.viewSliced(starts: starts, counts: counts, steps: steps)
      ?? Node(
        .movement(.slice), NodeInputs(x), shape: counts, dtype: x.dtype,
        attributes: Slicing(starts: starts, steps: steps).attributes)
  }

  /// Zeros of `shape` with `x` at `starts`, `steps` apart.
  static func embed(_ x: Node, starts: [Int], steps: [Int], in shape: [Int]) -> Node {
    Shape.requireCountable(shape, for: "embed")
    return Node(
      .movement(.embed), NodeInputs(x), shape: shape, dtype: x.dtype,
      attributes: Slicing(starts: starts, steps: steps).attributes)
  }

  /// The dtype in which any number of operands meet.
  static func dtype(of operands: [Node]) -> DType {
    func meeting(_ nodes: [Node]) -> DType? {
      nodes.reduce(nil) { $0?.promoted(with: $1.dtype) ?? $1.dtype }
    }
    let numbers = operands.filter(\.isWeak)
    guard let strong = meeting(operands.filter { !$0.isWeak }) else {
      return meeting(numbers) ?? .float32
    }
    let weak = numbers.map { $0.dtypeBeside(strong) }.reduce(strong) {
      $1.category > $0.category ? $1 : $0
    }
    return weak == .int32 && numbers.contains(where: \.exceedsInt32) ? .int64 : weak
  }

  /// Operands one after the other along an axis.
  static func concatenate(_ operands: [Node], axis: Int) -> Node {
    let result = dtype(of: operands)
    var shape = operands[0].shape
    for operand in operands.dropFirst() {
      var expected = shape
      require(
        operand.shape.count == shape.count,
        "concatenate: ranks of shapes \(shape) and \(operand.shape) differ")
      expected[axis] = operand.shape[axis]
      require(
        operand.shape == expected,
        "concatenate: shapes \(shape) and \(operand.shape) differ outside axis \(axis)")
      shape[axis] = Shape.sum(shape[axis], operand.shape[axis])
    }
    Shape.requireCountable(shape, for: "concatenate")
    if operands.count == 1 { return operands[0] }
    return Node(
      .movement(.concatenate), NodeInputs(operands.map { cast($0, to: result) }), shape: shape,
      dtype: result, attributes: [axis])
  }
}

extension BinaryOperation {
  /// Whether integers have no result for a second operand of 0.
  var isIntegerDivision: Bool { self == .remainder || self == .floorDivide }

  /// Its meaning for two Booleans: sums and maxima are "or", products and minima "and".
  fileprivate var onBooleans: BinaryOperation {
    switch self {
    case .add, .maximum: .logicalOr
    case .multiply, .minimum: .logicalAnd
    case .subtract: stop("subtract: booleans have no difference; cast them to a number")
    case .divide, .remainder, .floorDivide, .power, .atan2, .absorbingMultiply, .absorbingDivide,
      .logAddExp, .gammaP, .gammaQ, .gammaDensity, .gammaShapeSlope, .gammaPInverse, .gammaQInverse,
      .xlogy, .xlog1py, .equal, .notEqual, .less, .lessOrEqual, .logicalAnd, .logicalOr:
      self
    }
  }
}

extension Double {
  /// The number that an element of `dtype` would hold.
  func rounded(to dtype: DType) -> Double {
    switch dtype {
    case .bool: Bool(tensorElement: self).doubleValue
    case .int32: Int32(tensorElement: self).doubleValue
    case .int64: Int(tensorElement: self).doubleValue
    case .float32: Double(Float(self))
    case .float64: self
    }
  }
}
