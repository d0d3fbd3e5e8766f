import LevinTensor

/// A state on its way back from JSON and a list of tensors.
struct StateDecoder {
  /// The tensors that no value has taken yet, by their paths.
  private(set) var tensors: [ExactName: Tensor]

  /// Takes the tensors by their paths.
  init(_ tensors: [ExactName: Tensor]) { self.tensors = tensors }

  /// The state that a text gives, with tensors that are named by a path and their names.
  mutating func state(_ text: String, at path: String) throws(JSONScanner.Failure) -> State {
    var scanner = JSONScanner(Array(text.utf8))
    let value = try object(&scanner, at: path)
    try scanner.end()
    guard case .tree(let state) = value else { throw scanner.failure("it is no tree") }
    return state
  }

  private mutating func value(
    _ scanner: inout JSONScanner, at path: String
  ) throws(JSONScanner.Failure) -> State.Value {
    switch try scanner.kind() {
    case .object: return try object(&scanner, at: path)
    case .array: return .list(try list(&scanner, at: path))
    case .string: return .text(try scanner.string())
    case .number: return try Self.number(&scanner)
    case .literal:
      guard let isTrue = try scanner.literal() else { throw scanner.failure("null is no value") }
      return .boolean(isTrue)
    }
  }

  private mutating func list(
    _ scanner: inout JSONScanner, at path: String
  ) throws(JSONScanner.Failure) -> [State.Value] {
    var list: [State.Value] = []
    try scanner.array { (scanner) throws(JSONScanner.Failure) in
      list.append(try value(&scanner, at: "\(path)/\(list.count)"))
    }
    return list
  }

  // A tree, or a value in an object of one field.
  private mutating func object(
    _ scanner: inout JSONScanner, at path: String
  ) throws(JSONScanner.Failure) -> State.Value {
    var tree = State()
    var tagged: State.Value?
    try scanner.object { (scanner, name) throws(JSONScanner.Failure) in
      if tagged != nil { throw scanner.failure("a value has two fields") }
      if let tag = StateJSON.Tag(rawValue: name) {
        tagged = try value(tag, &scanner, at: path)
      } else {
        let name = try Self.unescaped(name, scanner)
        tree[name] = try value(&scanner, at: StateJSON.path(path, name))
      }
    }
    guard let tagged else { return .tree(tree) }
    guard tree.isEmpty else { throw scanner.failure("a value has two fields") }
    return tagged
  }

  private static func unescaped(
    _ name: String, _ scanner: JSONScanner
  ) throws(JSONScanner.Failure) -> String {
    guard name.utf8.first == UInt8(ascii: "$") else { return name }
    guard name.utf8.dropFirst().first == UInt8(ascii: "$") else {
      throw scanner.failure("'\(name)' is unknown")
    }
    return String(Substring(name.unicodeScalars.dropFirst()))
  }

  // MARK: Values

  private mutating func value(
    _ tag: StateJSON.Tag, _ scanner: inout JSONScanner, at path: String
  ) throws(JSONScanner.Failure) -> State.Value {
    switch tag {
    case .tensor:
      guard try scanner.literal() == nil, let tensor = tensors.removeValue(forKey: ExactName(path))
      else { throw scanner.failure("there is no tensor '\(path)'") }
      return .tensor(tensor)
    case .integer:
      guard let number = Int(try scanner.string()) else {
        throw scanner.failure("an integer is none")
      }
      return .integer(number)
    case .real:
      let text = try scanner.string()
      guard text.hasPrefix("0x"), let bits = UInt64(text.dropFirst(2), radix: 16) else {
        throw scanner.failure("the bits of a number are none")
      }
      return .real(Double(bitPattern: bits))
    }
  }

  private static func number(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Failure) -> State.Value {
    let text = try scanner.number()
    if text.utf8.contains(where: { ".eE".utf8.contains($0) }) {
      guard let number = Double(text), number.isFinite else {
        throw scanner.failure("\(text) is beyond double precision")
      }
      return .real(number)
    }
    guard let number = Int(text) else { throw scanner.failure("\(text) has more than 64 bits") }
    return .integer(number)
  }
}
