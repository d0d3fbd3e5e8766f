extension Tensor {
  /// The array in a file that `numpy.save` wrote.
  ///
  /// Format versions 1, 2 and 3 are read, in either order of elements and of bytes. Elements keep their
  /// dtype where Levin has it; `int8`, `int16`, `uint8` and `uint16` become `int32`, `uint32` and
  /// `uint64` become `int64`, `float16` becomes `float32`. A file of a dtype that Levin has is read
  /// straight into the tensor's memory.
  ///
  /// - Parameter path: The file.
  /// - Throws: An error with the file, what is wrong with it, and what to do: the file cannot be read,
  ///   is no array file or is cut, holds objects, records or elements without counterpart, or a `uint64`
  ///   above the largest `int64`.
  public init(contentsOfNPY path: String) throws(ArrayFileError) {
    let file = try ReadableFile(path)
    let (header, end) = try file.numPyHeader()
    let bytes = try file.read(end..<file.byteCount)
    do throws(NumPyHeader.Failure) { self = try header.tensor(bytes) } catch {
      throw ArrayFileError(path: path, array: nil, problem: error.problem)
    }
  }

  /// The array whose first bytes are `start` and which has `total`, the rest given by `read`.
  private static func array(
    from start: Bytes, total: Int, _ read: (Range<Int>) throws(NumPyHeader.Failure) -> Bytes
  ) throws(NumPyHeader.Failure) -> Tensor {
    let (header, end) = try NumPyHeader.parse(start, total: total, read)
    return try header.tensor(read(end..<total))
  }

  /// The array in an archive's entry.
  static func array(in bytes: Bytes) throws(NumPyHeader.Failure) -> Tensor {
    try array(from: bytes, total: bytes.count) { bytes[$0] }
  }

  /// Writes the tensor to a file that `numpy.load` reads; evaluates the tensor if need be.
  ///
  /// The elements are in row-major order and keep their dtype. A file that is there already is replaced
  /// once the new one is whole, and keeps its permissions and owner. Symbolic links are followed, a file with several
  /// names keeps them all, one that is mounted stays, and a device or a pipe is written to.
  ///
  /// - Parameter path: The file; its folder must exist.
  /// - Throws: An error with the file and the system's reason; then what was there before still is, except in a device
  ///   or a pipe that has taken a part.
  public func write(toNPY path: String) throws(ArrayFileError) {
    let array = EncodedArray(self)
    try AtomicFile.write(to: path) { file throws(ArrayFileError) in
      try file.write(array.header)
      try array.withElements { (bytes) throws(ArrayFileError) in try file.write(bytes) }
    }
  }
}

extension NumPyHeader {
  /// The header of an array whose first bytes are `start` and which has `total`, more of them given by `read`, and the
  /// offset of its elements.
  static func parse(
    _ start: Bytes, total: Int, _ read: (Range<Int>) throws(Failure) -> Bytes
  ) throws(Failure) -> (NumPyHeader, end: Int) {
    var start = start
    // Headers are short as a rule; a long one is read when the first bytes turn out to be too few.
    if total > start.count, (try? parse(start, total: total)) == nil {
      start = try read(0..<Swift.min(total, prefixLimit))
    }
    let (header, end) = try parse(start, total: total)
    try header.check(payload: total - end)
    return (header, end)
  }

  private func check(payload: Int) throws(Failure) {
    if payload < byteCount { throw .init(.cut(expected: byteCount, found: payload)) }
    if payload > byteCount { throw .init(.trailingBytes(expected: byteCount, found: payload)) }
  }
}

extension ReadableFile {
  /// The header of the array that makes up the file, and the offset of its elements.
  func numPyHeader() throws(ArrayFileError) -> (NumPyHeader, end: Int) {
    let start = try read(0..<Swift.min(byteCount, 4096))
    do throws(NumPyHeader.Failure) {
      return try NumPyHeader.parse(start, total: byteCount) { range throws(NumPyHeader.Failure) in
        do throws(ArrayFileError) { return try self.read(range) } catch {
          throw .init(error.problem)
        }
      }
    } catch {
      throw ArrayFileError(path: path, array: nil, problem: error.problem)
    }
  }
}

/// A tensor in the form in which it goes to a file.
struct EncodedArray {
  let header: [UInt8]
  private let view: Node.View
  let byteCount: Int
  private let dtype: DType

  init(_ tensor: Tensor) {
    evaluateOrStop(tensor)
    let header = NumPyHeader(
      dtype: NumPyDType(tensor.dtype), isFortranOrdered: false, shape: tensor.shape)
    self.header = header.encoded
    byteCount = header.byteCount
    dtype = tensor.dtype
    view = tensor.packedView
  }

  /// Reads the bytes of the elements.
  func withElements<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try view.withElements(dtype) { (address) throws(E) in
      try body(UnsafeRawBufferPointer(start: address, count: byteCount))
    }
  }
}

extension Tensor {
  /// The elements of an evaluated tensor in row-major order without gaps, copied if they are not laid out so.
  package var packed: Tensor {
    if let view = node.result, view.strides == nil { return self }
    return Tensor(storage: packedView.storage, shape: shape, dtype: dtype)
  }

  /// The elements of an evaluated tensor in row-major order without gaps.
  var packedView: Node.View {
    guard let view = node.result else { fatalError("evaluation left no result") }
    guard let strides = view.strides else { return view }
    let packed = Storage(byteCount: elementCount * dtype.byteCount)
    view.withElements(dtype) {
      Kernels.copyStrided(
        to: packed.pointer, Shape.contiguousStrides(shape), from: $0, strides, shape: shape,
        elementSize: dtype.byteCount)
    }
    return Node.View(storage: packed, offset: 0, strides: nil)
  }
}
