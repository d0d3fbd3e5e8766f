public import LevinTensor

/// Observations in files of NumPy arrays, one at each index of the first axis, read when they are asked for: for data
/// larger than memory.
///
///     let inputs = try NumPyFile("inputs.npy"), targets = try NumPyFile("targets.npy")
///     let loader = DataLoader(FileDataset(inputs, targets), batchSize: 256, shuffle: .seeded(0), workers: 1)
///
/// A batch takes the memory of its rows and no more. Otherwise it is what ``TensorDataset`` gives. A ``DataLoader`` that
/// shuffles, or has a sampler, keeps 8 bytes for each observation besides: 800 MB for 100 million of them. Without, it
/// keeps nothing.
public struct FileDataset<Batch>: Dataset {
  /// The files.
  public let files: [NumPyFile]
  /// Whether batches may depend on draws, as those that a closure puts together.
  public let drawsRandomNumbers: Bool
  private let assemble: @Sendable ([Tensor]) -> Batch

  /// Observations in files of equal length, put together to batches of any type.
  ///
  /// Files of different lengths end the process with their shapes.
  ///
  /// - Parameters:
  ///   - files: The files, whose first axes go over the observations; at least one.
  ///   - assemble: A batch, made of the same observations of each file.
  public init(files: [NumPyFile], assemble: @escaping @Sendable ([Tensor]) -> Batch) {
    self.init(files, drawsRandomNumbers: true, assemble)
  }

  private init(
    _ files: [NumPyFile], drawsRandomNumbers: Bool = false,
    _ assemble: @escaping @Sendable ([Tensor]) -> Batch
  ) {
    require(!files.isEmpty, "FileDataset: there are no files; give at least one")
    let list = files.map { "\($0.path) of shape \($0.shape)" }.joined(separator: " and ")
    require(
      files.allSatisfy { $0.count == files[0].count },
      "FileDataset: \(list) have different numbers of observations along their first axis; give each the same number"
    )
    self.files = files
    self.drawsRandomNumbers = drawsRandomNumbers
    self.assemble = assemble
  }

  /// The number of observations.
  public var count: Int { files[0].count }

  /// Observations in any order.
  ///
  /// An index that is negative or beyond the data ends the process.
  ///
  /// - Throws: `ArrayFileError` with the file and what is wrong with it.
  public func batch(at indices: [Int]) throws -> Batch {
    assemble(try files.map { try $0.rows(at: indices) })
  }

  /// Consecutive observations.
  ///
  /// - Throws: `ArrayFileError` with the file and what is wrong with it.
  public func batch(in range: Range<Int>) throws -> Batch {
    assemble(try files.map { try $0.rows(in: range) })
  }

  /// The dtypes and shapes of the files, with checksums of some of their elements.
  ///
  /// - Throws: `ArrayFileError` with the file and what is wrong with it.
  public func fingerprint() throws -> String {
    try files.map { try $0.fingerprint() }.joined(separator: "; ")
  }
}

extension FileDataset where Batch == Tensor {
  /// Observations of one file.
  public init(_ file: NumPyFile) {
    self.init([file]) { $0[0] }
  }
}

extension FileDataset where Batch == (Tensor, Tensor) {
  /// Observations of two files of equal length, such as inputs and targets.
  public init(_ first: NumPyFile, _ second: NumPyFile) {
    self.init([first, second]) { ($0[0], $0[1]) }
  }
}

extension FileDataset where Batch == (Tensor, Tensor, Tensor) {
  /// Observations of three files of equal length, such as inputs, targets and weights.
  public init(_ first: NumPyFile, _ second: NumPyFile, _ third: NumPyFile) {
    self.init([first, second, third]) { ($0[0], $0[1], $0[2]) }
  }
}
