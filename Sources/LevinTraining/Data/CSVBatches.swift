internal import LevinTensor

/// Batches of consecutive rows of a CSV file, which is read as they are asked for: for files larger than memory.
///
///     let rows = CSVBatches(
///       contentsOf: "trips.csv", types: ["distance": .float32, "minutes": .float32], batchSize: 4096
///     ) { table in
///       (try table.tensor(["distance"]), try table["minutes"])
///     }
///     try trainer.fit(model, train: Prefetching(rows))
///
/// Only columns whose types are given are read. Other settings are those of ``CSVTable``.
public struct CSVBatches<Batch>: BatchSource, Sendable {
  private let settings: CSVSettings
  private let batchSize: Int
  private let batch: @Sendable (CSVTable) throws -> Batch

  /// Batches of the rows of a file.
  ///
  /// - Parameters:
  ///   - path: The file, in UTF-8.
  ///   - separator: The character between fields.
  ///   - header: The names of the columns.
  ///   - types: The types of the columns to read; neither ``CSVType/automatic`` nor ``CSVType/categories``, which
  ///     depend on all rows.
  ///   - missing: The texts that stand for missing values.
  ///   - batchSize: The number of rows in a batch; the last may have fewer.
  ///   - batch: A batch, made of a table of some rows.
  public init(
    contentsOf path: String, separator: Character = ",", header: CSVHeader = .firstLine,
    types: [String: CSVType], missing: [String] = [], batchSize: Int,
    batch: @escaping @Sendable (CSVTable) throws -> Batch
  ) {
    settings = CSVSettings(
      path: path, separator: separator, header: header, types: types, only: types.keys.sorted(),
      missing: missing)
    self.batchSize = batchSize
    self.batch = batch
  }

  /// The batches of an epoch, which are the same in each.
  ///
  /// - Throws: ``CSVError`` with the position in the file and what is wrong there.
  public func makeBatches(epoch: Int) throws -> BatchStream<Batch> {
    let reader = try CSVReader(settings)
    return BatchStream { [batchSize, batch] in
      _ = try reader.read(atMost: batchSize)
      if reader.count == 0 { return nil }
      let table = try reader.takeTable()
      return LoadedBatch(try batch(table), observationCount: table.count)
    }
  }

  /// Makes sure that the batch size is positive, and that the types can be known before all rows are read.
  ///
  /// - Throws: ``TrainerError`` or ``CSVError`` for the first thing that makes no sense.
  public func checkSettings(for role: DataRole) throws {
    if batchSize <= 0 { throw TrainerError.invalidBatchSize(batchSize, role) }
    for name in settings.types.keys.sorted() {
      guard let type = settings.types[name], type == .automatic || type == .categories else {
        continue
      }
      throw settings.error(
        .invalidSetting(
          "the type \(type) depends on all rows, which are not read before the first batch; give float64, float32, "
            + "int64, bool or categoriesIn"), name: name)
    }
    _ = try CSVReader(settings)
  }
}
