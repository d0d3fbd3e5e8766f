/// Tensors in one file, each under a name: the format of the Python package `safetensors`.
///
/// Opening a file reads and checks its header; a tensor is read when it is asked for.
///
/// ```swift
/// try SafeTensors.write(["weight": weight, "bias": bias], metadata: ["epoch": "3"], to: "model.safetensors")
/// let file = try SafeTensors("model.safetensors")
/// let weight = try file["weight"]
/// ```
///
/// Elements keep their dtype where Levin has it. `I8`, `I16`, `U8` and `U16` become `int32`, `U32` and `U64` become
/// `int64`, `F16` and `BF16` become `float32`: each value stays what it is. A tensor of another dtype (`F8_E4M3`, `C64`)
/// is listed and cannot be read.
public struct SafeTensors: Sendable {
  /// A tensor as the header describes it.
  public struct Entry: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The shape.
    public let shape: [Int]
    /// The dtype that the tensor has when it is read; nil if it cannot be.
    public let dtype: DType?
    /// The dtype in the file, in the format's spelling, such as `F32` or `BF16`.
    public let storedDType: String
  }

  /// The tensors, in the header's order.
  public let entries: [Entry]
  /// The names of the metadata, in the file's order.
  public let metadataNames: [String]
  private let texts: [ExactName: String]
  private let file: ReadableFile
  private let dataStart: Int
  private let stored: [ExactName: SafeTensorsHeader.Entry]

  /// Opens a file, whichever program wrote it.
  ///
  /// The header has at most 100 million bytes. Names and metadata are told apart by their code points. Tensors must
  /// fill the file without gaps and without sharing a byte.
  ///
  /// - Parameter path: The file.
  /// - Throws: An error with the file, what is wrong with it, and what to do.
  public init(_ path: String) throws(ArrayFileError) {
    file = try ReadableFile(path)
    let header = try SafeTensorsHeader(file)
    dataStart = header.dataStart
    entries = header.entries.map {
      Entry(name: $0.name, shape: $0.shape, dtype: $0.dtype?.dtype, storedDType: $0.dtypeName)
    }
    // The header has no name twice.
    stored = Dictionary(uniqueKeysWithValues: header.entries.map { (ExactName($0.name), $0) })
    metadataNames = header.metadata.map(\.name)
    texts = Dictionary(uniqueKeysWithValues: header.metadata.map { (ExactName($0.name), $0.text) })
  }

  /// The names of the tensors, in the header's order.
  public var names: [String] { entries.map(\.name) }

  /// The tensor of a name as the header describes it; nil if there is none.
  public func entry(_ name: String) -> Entry? {
    stored[ExactName(name)].map {
      Entry(name: $0.name, shape: $0.shape, dtype: $0.dtype?.dtype, storedDType: $0.dtypeName)
    }
  }

  /// The text of the metadata under a name; nil if there is none.
  public func metadata(_ name: String) -> String? { texts[ExactName(name)] }

  /// All metadata.
  ///
  /// - Throws: An error if a dictionary has no room for two names that look alike, and differ in their code points
  ///   alone.
  public func metadata() throws(ArrayFileError) -> [String: String] {
    var metadata: [String: String] = [:]
    for name in metadataNames
    where metadata.updateValue(texts[ExactName(name)]!, forKey: name) != nil {
      throw ArrayFileError(path: file.path, array: name, problem: .namesLookAlike)
    }
    return metadata
  }

  /// Reads the tensor of a name.
  ///
  /// - Throws: An error with the file, the tensor, what is wrong with it, and what to do: there is none of this name,
  ///   its dtype has no counterpart, a `U64` is above the largest `int64`, the file changed since it was opened, or
  ///   its bytes are not those that a ``SafeTensors`` with checksums, such as a checkpoint, says.
  public subscript(name: String) -> Tensor {
    get throws(ArrayFileError) {
      func failure(_ problem: ArrayFileError.Problem) -> ArrayFileError {
        ArrayFileError(path: file.path, array: name, problem: problem)
      }
      guard let entry = stored[ExactName(name)] else { throw failure(.noSuchArray(names)) }
      guard let dtype = entry.dtype else { throw failure(.unsupportedDType(entry.dtypeName)) }
      let start = dataStart + entry.range.lowerBound
      let bytes = try file.read(start..<(start + entry.range.count), of: name)
      if let sum = entry.checksum, sum != bytes.checksum { throw failure(.badChecksum) }
      do throws(NumPyHeader.Failure) { return try dtype.tensor(bytes, shape: entry.shape) } catch {
        throw failure(error.problem)
      }
    }
  }

  /// Reads all tensors.
  ///
  /// - Throws: An error as for a single tensor, or because a dictionary has no room for two names that look alike, and
  ///   differ in their code points alone.
  public func tensors() throws(ArrayFileError) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for name in names where tensors.updateValue(try self[name], forKey: name) != nil {
      throw ArrayFileError(path: file.path, array: name, problem: .namesLookAlike)
    }
    return tensors
  }
}
