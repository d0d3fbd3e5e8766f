internal import LevinTensor

/// A hyperparameter as loggers get it.
public enum HyperparameterValue: Hashable, Sendable {
  /// A Boolean.
  case boolean(Bool)
  /// A number.
  case number(Double)
  /// A text, or a list such as `[64, 64]`.
  case text(String)
  /// A setting that is absent.
  case null
}

extension HyperparameterValue: CustomStringConvertible {
  /// The value as people write it.
  public var description: String {
    switch self {
    case .boolean(let boolean): boolean.description
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15
        ? String(number.description.dropLast(2)) : number.description
    case .text(let text): text
    case .null: "null"
    }
  }
}

extension HyperparameterValue {
  // A word that could be read as something else stands in quotes.
  fileprivate init(yaml text: String) {
    self =
      switch text {
      case "true", "false": .boolean(text == "true")
      case "null": .null
      case ".nan": .number(.nan)
      case ".inf": .number(.infinity)
      case "-.inf": .number(-.infinity)
      default: Double(text).map(Self.number) ?? .text(Setting.unquoted(text))
      }
  }
}

extension Setting {
  /// The entries of a map; those of a map within it have both names with a point between them.
  var entries: [(name: String, value: HyperparameterValue)] {
    guard case .map(let entries) = self else { return [] }
    return entries.flatMap { key, value in value.named(Self.unquoted(key)) }
  }

  private func named(_ name: String) -> [(name: String, value: HyperparameterValue)] {
    switch self {
    case .scalar(let text): [(name, HyperparameterValue(yaml: text))]
    case .map(let entries) where !entries.isEmpty:
      self.entries.map { ("\(name).\($0.name)", $0.value) }
    default: [(name, .text(YAML.flow(self)))]
    }
  }

  /// The string that a scalar of a document stands for.
  static func unquoted(_ text: String) -> String {
    guard text.first == "\"" else { return text }
    var scanner = JSONScanner(Array(text.utf8))
    return (try? scanner.string()) ?? text
  }
}
