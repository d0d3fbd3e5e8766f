// Values by name and kind. What is missing or of another kind is an error that names the path to it.
extension State {
  /// The tensor of a name.
  ///
  /// - Throws: ``StateError`` when there is none, or a value of another kind.
  public func tensor(_ name: String) throws -> Tensor {
    if case .tensor(let tensor) = try value(name) { return tensor }
    throw mistaken(name, for: "a tensor")
  }

  /// The tensor of a name, which must have the shape and dtype of another.
  ///
  /// - Throws: ``StateError`` when there is none, or one of another shape or dtype.
  public func tensor(_ name: String, like other: Tensor) throws -> Tensor {
    try tensor(name, shape: other.shape, dtype: other.dtype)
  }

  /// The tensor of a name, which must have a shape and dtype.
  ///
  /// - Throws: ``StateError`` when there is none, or one of another shape or dtype.
  public func tensor(_ name: String, shape: [Int], dtype: DType) throws -> Tensor {
    let tensor = try self.tensor(name)
    guard tensor.shape == shape, tensor.dtype == dtype else {
      throw told(
        .mismatch(
          path: path(to: name), expected: "\(dtype) of shape \(shape)",
          found: "\(tensor.dtype) of shape \(tensor.shape)"))
    }
    return tensor
  }

  /// The integer of a name.
  ///
  /// - Throws: ``StateError`` when there is none, or a value of another kind.
  public func integer(_ name: String) throws -> Int {
    if case .integer(let number) = try value(name) { return number }
    throw mistaken(name, for: "an integer")
  }

  /// The real number of a name.
  ///
  /// - Throws: ``StateError`` when there is none, or a value of another kind.
  public func real(_ name: String) throws -> Double {
    if case .real(let number) = try value(name) { return number }
    throw mistaken(name, for: "a real number")
  }

  /// The Boolean of a name.
  ///
  /// - Throws: ``StateError`` when there is none, or a value of another kind.
  public func boolean(_ name: String) throws -> Bool {
    if case .boolean(let truth) = try value(name) { return truth }
    throw mistaken(name, for: "a Boolean")
  }

  /// The text of a name.
  ///
  /// - Throws: ``StateError`` when there is none, or a value of another kind.
  public func text(_ name: String) throws -> String {
    if case .text(let text) = try value(name) { return text }
    throw mistaken(name, for: "a text")
  }

  /// The tree of a name.
  ///
  /// - Throws: ``StateError`` when there is none, or a value of another kind.
  public func tree(_ name: String) throws -> State {
    if case .tree(let tree) = try value(name) { return tree.named(name, below: self) }
    throw mistaken(name, for: "a tree")
  }

  /// The list of a name.
  ///
  /// - Throws: ``StateError`` when there is none, or a value of another kind.
  public func list(_ name: String) throws -> [Value] {
    if case .list(let list) = try value(name) { return list }
    throw mistaken(name, for: "a list")
  }

  /// Makes sure that the tree has no names but those given.
  ///
  /// - Throws: ``StateError/unexpected(paths:)`` with all others.
  public func expectOnly(_ expected: [String]) throws {
    let known = Set(expected.map(ExactName.init))
    let others = names.filter { !known.contains(ExactName($0)) }
    if !others.isEmpty { throw told(.unexpected(paths: others.map(path(to:)))) }
  }

  /// Makes sure that a value is what it has to be.
  ///
  /// - Throws: ``StateError/mismatch(path:expected:found:)`` when the two differ.
  public func expect<T: Equatable>(_ name: String, _ found: T, toBe expected: T) throws {
    guard found != expected else { return }
    throw told(.mismatch(path: path(to: name), expected: "\(expected)", found: "\(found)"))
  }

  private func value(_ name: String) throws -> Value {
    guard let value = self[name] else { throw told(.missing(path: path(to: name))) }
    return value
  }

  private func mistaken(_ name: String, for expected: String) -> StateError {
    told(.mismatch(path: path(to: name), expected: expected, found: self[name]?.kind ?? "nothing"))
  }

  // An error that nobody catches must not take along what was printed before.
  private func told(_ error: StateError) -> StateError {
    flushPrintedText()
    return error
  }
}
