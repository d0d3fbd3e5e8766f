/// Elements of a file as elements of a tensor.
///
/// If the dtypes agree, the memory that the file was read into becomes the tensor's; only the order of
/// bytes may change, within it. Arrays in Fortran's order are views of that memory with their axes reversed.
extension NumPyHeader {
  /// The tensor of these elements, which are `byteCount` bytes that nobody else holds.
  func tensor(_ bytes: Bytes) throws(Failure) -> Tensor {
    if dtype.isSwapped { swapBytes(bytes) }
    let elements = try converted(bytes)
    let size = dtype.dtype.byteCount
    let rows = isFortranOrdered ? Array(shape.reversed()) : shape
    let view = Node.View(storage: elements.storage, offset: elements.offset / size, strides: nil)
    let node = Node(leaf: view, shape: rows, dtype: dtype.dtype, requiresGradient: false)
    let tensor = Tensor(node)
    return isFortranOrdered ? tensor.permuted(Array(shape.indices.reversed())) : tensor
  }

  // Elements of another type, or that are not aligned, go to new memory.
  private func converted(_ bytes: Bytes) throws(Failure) -> Bytes {
    switch (dtype.kind, dtype.byteCount) {
    case (.bool, _): return try map(bytes, UInt8.self) { $0 == 0 ? 0 : 1 as UInt8 }
    case (.signed, 1): return try map(bytes, Int8.self) { Int32($0) }
    case (.signed, 2): return try map(bytes, Int16.self) { Int32($0) }
    case (.unsigned, 1): return try map(bytes, UInt8.self) { Int32($0) }
    case (.unsigned, 2): return try map(bytes, UInt16.self) { Int32($0) }
    case (.unsigned, 4): return try map(bytes, UInt32.self) { Int64($0) }
    case (.unsigned, _): return try signed(bytes)
    case (.real, 2): return try map(bytes, UInt16.self) { Float(halfPrecision: $0) }
    default:
      guard bytes.offset % dtype.byteCount == 0 else {
        return dtype.byteCount == 4
          ? try map(bytes, UInt32.self) { $0 } : try map(bytes, UInt64.self) { $0 }
      }
      return bytes
    }
  }

  private func signed(_ bytes: Bytes) throws(Failure) -> Bytes {
    for position in 0..<(bytes.count / 8) {
      let value = bytes.address.loadUnaligned(fromByteOffset: 8 * position, as: UInt64.self)
      if value > Int64.max { throw .init(.outOfRange(value, position: position)) }
    }
    return try map(bytes, UInt64.self) { $0 }
  }

  private func map<Stored: BitwiseCopyable, Element: BitwiseCopyable>(
    _ bytes: Bytes, _ type: Stored.Type, _ convert: (Stored) -> Element
  ) throws(Failure) -> Bytes {
    let count = bytes.count / MemoryLayout<Stored>.size
    guard let result = Bytes(count: count * MemoryLayout<Element>.size) else {
      throw .init(.tooLarge)
    }
    let elements = result.address.bindMemory(to: Element.self, capacity: count)
    for index in 0..<count {
      let stored = bytes.address.loadUnaligned(
        fromByteOffset: index * MemoryLayout<Stored>.size, as: type)
      (elements + index).initialize(to: convert(stored))
    }
    return result
  }

  private func swapBytes(_ bytes: Bytes) {
    switch dtype.byteCount {
    case 2: swapBytes(bytes, UInt16.self)
    case 4: swapBytes(bytes, UInt32.self)
    default: swapBytes(bytes, UInt64.self)
    }
  }

  private func swapBytes<T: FixedWidthInteger & BitwiseCopyable>(_ bytes: Bytes, _ type: T.Type) {
    for offset in stride(from: 0, to: bytes.count, by: MemoryLayout<T>.size) {
      let value = bytes.address.loadUnaligned(fromByteOffset: offset, as: type)
      bytes.address.storeBytes(of: value.byteSwapped, toByteOffset: offset, as: type)
    }
  }
}

extension Float {
  /// The number whose IEEE 754 half-precision bits are given; every one has a single-precision equal.
  ///
  /// Swift's own `Float16` is missing on some machines.
  init(halfPrecision bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // Below the smallest normal number the fraction counts units of 2^-24.
      let magnitude = Float(fraction) * 0x1p-24
      self = Float(bitPattern: magnitude.bitPattern | sign)
    case 0x1F: self = Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
