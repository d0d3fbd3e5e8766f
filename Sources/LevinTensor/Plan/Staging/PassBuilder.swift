/// Values of one pass, each computed once, and the instructions' operands in the form kernels take.
///
/// A value is either uniform, one number for the whole pass, or has one element for each index along the
/// chunk axis. What only depends on uniform values is uniform and is computed once, before the chunks.
struct PassBuilder {
  /// A value's number.
  typealias ID = Int32

  struct Value: Hashable {
    enum Kind: Hashable {
      /// One number in memory.
      case number(buffer: Int, byteOffset: Int)
      /// Consecutive elements in memory.
      case memory(buffer: Int, byteOffset: Int)
      /// The result of a kernel.
      case computed(operation: KernelOperation, type: DType, form: KernelForm, immediate: Int)
    }

    var kind: Kind
    var dtype: DType
    var isUniform: Bool
    /// Whether it is a uniform value spread over a chunk.
    var isSpread = false
    var operands: [ID] = []

    /// In simple operations on four bytes, for each index along the chunk axis.
    var cost: Int {
      guard case .computed(let operation, let type, _, _) = kind else { return 0 }
      return operation.cost * (type == .float64 ? 3 : 1)
    }
  }

  /// The destination of a value.
  struct Sink {
    enum Kind {
      /// In memory with a stride in elements; uniform values of a pass over numbers have stride 0.
      case store(stride: Int)
      /// In an accumulator, and from there in memory.
      case accumulate(KernelOperation)
    }

    var value: ID
    /// The factor of an accumulated value, if it has one.
    var factor: ID?
    var kind: Kind
    var buffer: Int
    var byteOffset: Int
    var dtype: DType

    /// The values it takes.
    var used: [ID] { factor.map { [value, $0] } ?? [value] }
  }

  private(set) var values: [Value] = []
  private(set) var sinks: [Sink] = []
  private var numbers: [Value: ID] = [:]

  mutating func add(_ value: Value) -> ID {
    if let id = numbers[value] { return id }
    let id = ID(values.count)
    numbers[value] = id
    values.append(value)
    return id
  }

  /// One number in memory.
  mutating func number(buffer: Int, byteOffset: Int, _ dtype: DType) -> ID {
    add(
      Value(kind: .number(buffer: buffer, byteOffset: byteOffset), dtype: dtype, isUniform: true))
  }

  /// Elements in memory with a stride along the chunk axis.
  mutating func elements(buffer: Int, byteOffset: Int, stride: Int, _ dtype: DType) -> ID {
    let memory = add(
      Value(kind: .memory(buffer: buffer, byteOffset: byteOffset), dtype: dtype, isUniform: false))
    if stride == 1 { return memory }
    return add(
      Value(
        kind: .computed(operation: .load, type: dtype, form: .vectors, immediate: stride),
        dtype: dtype, isUniform: false, operands: [memory]))
  }

  /// The result of a kernel of the given type.
  mutating func compute(
    _ operation: KernelOperation, type: DType, result: DType, _ operands: [ID], immediate: Int = 0
  ) -> ID {
    var operands = operands
    var form = KernelForm.vectors
    let uniform = operands.map { values[Int($0)].isUniform }
    let isUniform = uniform.allSatisfy { $0 }
    if !isUniform {
      if operation.takesNumbers {
        form = uniform[0] ? .firstIsNumber : uniform[1] ? .secondIsNumber : .vectors
      } else {
        operands = operands.map { spread($0) }
      }
    }
    return add(
      Value(
        kind: .computed(
          operation: operation, type: type, form: form, immediate: immediate),
        dtype: result, isUniform: isUniform, operands: operands))
  }

  /// A uniform value with one element for each index in a chunk.
  mutating func spread(_ id: ID) -> ID {
    let value = values[Int(id)]
    guard value.isUniform else { return id }
    return add(
      Value(
        kind: .computed(operation: .splat, type: value.dtype, form: .vectors, immediate: 0),
        dtype: value.dtype, isUniform: false, isSpread: true, operands: [id]))
  }

  /// Values combined pairwise, neighbours first, so that rounding grows with the logarithm of their
  /// number.
  mutating func fold(_ operation: KernelOperation, _ dtype: DType, _ ids: [ID]) -> ID? {
    var level = ids
    while level.count > 1 {
      var next: [ID] = []
      for index in stride(from: 0, to: level.count - 1, by: 2) {
        next.append(
          compute(operation, type: dtype, result: dtype, [level[index], level[index + 1]]))
      }
      if level.count % 2 == 1 { next.append(level[level.count - 1]) }
      level = next
    }
    return level.first
  }

  mutating func sink(_ sink: Sink) { sinks.append(accumulating(sink)) }
}
