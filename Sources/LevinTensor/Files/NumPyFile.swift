/// An array in a file that `numpy.save` wrote, whose rows are read when they are asked for: for data larger than memory.
///
///     let file = try NumPyFile("images.npy")         // reads the header alone
///     let batch = try file.rows(at: [7, 0, 12])      // reads three rows
///
/// Rows are read at their positions rather than from a mapping into memory: they lie in the system's cache in both
/// cases, but a file that is cut or a disk that fails under a mapping ends the process by a signal, and here is an error.
/// What somebody writes into the file while it is open is seen or not, row by row; a file that is *replaced*, as
/// ``Tensor/write(toNPY:)`` and most programs do, stays as it was when it was opened. Each open file takes a descriptor.
///
/// Safe for use from several threads at once.
public struct NumPyFile: Sendable {
  /// The path that was opened.
  public var path: String { file.path }
  /// The shape of the array.
  public var shape: [Int] { header.shape }
  /// The dtype of the tensors that come, as for ``Tensor/init(contentsOfNPY:)``.
  public var dtype: DType { header.dtype.dtype }
  /// The number of rows: the size of the first axis.
  public var count: Int { header.shape[0] }

  private let file: ReadableFile
  private let header: NumPyHeader
  private let start: Int

  /// Opens a file, and reads its header.
  ///
  /// - Parameter path: The file.
  /// - Throws: An error as ``Tensor/init(contentsOfNPY:)``; also for an array without axes, and for one in Fortran's
  ///   order with several, whose rows are scattered over the whole file.
  public init(_ path: String) throws(ArrayFileError) {
    file = try ReadableFile(path)
    (header, start) = try file.numPyHeader()
    if header.shape.isEmpty {
      throw failure(.noRows("it has no axes; read it with Tensor(contentsOfNPY:)"))
    }
    if header.isFortranOrdered, header.shape.count(where: { $0 > 1 }) > 1 {
      throw failure(
        .noRows("it is in Fortran's order; save it anew from numpy.ascontiguousarray(array)"))
    }
  }

  private func failure(_ problem: ArrayFileError.Problem) -> ArrayFileError {
    ArrayFileError(path: file.path, array: nil, problem: problem)
  }

  private var rowElements: Int { Shape.count(Array(header.shape.dropFirst())) }
  private var rowBytes: Int { rowElements * header.dtype.byteCount }

  /// Consecutive rows, in a tensor of shape [number of rows] + shape[1...].
  ///
  /// A range beyond the array ends the process.
  ///
  /// - Throws: An error with the file and what is wrong with it: it has been cut, cannot be read, or has a `uint64`
  ///   above the largest `int64` among the rows.
  public func rows(in range: Range<Int>) throws(ArrayFileError) -> Tensor {
    require(
      range.lowerBound >= 0 && range.upperBound <= count,
      "NumPyFile: the range \(range) goes beyond the \(count) rows of shape \(shape)")
    return try rows(range.count, [range], row: { range.lowerBound + $0 })
  }

  /// Rows in any order, in a tensor of shape [number of indices] + shape[1...].
  ///
  /// An index that is negative or beyond the array ends the process.
  ///
  /// - Throws: An error as ``rows(in:)``.
  public func rows(at indices: [Int]) throws(ArrayFileError) -> Tensor {
    if let bad = indices.first(where: { !(0..<count).contains($0) }) {
      stop("NumPyFile: index \(bad) is out of range for axis 0 of size \(count), of shape \(shape)")
    }
    return try rows(indices.count, Self.runs(of: indices), row: { indices[$0] })
  }

  // Indices that follow on each other are read at once.
  private static func runs(of indices: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for index in indices {
      if let last = runs.last, last.upperBound == index {
        runs[runs.count - 1] = last.lowerBound..<index + 1
      } else {
        runs.append(index..<index + 1)
      }
    }
    return runs
  }

  private func rows(
    _ count: Int, _ runs: [Range<Int>], row: (Int) -> Int
  ) throws(ArrayFileError) -> Tensor {
    var part = header
    part.shape[0] = count
    part.isFortranOrdered = false
    guard let bytes = Bytes(count: count * rowBytes) else { throw failure(.tooLarge) }
    var offset = 0
    for run in runs {
      try read(run, into: bytes.address + offset)
      offset += run.count * rowBytes
    }
    do throws(NumPyHeader.Failure) { return try part.tensor(bytes) } catch {
      guard case .outOfRange(let value, let position) = error.problem else {
        throw failure(error.problem)
      }
      // Counted in the file, not in the batch.
      let inFile = row(position / rowElements) * rowElements + position % rowElements
      throw failure(.outOfRange(value, position: inFile))
    }
  }

  private func read(
    _ run: Range<Int>, into address: UnsafeMutableRawPointer
  ) throws(ArrayFileError) {
    let range = (start + run.lowerBound * rowBytes)..<(start + run.upperBound * rowBytes)
    do { try file.read(range, into: address) } catch {
      guard case .cut = error.problem else { throw error }
      throw failure(.cut(expected: file.byteCount, found: file.currentByteCount))
    }
  }

  /// The dtype, the shape and a checksum of some rows' elements.
  ///
  /// - Throws: An error as ``rows(in:)``.
  package func fingerprint() throws(ArrayFileError) -> String {
    let size = header.dtype.byteCount
    let count = Shape.count(shape)
    guard let buffer = Bytes(count: 8) else { throw failure(.tooLarge) }
    let checksum = try SampledChecksum(count: count) { position throws(ArrayFileError) in
      buffer.address.storeBytes(of: 0, as: UInt64.self)
      let range = (start + position * size)..<(start + (position + 1) * size)
      try file.read(range, into: buffer.address)
      return buffer.number(UInt64.self, at: 0)
    }
    return "\(header.dtype.name) of shape \(shape), checksum \(checksum.text)"
  }
}
