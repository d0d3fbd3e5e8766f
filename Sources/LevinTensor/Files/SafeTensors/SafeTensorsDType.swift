/// The type of a tensor's elements as the safetensors format names it.
enum SafeTensorsDType: String {
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case uint16 = "U16"
  case int16 = "I16"
  case uint32 = "U32"
  case int32 = "I32"
  case uint64 = "U64"
  case int64 = "I64"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float32 = "F32"
  case float64 = "F64"

  /// The type of Levin's own elements.
  init(_ dtype: DType) {
    self =
      switch dtype {
      case .bool: .bool
      case .int32: .int32
      case .int64: .int64
      case .float32: .float32
      case .float64: .float64
      }
  }

  /// The bytes of an element in the file.
  var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// The dtype of the tensor that is made of it: the same where there is one, else the next wider.
  var dtype: DType {
    switch self {
    case .bool: .bool
    case .uint8, .int8, .uint16, .int16, .int32: .int32
    case .uint32, .uint64, .int64: .int64
    case .float16, .bfloat16, .float32: .float32
    case .float64: .float64
    }
  }

  // NumPy's spelling; `bfloat16` has none, and is widened beforehand.
  private var numPyName: String {
    switch self {
    case .bool: "|b1"
    case .uint8: "|u1"
    case .int8: "|i1"
    case .uint16: "<u2"
    case .int16: "<i2"
    case .float16: "<f2"
    case .uint32: "<u4"
    case .int32: "<i4"
    case .bfloat16, .float32: "<f4"
    case .uint64: "<u8"
    case .int64: "<i8"
    case .float64: "<f8"
    }
  }

  /// The tensor of some elements of this type, in bytes that nobody else holds.
  func tensor(_ bytes: Bytes, shape: [Int]) throws(NumPyHeader.Failure) -> Tensor {
    let header = NumPyHeader(
      dtype: try NumPyDType(numPyName), isFortranOrdered: false, shape: shape)
    return try header.tensor(self == .bfloat16 ? Self.widened(bytes) : bytes)
  }

  // A number of this type is the first half of one of single precision.
  private static func widened(_ bytes: Bytes) throws(NumPyHeader.Failure) -> Bytes {
    guard let wide = Bytes(count: 2 * bytes.count) else { throw .init(.tooLarge) }
    for offset in stride(from: 0, to: bytes.count, by: 2) {
      let word = UInt32(bytes.number(UInt16.self, at: offset)) << 16
      wide.address.storeBytes(of: word.littleEndian, toByteOffset: 2 * offset, as: UInt32.self)
    }
    return wide
  }
}
