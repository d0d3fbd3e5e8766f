public import LevinTensor

/// A CSV file in memory: columns with names and types.
///
///     let table = try CSVTable(contentsOf: "patients.csv", types: ["id": .int64], missing: ["", "NA"])
///     let ages = try table["age"]                                  // shape [rows]
///     let inputs = try table.tensor(["age", "dose"], dtype: .float32)   // shape [rows, 2]
///     let cities = table.categories["city"]                        // names; table["city"] has their indices
///
/// Fields follow RFC 4180: those between quotation marks may hold separators and line breaks, and quotation marks that
/// are doubled. Lines end with a line feed, a carriage return or both; a byte order mark of UTF-8 is skipped. Every line has
/// as many fields as the first.
///
/// Lines with nothing but spaces and tabs are skipped wherever they are, as pandas does with `skip_blank_lines=True`. In a
/// file of one column an empty field is therefore written as `""`.
///
/// Numbers are read to the nearest one of the type, whatever the locale: `-1.5`, `.5`, `1e-3`, `inf`. Spaces and tabs
/// around numbers do not count. Texts that stand for missing values are those of `missing` and no others; they are NaN in
/// columns of real numbers, and an error in columns that are given as integers or Booleans.
public struct CSVTable: Sendable {
  /// The names of the columns.
  public private(set) var names: [String] = []
  /// The number of rows, the line of names not counted.
  public let count: Int
  /// The sorted texts of each column of categories, by the name of the column.
  public private(set) var categories: [String: [String]] = [:]
  private var columns: [String: Tensor] = [:]
  private let path: String

  init(path: String, count: Int) {
    self.path = path
    self.count = count
  }

  mutating func add(_ name: String, _ tensor: Tensor, categories texts: [String]?) {
    names.append(name)
    columns[name] = tensor
    categories[name] = texts
  }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file, in UTF-8.
  ///   - separator: The character between fields, such as `";"` or `"\t"`.
  ///   - header: The names of the columns.
  ///   - types: The types of columns by name; those left out are ``CSVType/automatic``.
  ///   - only: The columns to read, each once, in their order; all when left out. Fields of others are not looked at.
  ///   - missing: The texts that stand for missing values, such as `["", "NA", "nan"]`.
  /// - Throws: The file, line, column and text of the first field that cannot be read, and what to do.
  public init(
    contentsOf path: String, separator: Character = ",", header: CSVHeader = .firstLine,
    types: [String: CSVType] = [:], only: [String]? = nil, missing: [String] = []
  ) throws(CSVError) {
    let settings = CSVSettings(
      path: path, separator: separator, header: header, types: types, only: only, missing: missing)
    var found: [Int: CSVType] = [:]
    while true {
      let reader = try CSVReader(settings, found: found)
      guard let needed = try reader.read(atMost: .max) else {
        self = try reader.takeTable()
        return
      }
      found[needed.column] = needed.type
    }
  }

  /// The values of a column, of shape [rows], in the dtype of its type.
  ///
  /// - Throws: ``CSVError`` with the names that there are, when there is none of this name.
  public subscript(name: String) -> Tensor {
    get throws(CSVError) {
      if let column = columns[name] { return column }
      throw CSVError(
        path: path, line: nil, column: nil, name: name, text: nil, problem: .unknownColumn(names))
    }
  }

  /// The values of several columns side by side, of shape [rows, columns].
  ///
  /// - Parameters:
  ///   - names: The columns, at least one.
  ///   - dtype: The dtype; when left out, that of the columns if they agree, and otherwise the widest of them, which is
  ///     `float64` for integers beside real numbers.
  /// - Throws: ``CSVError`` with the names that there are, when one is unknown.
  public func tensor(_ names: [String], dtype: DType? = nil) throws(CSVError) -> Tensor {
    require(!names.isEmpty, "CSVTable.tensor: there are no names; give at least one")
    var columns: [Tensor] = []
    for name in names { columns.append(try self[name]) }
    let dtype = dtype ?? Self.common(columns.map(\.dtype))
    let side = stack(columns.map { $0.cast(to: dtype) }, axis: 1)
    evaluateOrStop(side)
    return side
  }

  private static func common(_ dtypes: [DType]) -> DType {
    let kinds = Set(dtypes)
    if kinds.count == 1 { return dtypes[0] }
    return kinds.isSubset(of: [.bool, .int64])
      ? .int64 : kinds.isSubset(of: [.bool, .float32]) ? .float32 : .float64
  }
}
