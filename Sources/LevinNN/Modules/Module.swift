/// A model or a part of one: a class whose stored properties hold parameters and other modules.
///
/// There is nothing to implement. Parameters are found by looking at the stored properties, those of
/// superclasses first, in the order of the source, and into structures, tuples, optionals, arrays and
/// dictionaries (in the order of their keys).
public protocol Module: AnyObject {}

extension Module {
  /// Every parameter with its name in the source, such as `weight`, `layer.weight` or `layers.0.weight`.
  ///
  /// A parameter that is reached in two ways is listed once, under its first name. The list is made
  /// anew by reflection at each call, so keep it rather than ask for it in a loop.
  public var namedParameters: [(name: String, parameter: Parameter)] {
    var discovery = ParameterDiscovery()
    discovery.visit(self, prefix: "")
    return discovery.found
  }

  /// Every parameter, in the order of ``namedParameters``.
  public var parameters: [Parameter] { namedParameters.map(\.parameter) }
}
