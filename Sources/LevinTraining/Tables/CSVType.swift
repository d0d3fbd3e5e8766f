internal import LevinTensor

/// The type of a column of a CSV file.
public enum CSVType: Sendable, Hashable, CustomStringConvertible {
  /// The first of `bool`, `int64`, `float64` and `categories` that all fields of the column have.
  case automatic
  /// Real numbers in double precision; missing ones are NaN.
  case float64
  /// Real numbers in single precision; missing ones are NaN.
  case float32
  /// Integers from -2^63 to 2^63 - 1.
  case int64
  /// `true` and `false`, in any case.
  case bool
  /// Texts, as integers (`int64`): the index of each among the column's texts, which are sorted by code points.
  ///
  /// A text that stands for a missing value is a category, too.
  case categories
  /// Texts out of a given list, each of which stands there once, as integers (`int64`): the index of each in the list.
  case categoriesIn([String])

  /// The name of the type.
  public var description: String {
    switch self {
    case .automatic: "automatic"
    case .float64: "float64"
    case .float32: "float32"
    case .int64: "int64"
    case .bool: "bool"
    case .categories, .categoriesIn: "categories"
    }
  }

  var refusal: String {
    switch self {
    case .int64: "no integer"
    case .bool: "neither true nor false"
    default: "no number"
    }
  }
}

/// The names of the columns of a CSV file.
public enum CSVHeader: Sendable, Hashable {
  /// The fields of the first line.
  case firstLine
  /// Given names; the first line holds values.
  case names([String])
  /// The numbers of the columns, from 0; the first line holds values.
  case none
}

/// The settings that a CSV file is read by.
struct CSVSettings: Sendable {
  var path: String
  var separator: Character
  var header: CSVHeader
  var types: [String: CSVType]
  var only: [String]?
  var missing: [String]

  func error(_ problem: CSVError.Problem, name: String? = nil) -> CSVError {
    CSVError(path: path, line: nil, column: nil, name: name, text: nil, problem: problem)
  }

  /// The byte of the separator.
  var separatorByte: UInt8 {
    get throws(CSVError) {
      guard let byte = separator.asciiValue, !["\"", "\n", "\r", "\r\n"].contains(separator) else {
        throw error(
          .invalidSetting(
            "the separator is \(separator.debugDescription); give a single ASCII character other than a quotation "
              + "mark or a line break"))
      }
      return byte
    }
  }

  /// Makes sure that the columns that the settings name are there, and that nothing is named twice.
  func check(_ names: [String]) throws(CSVError) {
    let known = Set(names)
    for name in types.keys.sorted() + (only ?? []) where !known.contains(name) {
      throw error(.unknownColumn(names), name: name)
    }
    var seen: Set<String> = []
    for name in only ?? [] where !seen.insert(name).inserted {
      throw error(.invalidSetting("'only' has this column twice; name it once"), name: name)
    }
    for name in types.keys.sorted() {
      guard case .categoriesIn(let texts)? = types[name] else { continue }
      var seen: Set<ExactName> = []
      for text in texts where !seen.insert(ExactName(text)).inserted {
        throw error(
          .invalidSetting("categoriesIn has '\(text)' twice; give each category once"), name: name)
      }
    }
  }
}
