internal import Foundation
internal import LevinTensor

/// A module that is made from a value of settings, which belongs in the records of the run and in checkpoints.
///
///     struct Settings: Codable { var layers = [64, 64], learningRate = 0.1 }
///
///     final class Network: LightningModule, ConfiguredModule {
///       let configuration: Settings
///       init(_ configuration: Settings) { ... }
///     }
///
/// The settings are in `hparams.yaml` by the names of their coding keys, in alphabetical order, after those of
/// ``HyperparameterProviding``. A checkpoint of a fit gives them back, so that the module can be made again:
///
///     let checkpoint = try Checkpoint.load(from: path)
///     let network = Network(try checkpoint.configuration(Settings.self))
///     try checkpoint.restore(network)
public protocol ConfiguredModule {
  /// The type of the settings.
  associatedtype Configuration: Codable
  /// The settings, as they are when a fit begins.
  var configuration: Configuration { get }
}

/// The settings of a module as JSON.
enum ConfigurationText {
  /// The name of the settings in the state of a fit.
  static let name = "configuration"
  private static let (infinity, minusInfinity, nan) = ("inf", "-inf", "nan")

  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: infinity, negativeInfinity: minusInfinity, nan: nan)
    return decoder
  }

  /// The text of a module's settings; nil if it has none.
  ///
  /// - Throws: ``TrainerError/invalidHyperparameter(name:problem:)``.
  static func text(of module: Any) throws(TrainerError) -> String? {
    guard let module = module as? any ConfiguredModule else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: infinity, negativeInfinity: minusInfinity, nan: nan)
    do { return String(decoding: try encoder.encode(module.configuration), as: UTF8.self) } catch {
      throw .invalidHyperparameter(
        name: "configuration", problem: "it cannot be encoded: \(words(for: error))")
    }
  }

  /// A decoding error names the field, which its description hides.
  static func words(for error: any Error) -> String {
    func words(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? context.debugDescription : "'\(path)': \(context.debugDescription)"
    }
    switch error {
    case DecodingError.keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      return words(context)
    default: return "\(error)"
    }
  }
}

extension Setting {
  /// The settings that a text of JSON gives; a value that is no map is named `configuration`.
  init(json text: String) throws(TrainerError) {
    var scanner = JSONScanner(Array(text.utf8))
    do throws(JSONScanner.Failure) {
      let setting = try Self.value(&scanner)
      if case .map = setting { self = setting } else { self = .map([("configuration", setting)]) }
    } catch {
      throw .invalidHyperparameter(name: "configuration", problem: error.reason)
    }
  }

  /// A map with the entries of another one behind its own.
  func joined(by other: Setting) throws(TrainerError) -> Setting {
    guard case .map(let own) = self, case .map(let others) = other else { return other }
    if let twice = others.first(where: { entry in own.contains { $0.key == entry.key } }) {
      throw .invalidHyperparameter(
        name: twice.key,
        problem: "it is in the hyperparameters and in the configuration; name them apart")
    }
    return .map(own + others)
  }

  private static func value(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Failure) -> Setting {
    switch try scanner.kind() {
    case .string: return .scalar(YAML.text(try scanner.string()))
    case .literal: return .scalar(try scanner.literal().map { "\($0)" } ?? "null")
    case .number:
      let text = try scanner.number()
      let isInteger = text.allSatisfy { $0 == "-" || $0.isNumber }
      return .scalar(isInteger ? text : YAML.number(Double(text) ?? .nan))
    case .array:
      var elements: [Setting] = []
      try scanner.array { (scanner) throws(JSONScanner.Failure) in
        elements.append(try value(&scanner))
      }
      return .list(elements)
    case .object:
      var entries: [(key: String, value: Setting)] = []
      try scanner.object { (scanner, name) throws(JSONScanner.Failure) in
        entries.append((YAML.text(name), try value(&scanner)))
      }
      return .map(entries)
    }
  }
}
