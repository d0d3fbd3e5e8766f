internal import LevinKernels

/// The operation of a kernel, and its cost.
struct KernelOperation: Hashable {
  let code: lv_op
  /// The cost of an element, in simple operations such as an addition.
  ///
  /// It decides how many threads share a pass, and what a plan computes again rather than keeps in memory
  /// (``Operation/cost``).
  let cost: Int

  init(_ code: lv_op, cost: Int = 1) {
    self.code = code
    self.cost = cost
  }

  static let copy = KernelOperation(LV_COPY)
  static let splat = KernelOperation(LV_SPLAT)
  static let load = KernelOperation(LV_LOAD, cost: 3)
  static let loadBlock = KernelOperation(LV_LOAD_BLOCK)
  static let store = KernelOperation(LV_STORE, cost: 3)
  static let add = KernelOperation(LV_ADD)
  static let multiplyAdd = KernelOperation(LV_MULTIPLY_ADD)
  static let accumulateSum = KernelOperation(LV_ACCUMULATE_SUM)
  static let accumulateProducts = KernelOperation(LV_ACCUMULATE_DOT)
  static let multiply = KernelOperation(LV_MULTIPLY)

  /// Whether the kernel takes one number instead of an operand's elements.
  var takesNumbers: Bool {
    code.rawValue >= LV_ADD.rawValue && code.rawValue <= LV_OR.rawValue
  }

  static func == (a: KernelOperation, b: KernelOperation) -> Bool {
    a.code.rawValue == b.code.rawValue
  }

  func hash(into hasher: inout Hasher) { hasher.combine(code.rawValue) }
}

/// Which operands of a kernel are one number that serves for all elements.
enum KernelForm: UInt32 {
  case vectors, secondIsNumber, firstIsNumber
}

extension DType {
  // The C module numbers its types as this enumeration does.
  var kernelType: lv_type { lv_type(UInt32(rawValue)) }

  /// The kernel that casts from this dtype.
  var castingKernel: KernelOperation {
    switch self {
    case .bool: KernelOperation(LV_FROM_BOOL)
    case .int32: KernelOperation(LV_FROM_I32)
    case .int64: KernelOperation(LV_FROM_I64)
    case .float32: KernelOperation(LV_FROM_F32)
    case .float64: KernelOperation(LV_FROM_F64)
    }
  }
}
