import Foundation
import LevinTensor

/// A hyperparameter as a tree of lists and maps, whose leaves are YAML scalars.
indirect enum Setting {
  case scalar(String)
  case list([Setting])
  case map([(key: String, value: Setting)])

  /// The most elements of a tensor that are written out.
  static let mostElements = 100
  // A value that describes itself by itself has no end.
  private static let deepest = 50

  /// All hyperparameters of a module as a map.
  init(_ hyperparameters: Hyperparameters) throws(TrainerError) {
    try Self.requireDistinct(hyperparameters.map(\.key), in: "")
    var entries: [(key: String, value: Setting)] = []
    for (name, value) in hyperparameters {
      entries.append((YAML.text(name), try Setting(value, name, depth: 1)))
    }
    self = .map(entries)
  }

  private init(_ value: Any, _ name: String, depth: Int) throws(TrainerError) {
    if depth > Self.deepest {
      throw Self.invalid(name, "it is nested more than \(Self.deepest) levels deep")
    }
    if let scalar = Self.scalar(value) {
      self = .scalar(scalar)
    } else if let pairs = value as? any OrderedPairs {
      self = .map(try Self.entries(pairs.pairs, name, depth))
    } else if let tensor = value as? Tensor {
      self = try Self.tensor(tensor, name)
    } else if let key = value as? AnyHashable, type(of: value) == AnyHashable.self {
      self = try Setting(key.base, name, depth: depth + 1)
    } else if let raw = value as? any RawRepresentable {
      self = try Setting(raw.rawValue, name, depth: depth + 1)
    } else {
      self = try Self.composed(value, name, depth)
    }
  }

  private static func invalid(_ name: String, _ problem: String) -> TrainerError {
    .invalidHyperparameter(name: name, problem: problem)
  }

  // MARK: Leaves

  private static func scalar(_ value: Any) -> String? {
    switch value {
    case let boolean as Bool: boolean.description
    case let integer as any BinaryInteger: "\(integer)"
    case let number as any BinaryFloatingPoint: YAML.number(number)
    case let string as any StringProtocol: YAML.text(String(string))
    case let character as Character: YAML.text(String(character))
    case let url as URL: YAML.text(url.absoluteString)
    case let date as Date: YAML.text(date.formatted(.iso8601))
    case let duration as Duration: YAML.text(duration.description)
    default: nil
    }
  }

  // MARK: Tensors

  private static func tensor(_ tensor: Tensor, _ name: String) throws(TrainerError) -> Setting {
    guard tensor.elementCount <= mostElements else {
      throw invalid(
        name,
        "the tensor of shape \(tensor.shape) has more than \(mostElements) elements; "
          + "list its shape, or save it to a file and list the path")
    }
    let elements =
      switch tensor.dtype {
      case .bool: tensor.scalars(as: Bool.self).map { $0.description }
      case .int32, .int64: tensor.scalars(as: Int.self).map { $0.description }
      case .float32: tensor.scalars(as: Float.self).map { YAML.number($0) }
      case .float64: tensor.scalars.map { YAML.number($0) }
      }
    return nested(elements[...], tensor.shape[...])
  }

  private static func nested(_ elements: ArraySlice<String>, _ shape: ArraySlice<Int>) -> Setting {
    guard let size = shape.first else { return .scalar(elements.first ?? "null") }
    let stride = shape.dropFirst().reduce(1, *)
    return .list(
      (0..<size).map { index in
        let start = elements.startIndex + index * stride
        return nested(elements[start..<(start + stride)], shape.dropFirst())
      })
  }

  // MARK: Values made of others

  private static func composed(
    _ value: Any, _ name: String, _ depth: Int
  ) throws(TrainerError) -> Setting {
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional:
      guard let child = mirror.children.first else { return .scalar("null") }
      return try Setting(child.value, name, depth: depth + 1)
    case .collection: return try list(mirror, name, depth)
    case .set: return sorted(try list(mirror, name, depth))
    case .tuple where mirror.children.allSatisfy({ $0.label?.first == "." }):
      return try list(mirror, name, depth)
    case .enum where mirror.children.isEmpty: return .scalar(YAML.text(String(describing: value)))
    case .tuple, .struct, .enum: return try map(mirror, name, depth)
    case .dictionary:
      let pairs = mirror.children.map { Mirror(reflecting: $0.value).children.map(\.value) }
      let entries = try entries(pairs.map { ($0[0], $0[1]) }, name, depth)
      return .map(entries.sorted { YAML.isBefore($0.key, $1.key) })
    default: throw invalid(name, "there is no way to write a value of type \(type(of: value))")
    }
  }

  private static func list(
    _ mirror: Mirror, _ name: String, _ depth: Int
  ) throws(TrainerError) -> Setting {
    var elements: [Setting] = []
    for (index, child) in mirror.children.enumerated() {
      elements.append(try Setting(child.value, "\(name)[\(index)]", depth: depth + 1))
    }
    return .list(elements)
  }

  // A set has no order, and two runs should write the same file.
  private static func sorted(_ set: Setting) -> Setting {
    guard case .list(let elements) = set else { return set }
    return .list(elements.sorted { YAML.isBefore(YAML.flow($0), YAML.flow($1)) })
  }

  private static func map(
    _ mirror: Mirror, _ name: String, _ depth: Int
  ) throws(TrainerError) -> Setting {
    var entries: [(key: String, value: Setting)] = []
    for (index, child) in mirror.children.enumerated() {
      let isNamed = child.label.map { $0.first != "." } ?? false
      let label = isNamed ? child.label ?? "" : index.description
      let value = try Setting(child.value, "\(name).\(label)", depth: depth + 1)
      entries.append((YAML.text(label), value))
    }
    return .map(entries)
  }

  private static func entries(
    _ pairs: [(key: Any, value: Any)], _ name: String, _ depth: Int
  ) throws(TrainerError) -> [(key: String, value: Setting)] {
    var entries: [(key: String, value: Setting)] = []
    for (key, value) in pairs {
      guard case .scalar(let text) = try Setting(key, name, depth: depth + 1) else {
        throw invalid(name, "a key is of type \(type(of: key)); take strings or numbers")
      }
      entries.append((text, try Setting(value, "\(name).\(key)", depth: depth + 1)))
    }
    try requireDistinct(entries.map(\.key), in: name)
    return entries
  }

  // Readers of YAML keep one of two values under the same key, or refuse the file.
  private static func requireDistinct(
    _ keys: [String], in name: String
  ) throws(TrainerError) {
    var seen: Set<ExactName> = []
    for key in keys where !seen.insert(ExactName(key)).inserted {
      throw invalid(name.isEmpty ? key : name, "the key \(key) is there twice")
    }
  }
}

/// Keys and values whose order counts; mirrors do not tell them from other structs.
private protocol OrderedPairs {
  var pairs: [(key: Any, value: Any)] { get }
}

extension KeyValuePairs: OrderedPairs {
  fileprivate var pairs: [(key: Any, value: Any)] { map { ($0.key, $0.value) } }
}
