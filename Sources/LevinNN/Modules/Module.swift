public import LevinTensor

/// A model or a part of one: a class whose stored properties hold parameters, buffers and other modules.
///
/// There is nothing to implement. Parameters and buffers are found by looking at the stored properties, those of
/// superclasses first, in the order of the source, and into structures, tuples, optionals, arrays and
/// dictionaries (in the order of their keys). Classes inside must be modules too; the parameters of one that is
/// not are left out, and a fit warns of them.
///
/// The state of a module is its parameters, unconstrained, and its buffers. One that keeps more conforms to
/// ``ExtraState``.
public protocol Module: AnyObject, Stateful {}

/// A module that keeps more than parameters and buffers from step to step, such as a random generator or a count.
public protocol ExtraState: Module {
  /// Everything that has to be kept besides parameters and buffers.
  func extraState() -> State

  /// Takes over what another module of this kind kept.
  ///
  /// - Throws: ``StateError`` when the state was taken from something else.
  func restoreExtra(from state: State) throws
}

extension Module {
  /// Every parameter with its name in the source, such as `weight`, `layer.weight` or `layers.0.weight`.
  ///
  /// A parameter that is reached in two ways is listed once, under its first name. The list is made
  /// anew by reflection at each call, so keep it rather than ask for it in a loop.
  public var namedParameters: [(name: String, parameter: Parameter)] { ModuleWalk(self).parameters }

  /// Every parameter, in the order of ``namedParameters``.
  public var parameters: [Parameter] { namedParameters.map(\.parameter) }

  /// Every buffer with its name in the source; listed as ``namedParameters`` are.
  public var namedBuffers: [(name: String, buffer: Buffer)] { ModuleWalk(self).buffers }

  /// Every buffer, in the order of ``namedBuffers``.
  public var buffers: [Buffer] { namedBuffers.map(\.buffer) }

  /// The parameters, unconstrained, the buffers, and the extra state of modules inside, by name.
  public func state() -> State {
    let walk = ModuleWalk(self)
    var state = State()
    for (name, parameter) in walk.parameters { state[name] = .tensor(parameter.unconstrained) }
    for (name, buffer) in walk.buffers { state[name] = .tensor(buffer.wrappedValue) }
    for (name, module) in walk.extras { state[Self.extraName(name)] = .tree(module.extraState()) }
    return state
  }

  /// Takes over the parameters and buffers of a module of the same structure.
  ///
  /// - Throws: ``StateError`` when names, shapes or dtypes differ; nothing is changed then, unless the extra
  ///   state of a module is refused by that module.
  public func restore(from state: State) throws {
    let walk = ModuleWalk(self)
    try state.expectOnly(
      walk.parameters.map(\.name) + walk.buffers.map(\.name)
        + walk.extras.map { Self.extraName($0.name) })
    let parameters = try walk.parameters.map {
      ($0.parameter, try state.tensor($0.name, like: $0.parameter.unconstrained))
    }
    let buffers = try walk.buffers.map {
      ($0.buffer, try state.tensor($0.name, like: $0.buffer.wrappedValue))
    }
    let extras = try walk.extras.map { ($0.module, try state.tree(Self.extraName($0.name))) }
    for (module, extra) in extras { try module.restoreExtra(from: extra) }
    for (parameter, value) in parameters { parameter.restore(value) }
    for (buffer, value) in buffers { buffer.restore(value) }
  }

  private static func extraName(_ name: String) -> String {
    name.isEmpty ? "extraState" : name + ".extraState"
  }
}
