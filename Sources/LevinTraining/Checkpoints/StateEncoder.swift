import LevinTensor

/// The spelling of states as JSON, which ``Checkpoint`` describes.
enum StateJSON {
  /// The field that stands for a value that JSON does not have.
  enum Tag: String {
    case tensor = "$tensor"
    case integer = "$integer"
    case real = "$real"
  }

  /// The most trees and lists that may lie within each other.
  static let deepest = 50
  /// The integers up to which double precision, which is all that some readers have, tells each from the next.
  static let exactIntegers = -(1 << 53)...(1 << 53)

  /// The path to a value, by which its tensor is named.
  static func path(_ path: String, _ name: String) -> String {
    guard name.utf8.contains(where: { "~/".utf8.contains($0) }) else { return "\(path)/\(name)" }
    let escaped = name.unicodeScalars.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }
    return "\(path)/\(escaped.joined())"
  }
}

/// A state on its way to JSON and a list of tensors.
struct StateEncoder {
  /// A reason why a state cannot be written.
  struct Failure: Error { let reason: String }

  /// The tensors met so far, by their paths.
  private(set) var tensors: [(name: String, tensor: Tensor)] = []
  private var depth = 0

  /// The text of a state, whose tensors are named by a path and their names.
  mutating func text(of state: State, at path: String) throws(Failure) -> String {
    var writer = JSONWriter()
    try write(state, at: path, to: &writer)
    return writer.text
  }

  private mutating func write(
    _ state: State, at path: String, to writer: inout JSONWriter
  ) throws(Failure) {
    try enter(path)
    try writer.object { (writer) throws(Failure) in
      for name in state.names {
        guard let value = state[name] else { continue }
        writer.name(name.utf8.first == UInt8(ascii: "$") ? "$" + name : name)
        try write(value, at: StateJSON.path(path, name), to: &writer)
      }
    }
    depth -= 1
  }

  private mutating func write(
    _ list: [State.Value], at path: String, to writer: inout JSONWriter
  ) throws(Failure) {
    try enter(path)
    try writer.array { (writer) throws(Failure) in
      for (index, value) in list.enumerated() {
        try write(value, at: "\(path)/\(index)", to: &writer)
      }
    }
    depth -= 1
  }

  private mutating func write(
    _ value: State.Value, at path: String, to writer: inout JSONWriter
  ) throws(Failure) {
    switch value {
    case .tensor(let tensor):
      tensors.append((path, tensor))
      Self.write("null", as: .tensor, to: &writer)
    case .integer(let number) where StateJSON.exactIntegers.contains(number):
      writer.literal("\(number)")
    case .integer(let number): Self.write("\"\(number)\"", as: .integer, to: &writer)
    case .real(let number): Self.write(number, to: &writer)
    case .boolean(let isTrue): writer.literal("\(isTrue)")
    case .text(let text): writer.string(text)
    case .tree(let tree): try write(tree, at: path, to: &writer)
    case .list(let list): try write(list, at: path, to: &writer)
    }
  }

  // The shortest digits that give back a finite number always have a point or an exponent.
  private static func write(_ number: Double, to writer: inout JSONWriter) {
    if number.isFinite, number != 0 || number.sign == .plus {
      writer.literal("\(number)")
    } else {
      write("\"0x\(String(number.bitPattern, radix: 16))\"", as: .real, to: &writer)
    }
  }

  private static func write(
    _ literal: String, as tag: StateJSON.Tag, to writer: inout JSONWriter
  ) {
    writer.object { writer in
      writer.name(tag.rawValue)
      writer.literal(literal)
    }
  }

  private mutating func enter(_ path: String) throws(Failure) {
    guard depth < StateJSON.deepest else {
      throw Failure(
        reason:
          "more than \(StateJSON.deepest) trees and lists lie within each other, down to '\(path.prefix(200))'"
      )
    }
    depth += 1
  }
}
