internal import LevinTensor

/// The settings of an optimizer, as they stand in its state.
///
/// Those that may be changed between steps are taken over from a state. The others must be the same, or steps would go
/// on by another rule than the one that what is remembered was made by.
struct OptimizerSettings {
  /// Those that may be changed between steps, by name.
  let changing: KeyValuePairs<String, Double>
  /// The others, by name.
  let constant: KeyValuePairs<String, State.Value>

  init(
    changing: KeyValuePairs<String, Double>, constant: KeyValuePairs<String, State.Value> = [:]
  ) {
    (self.changing, self.constant) = (changing, constant)
  }

  /// The names in a state.
  var names: [String] { changing.map(\.key) + ["settings"] }

  /// Adds the settings to a state.
  func write(to state: inout State) {
    for (name, number) in changing { state[name] = .real(number) }
    if constant.isEmpty { return }
    var own = State()
    for (name, value) in constant { own[name] = value }
    state["settings"] = .tree(own)
  }

  /// The numbers of a state that stand for those that may be changed, in their order.
  ///
  /// - Throws: ``StateError`` with the name of the first of the others that differs.
  func read(from state: State) throws -> [Double] {
    if constant.isEmpty {
      if state["settings"] != nil { throw StateError.unexpected(paths: ["settings"]) }
    } else {
      let found = try state.tree("settings")
      try found.expectOnly(constant.map(\.key))
      for (name, value) in constant {
        guard let other = found[name] else { throw StateError.missing(path: "settings.\(name)") }
        try found.expect(name, Self.text(other), toBe: Self.text(value))
      }
    }
    return try changing.map { try state.real($0.key) }
  }

  private static func text(_ value: State.Value) -> String {
    switch value {
    case .integer(let number): "\(number)"
    case .real(let number): "\(number)"
    case .boolean(let truth): "\(truth)"
    case .text(let text): text
    case .list(let values): "[" + values.map(text).joined(separator: ", ") + "]"
    default: "another value"
    }
  }
}

extension ParameterMemory {
  /// The state of an optimizer with this memory and settings.
  func state(_ settings: OptimizerSettings) -> State {
    var state = State()
    state["memory"] = .text("\(Memory.self)")
    settings.write(to: &state)
    state["parameters"] = .tree(self.state())
    return state
  }

  /// Takes over the memories of an optimizer with the same constant settings.
  ///
  /// - Returns: The settings that may be changed, in their order.
  /// - Throws: ``StateError`` when the state was taken from something else; nothing is changed then.
  func restore(from state: State, _ settings: OptimizerSettings) throws -> [Double] {
    try state.expectOnly(["memory", "parameters"] + settings.names)
    try state.expect("memory", state.text("memory"), toBe: "\(Memory.self)")
    let numbers = try settings.read(from: state)
    try restore(from: state.tree("parameters"))
    return numbers
  }
}
