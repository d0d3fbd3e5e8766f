extension Tensor {
  /// A tensor of the numbers in `array`, in row-major order; a quotient `1 / n` of an `Int` variable in it is an integer.
  ///
  /// Numbers keep their type. Quotients of integers that are written out are real, as in `Tensor([1 / 2, 1])`; with a
  /// variable write `1 / Float(n)`.
  ///
  /// - Parameters:
  ///   - array: The elements; their type decides the dtype.
  ///   - shape: A shape with as many elements as the array; the array's length when left out.
  ///   - dtype: Another dtype to hold them in.
  @_disfavoredOverload
  public init<S: TensorScalar>(_ array: [S], shape: [Int]? = nil, dtype: DType? = nil) {
    let shape = shape ?? [array.count]
    require(
      shape.allSatisfy { $0 >= 0 } && Shape.exactCount(shape) == array.count,
      "Tensor: \(array.count) numbers do not fill the shape \(shape)")
    let own = Storage(byteCount: array.count * S.dtype.byteCount)
    array.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress {
        own.pointer.copyMemory(from: base, byteCount: bytes.count)
      }
    }
    let leaf = Tensor(storage: own, shape: shape, dtype: S.dtype)
    self = dtype == nil || dtype == S.dtype ? leaf : leaf.cast(to: dtype!)
  }

  /// A matrix of the numbers in an array of rows, which have one length.
  ///
  /// - Parameters:
  ///   - rows: The rows; the type of their elements decides the dtype.
  ///   - dtype: Another dtype to hold them in.
  @_disfavoredOverload
  public init<S: TensorScalar>(_ rows: [[S]], dtype: DType? = nil) {
    let width = rows.first?.count ?? 0
    for row in rows where row.count != width {
      stop("Tensor: rows of \(width) and of \(row.count) numbers")
    }
    self.init(rows.flatMap { $0 }, shape: [rows.count, width], dtype: dtype)
  }

  /// A tensor of three axes of the numbers in an array of matrices, which have one shape.
  ///
  /// - Parameters:
  ///   - matrices: The matrices; the type of their elements decides the dtype.
  ///   - dtype: Another dtype to hold them in.
  @_disfavoredOverload
  public init<S: TensorScalar>(_ matrices: [[[S]]], dtype: DType? = nil) {
    let height = matrices.first?.count ?? 0
    let width = matrices.first?.first?.count ?? 0
    for matrix in matrices where matrix.count != height {
      stop("Tensor: matrices of \(height) and of \(matrix.count) rows")
    }
    let rows = Tensor(matrices.flatMap { $0 }, dtype: dtype)
    self =
      rows.shape == [0, 0]
      ? Tensor([S](), shape: [matrices.count, height, width], dtype: dtype)
      : rows.reshaped(to: [matrices.count, height, width])
  }

  /// A tensor of rank 0 that holds one number, of its own dtype; a quotient `1 / n` of an `Int` variable is an integer.
  ///
  /// A literal, as in `Tensor(2.0)`, is not yet a Swift number: like `2.0` itself it takes the dtype of the
  /// tensor beside it.
  @_disfavoredOverload
  public init<S: TensorScalar>(_ number: S) {
    if let integer = number.largeInteger {
      self.init([integer], shape: [])
    } else {
      self.init(Node(scalar: number.doubleValue, dtype: S.dtype, isWeak: false))
    }
  }

  /// Fills new memory in row-major order by calling `body` once an element.
  package init(
    shape: [Int], dtype: DType, for operation: @autoclosure () -> String = "Tensor",
    _ body: () -> Double
  ) {
    require(
      shape.allSatisfy { $0 >= 0 },
      "\(operation()): a tensor of shape \(shape) has a negative size")
    Shape.requireCountable(shape, for: operation())
    let count = Shape.count(shape)
    let storage = Storage(byteCount: count * dtype.byteCount)
    storage.fill(dtype, count: count, body)
    self.init(storage: storage, shape: shape, dtype: dtype)
  }

  package init(storage: Storage, shape: [Int], dtype: DType) {
    let view = Node.View(storage: storage, offset: 0, strides: nil)
    node = Node(leaf: view, shape: shape, dtype: dtype, requiresGradient: false)
  }

  /// A Swift number that takes the dtype of the tensor beside it.
  static func weak(_ value: Double, _ dtype: DType) -> Tensor {
    Tensor(Node(scalar: value, dtype: dtype.isFloatingPoint ? .float32 : dtype, isWeak: true))
  }

  /// A Swift integer that takes the dtype of the tensor beside it, exact however large.
  static func weak(_ value: Int) -> Tensor {
    guard let large = value.largeInteger else { return weak(Double(value), .int64) }
    guard let view = Tensor([large], shape: []).node.result else {
      fatalError("a leaf has a result")
    }
    return Tensor(Node(weakInteger: view))
  }

  /// A tensor with every element equal to a number, whose dtype is `dtype`.
  public static func full(_ shape: [Int], _ value: Tensor, dtype: DType = .float32) -> Tensor {
    require(
      value.rank == 0, "full: the value has shape \(value.shape), and must be a single number")
    return Tensor(Node.expand(Node.cast(value.node, to: dtype), to: shape, for: "full"))
  }

  /// A tensor with every element equal to a number; a quotient `1 / n` of an `Int` variable is an integer.
  @_disfavoredOverload
  public static func full<S: TensorScalar>(
    _ shape: [Int], _ value: S, dtype: DType = .float32
  ) -> Tensor {
    full(shape, number(value), dtype: dtype)
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int], dtype: DType = .float32) -> Tensor {
    repeated(0, shape, dtype, for: "zeros")
  }

  /// A tensor of ones.
  public static func ones(_ shape: [Int], dtype: DType = .float32) -> Tensor {
    repeated(1, shape, dtype, for: "ones")
  }

  private static func repeated(
    _ value: Double, _ shape: [Int], _ dtype: DType, for operation: String
  ) -> Tensor {
    Tensor(
      Node.expand(Node(scalar: value, dtype: dtype, isWeak: false), to: shape, for: operation))
  }
}

extension Storage {
  func fill(_ dtype: DType, count: Int, _ body: () -> Double) {
    switch dtype {
    case .bool: fill(Bool.self, count, body)
    case .int32: fill(Int32.self, count, body)
    case .int64: fill(Int.self, count, body)
    case .float32: fill(Float.self, count, body)
    case .float64: fill(Double.self, count, body)
    }
  }

  private func fill<S: TensorScalar>(_ type: S.Type, _ count: Int, _ body: () -> Double) {
    let elements = pointer.bindMemory(to: type, capacity: count)
    for index in 0..<count { (elements + index).initialize(to: S(tensorElement: body())) }
  }
}
