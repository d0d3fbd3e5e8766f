/// A named tree of tensors and plain values: everything that must be kept so that a run can go on.
///
///     var state = State()
///     state["steps"] = .integer(3)
///     state["first"] = .tensor(moment)
///     let steps = try state.integer("steps")
///
/// Names keep the order in which they came. Two states are equal when they have the same names and values,
/// whatever the order; tensors are equal when shape, dtype and every element are, NaN equal to NaN and 0 other
/// than -0.
public struct State: Sendable {
  /// A leaf or a branch of the tree.
  ///
  /// Later versions may add cases, so a `switch` over them needs a `default`.
  #if compiler(>=6.3)
  @nonexhaustive
  #endif
  public enum Value: Sendable {
    /// A tensor, cut off from the graph it was made of.
    case tensor(Tensor)
    /// An integer.
    case integer(Int)
    /// A real number in double precision.
    case real(Double)
    /// A Boolean.
    case boolean(Bool)
    /// A text.
    case text(String)
    /// A tree within the tree.
    case tree(State)
    /// Values by index.
    case list([Value])
  }

  /// The names, in the order in which they were first set.
  public private(set) var names: [String] = []
  private var values: [ExactName: Value] = [:]
  /// The names that lead to this tree from the one that was restored first, for messages.
  private(set) var path = ""

  /// An empty tree.
  public init() {}

  /// The value of a name; nil when there is none.
  ///
  /// Setting nil removes the name.
  public subscript(name: String) -> Value? {
    get { values[ExactName(name)] }
    set {
      guard let newValue else {
        if values.removeValue(forKey: ExactName(name)) != nil {
          names.removeAll { ExactName.areSame($0, name) }
        }
        return
      }
      let old = values.updateValue(newValue.detached, forKey: ExactName(name))
      if old == nil { names.append(name) }
    }
  }

  /// Whether nothing is in the tree.
  public var isEmpty: Bool { names.isEmpty }

  /// The same tree, known to messages as what `name` leads to from `parent`.
  func named(_ name: String, below parent: State) -> State {
    var copy = self
    copy.path = parent.path(to: name)
    return copy
  }

  /// The names that lead to a value, joined by points.
  func path(to name: String) -> String { path.isEmpty ? name : path + "." + name }
}

extension State.Value {
  // A tensor that is kept must not hold on to the graph that it was made from.
  fileprivate var detached: State.Value {
    switch self {
    case .tensor(let tensor): .tensor(tensor.detached())
    case .list(let values): .list(values.map(\.detached))
    default: self
    }
  }

  /// The kind of value in a word, for messages.
  var kind: String {
    switch self {
    case .tensor: "a tensor"
    case .integer: "an integer"
    case .real: "a real number"
    case .boolean: "a Boolean"
    case .text: "a text"
    case .tree: "a tree"
    case .list: "a list"
    }
  }
}

extension State: Equatable {
  /// Whether both have the same names and values.
  public static func == (a: State, b: State) -> Bool { a.values == b.values }
}

extension State.Value: Equatable {
  /// Whether both are of one kind and equal, tensors by shape, dtype and every element.
  public static func == (a: State.Value, b: State.Value) -> Bool {
    switch (a, b) {
    case (.tensor(let a), .tensor(let b)):
      a.isIdentical(to: b)
    case (.integer(let a), .integer(let b)): a == b
    case (.real(let a), .real(let b)): a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
    case (.boolean(let a), .boolean(let b)): a == b
    case (.text(let a), .text(let b)): a == b
    case (.tree(let a), .tree(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    default: false
    }
  }
}

extension Tensor {
  // Elements in their own type: not every 64-bit integer is a number of double precision.
  fileprivate func isIdentical(to other: Tensor) -> Bool {
    guard shape == other.shape, dtype == other.dtype else { return false }
    if !dtype.isFloatingPoint { return scalars(as: Int.self) == other.scalars(as: Int.self) }
    return scalars.elementsEqual(other.scalars) { a, b in
      a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
    }
  }
}
