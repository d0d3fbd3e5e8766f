/// The reason why a CSV file could not be read, with the position in the file.
public struct CSVError: Error, Sendable, Hashable {
  /// A problem with a file.
  ///
  /// Later versions may add cases, so a `switch` over them needs a `default`.
  #if compiler(>=6.3)
  @nonexhaustive
  #endif
  public enum Problem: Sendable, Hashable {
    /// The system refused to open or read the file, in its own words.
    case unreadable(String)
    /// A setting makes no sense, with what to do.
    case invalidSetting(String)
    /// The file is empty, so it has no header.
    case noHeader
    /// The text is not in UTF-8.
    case notUTF8
    /// Two columns have the same name.
    case duplicateName
    /// There is no column of this name; there are those listed.
    case unknownColumn([String])
    /// A line has another number of fields than the header or the first line.
    case wrongFieldCount(expected: Int, found: Int)
    /// A field begins with a quotation mark, and no other ends it.
    case unclosedQuote
    /// Something follows the quotation mark that ends a field.
    case textAfterQuote
    /// A quotation mark is in the middle of a field that is not quoted.
    case strayQuote
    /// A line has more bytes than a line can have.
    case lineTooLong(limit: Int)
    /// A field is no value of the column's type.
    case invalidValue(CSVType)
    /// A number is outside the range of the column's type.
    case outOfRange(CSVType)
    /// A value is missing, and the column's type has none for that.
    case missingValue(CSVType)
    /// A text is none of the categories that were given.
    case unknownCategory([String])
  }

  /// The file.
  public let path: String
  /// The line in the file, counted from 1, line breaks within quotation marks included; nil for what concerns the file
  /// as a whole.
  public let line: Int?
  /// The number of the column, counted from 1; nil for what concerns a line as a whole.
  public let column: Int?
  /// The name of the column.
  public let name: String?
  /// The text of the field, at most its first 60 characters.
  public let text: String?
  /// The problem.
  public let problem: Problem
}

extension CSVError: CustomStringConvertible {
  /// The file, the line and the column, what is wrong there, and what to do.
  public var description: String {
    var position = path
    if let line { position += ", line \(line)" }
    if let column { position += ", column \(column)" }
    if let name { position += " '\(name)'" }
    return "\(position): \(sentence)"
  }

  private var quoted: String { text.map { "'\($0)'" } ?? "the field" }

  private var sentence: String {
    switch problem {
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .invalidSetting(let reason): reason
    case .noHeader: "the file is empty; it needs a line with the names of the columns"
    case .notUTF8: "\(quoted) is not UTF-8; save the file in UTF-8"
    case .duplicateName: "another column has this name; rename one of them"
    case .unknownColumn(let names): "there is no such column; there are \(Self.list(names))"
    case .wrongFieldCount(let expected, let found):
      "the line has \(found) fields, where \(expected) are expected; put fields that hold the separator between "
        + "quotation marks, and check the separator"
    case .unclosedQuote:
      "no quotation mark ends \(quoted); end it, and write one within a text as two"
    case .textAfterQuote:
      "something follows the quotation mark that ends \(quoted); write a quotation mark within a text as two"
    case .strayQuote:
      "\(quoted) has a quotation mark and is not quoted; put it between quotation marks, and write the one within as "
        + "two"
    case .lineTooLong(let limit):
      "the line has more than \(limit) bytes; check whether a quotation mark is missing"
    case .invalidValue(let type):
      "\(quoted) is \(type.refusal); correct it, give the column another type, or name it in 'missing'"
    case .outOfRange(let type):
      "\(quoted) is out of range for \(type); give the column another type"
    case .missingValue(let type):
      "\(quoted) stands for a missing value, which \(type) cannot hold; make the column float64, or fill it in"
    case .unknownCategory(let names):
      "\(quoted) is none of the categories \(Self.list(names)); add it to them, or correct it"
    }
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    return names.isEmpty
      ? "none" : names.count > 20 ? shown + " and \(names.count - 20) more" : shown
  }
}
