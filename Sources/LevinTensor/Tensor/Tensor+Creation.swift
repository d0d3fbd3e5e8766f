extension Tensor {
  /// A tensor of the numbers in `array`, in row-major order.
  ///
  /// - Parameters:
  ///   - array: The elements; their type decides the dtype.
  ///   - shape: A shape with as many elements as the array; the array's length when left out.
  ///   - dtype: Another dtype to hold them in.
  public init<S: TensorScalar>(_ array: [S], shape: [Int]? = nil, dtype: DType? = nil) {
    let shape = shape ?? [array.count]
    require(
      Shape.count(shape) == array.count && shape.allSatisfy { $0 >= 0 },
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

  /// A tensor of rank 0 that holds one number, of its own dtype.
  ///
  /// A literal, as in `Tensor(2.0)`, is not yet a Swift number: like `2.0` itself it takes the dtype of the
  /// tensor beside it.
  public init<S: TensorScalar>(_ number: S) {
    // Beyond 2^53 a double does not hold every integer.
    if let whole = number as? Int, whole.magnitude > 1 << 53 {
      self.init([whole], shape: [])
    } else {
      self.init(Node(scalar: number.doubleValue, dtype: S.dtype, isWeak: false))
    }
  }

  /// Fills new memory in row-major order by calling `body` once an element.
  package init(shape: [Int], dtype: DType, _ body: () -> Double) {
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

  /// A tensor with every element equal to `value`.
  public static func full(_ shape: [Int], _ value: Double, dtype: DType = .float32) -> Tensor {
    Tensor(Node.expand(Node(scalar: value, dtype: dtype, isWeak: false), to: shape))
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int], dtype: DType = .float32) -> Tensor {
    full(shape, 0, dtype: dtype)
  }

  /// A tensor of ones.
  public static func ones(_ shape: [Int], dtype: DType = .float32) -> Tensor {
    full(shape, 1, dtype: dtype)
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
