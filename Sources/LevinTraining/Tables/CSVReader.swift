/// A CSV file on its way into columns.
final class CSVReader {
  /// The names of all columns of the file.
  let names: [String]
  /// The number of lines of values that have been read.
  @exclusivity(unchecked) private(set) var count = 0
  private let settings: CSVSettings
  private let scanner: CSVScanner
  private let missing: MissingTexts
  @exclusivity(unchecked) private var columns: [CSVColumn?] = []
  // Types that have turned out by an earlier reading of the file.
  private let found: [Int: CSVType]
  // Whether the scanner is at a line of values that has not been taken.
  private var isAtFirstLine = false

  /// Opens a file and reads the names of its columns.
  init(_ settings: CSVSettings, found: [Int: CSVType] = [:]) throws(CSVError) {
    self.settings = settings
    self.found = found
    missing = MissingTexts(settings.missing)
    scanner = try CSVScanner(settings.path, separator: settings.separatorByte)
    switch settings.header {
    case .firstLine:
      guard try Self.nextLine(of: scanner) else { throw settings.error(.noHeader) }
      names = try Self.names(in: scanner)
    case .names(let given):
      names = given
    case .none:
      isAtFirstLine = try Self.nextLine(of: scanner)
      names = isAtFirstLine ? scanner.fields.indices.map { "\($0)" } : []
    }
    var seen: Set<String> = []
    for (index, name) in names.enumerated() where !seen.insert(name).inserted {
      throw CSVError(
        path: settings.path, line: settings.header == .firstLine ? scanner.line : nil,
        column: index + 1,
        name: name, text: nil, problem: .duplicateName)
    }
    try settings.check(names)
    startColumns()
  }

  private static func names(in scanner: CSVScanner) throws(CSVError) -> [String] {
    var names: [String] = []
    for field in scanner.fields.indices {
      let name = scanner.withBytes(field) { String(validating: $0, as: UTF8.self) }
      guard let name else { throw scanner.error(.notUTF8, field) }
      names.append(name)
    }
    return names
  }

  private func startColumns() {
    columns = names.indices.map { index in
      let name = names[index]
      if let only = settings.only, !only.contains(name) { return nil }
      let type = settings.types[name] ?? .automatic
      return CSVColumn(
        name, found[index] ?? type, isAutomatic: type == .automatic, missing: missing)
    }
  }

  /// Reads lines of values into the columns, at most a number of them, and gives the number of a column with a wider
  /// type when an automatic one has turned out too narrow: then the file has to be read anew.
  func read(atMost limit: Int) throws(CSVError) -> (column: Int, type: CSVType)? {
    while count < limit, try nextLine() {
      if let needed = try takeLine() { return needed }
      count += 1
    }
    return nil
  }

  private func nextLine() throws(CSVError) -> Bool {
    if isAtFirstLine {
      isAtFirstLine = false
      return true
    }
    return try Self.nextLine(of: scanner)
  }

  // The next line that is not blank; false when there are no more.
  private static func nextLine(of scanner: CSVScanner) throws(CSVError) -> Bool {
    while try scanner.advance() { if !scanner.isBlank { return true } }
    return false
  }

  private func takeLine() throws(CSVError) -> (column: Int, type: CSVType)? {
    guard scanner.fields.count == names.count else {
      throw scanner.lineError(
        .wrongFieldCount(expected: names.count, found: scanner.fields.count))
    }
    for index in columns.indices {
      guard let column = columns[index] else { continue }
      let line = scanner.line
      switch scanner.withBytes(index, { column.append($0, line: line) }) {
      case .taken: continue
      case .needs(let type): return (index, type)
      case .refused(let problem): throw scanner.error(problem, index, name: names[index])
      }
    }
    return nil
  }

  /// The lines that have been read as a table; reading goes on with another one.
  func takeTable() throws(CSVError) -> CSVTable {
    var table = CSVTable(path: settings.path, count: count)
    for name in settings.only ?? names {
      guard let column = columns[names.firstIndex(of: name)!] else { continue }
      do {
        let (tensor, categories) = try column.finish()
        table.add(name, tensor, categories: categories)
      } catch {
        throw CSVError(
          path: settings.path, line: error.line, column: names.firstIndex(of: name)! + 1,
          name: name, text: nil, problem: .notUTF8)
      }
    }
    count = 0
    startColumns()
    return table
  }
}
