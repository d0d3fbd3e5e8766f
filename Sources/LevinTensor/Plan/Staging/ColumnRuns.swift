/// Loads of a pass that belong together: adjacent columns of one row-major array.
struct ColumnRuns {
  private struct Array: Hashable {
    var buffer: Int
    var stride: Int
    var dtype: DType
  }

  private struct Column {
    var id: PassBuilder.ID
    var byteOffset: Int
  }

  /// Fewer are as fast one by one.
  static let fewest = 4
  /// More would take too many registers at once.
  private static let most = 32
  private static let longestStride = 1 << 32

  /// The runs, each in the order of its columns.
  private(set) var runs: [[PassBuilder.ID]] = []

  /// The runs among the loads of a body whose values have no home yet.
  init(_ builder: PassBuilder, among body: [Schedule.Step], _ homes: [Schedule.Home?]) {
    var columns: [Array: [Column]] = [:]
    for case .value(let id) in body where homes[Int(id)] == nil {
      guard let (array, offset) = Self.source(of: builder.values[Int(id)], builder) else {
        continue
      }
      columns[array, default: []].append(Column(id: id, byteOffset: offset))
    }
    for (array, found) in columns { split(found, size: array.dtype.byteCount) }
  }

  private static func source(
    of value: PassBuilder.Value, _ builder: PassBuilder
  ) -> (Array, byteOffset: Int)? {
    guard case .computed(.load, _, _, let stride) = value.kind,
      (1..<longestStride).contains(stride),
      case .memory(let buffer, let offset) = builder.values[Int(value.operands[0])].kind
    else { return nil }
    return (Array(buffer: buffer, stride: stride, dtype: value.dtype), offset)
  }

  private mutating func split(_ columns: [Column], size: Int) {
    let sorted = columns.sorted { $0.byteOffset < $1.byteOffset }
    var run: [Column] = []
    for column in sorted {
      if let last = run.last, column.byteOffset != last.byteOffset + size || run.count == Self.most
      {
        close(run)
        run = []
      }
      run.append(column)
    }
    close(run)
  }

  private mutating func close(_ run: [Column]) {
    if run.count >= Self.fewest { runs.append(run.map(\.id)) }
  }
}
