internal import LevinTensor

/// A walk over the stored properties of a module and of the modules it holds.
package struct ModuleWalk {
  /// The parameters, in the order in which they were met.
  package private(set) var parameters: [(name: String, parameter: Parameter)] = []
  /// The buffers.
  package private(set) var buffers: [(name: String, buffer: Buffer)] = []
  /// The modules with an extra state, under their names; the empty one is that of the module itself.
  private(set) var extras: [(name: String, module: any ExtraState)] = []
  // Parameters that were met inside of classes that are not modules.
  private var strays: [(name: String, parameter: Parameter)] = []
  // Modules may refer to each other in a circle, and share parameters.
  private var seen: Set<ObjectIdentifier> = []

  /// Walks over a module.
  package init(_ module: any Module) { visit(module, name: "") }

  private init() {}

  /// The names of parameters in classes that do not conform to ``Module``, which nobody would train.
  package var unreachable: [String] {
    let found = Set(parameters.map { ObjectIdentifier($0.parameter) })
    return strays.filter { !found.contains(ObjectIdentifier($0.parameter)) }.map(\.name)
  }

  private mutating func visit(_ module: any Module, name: String) {
    guard seen.insert(ObjectIdentifier(module)).inserted else { return }
    if let module = module as? any ExtraState { extras.append((name, module)) }
    let prefix = name.isEmpty ? "" : name + "."
    for (label, value) in Self.properties(of: module) { visit(value: value, name: prefix + label) }
  }

  // Stored properties under their names in the source, those of superclasses first.
  private static func properties(of object: Any) -> [(name: String, value: Any)] {
    var mirrors: [Mirror] = []
    var next: Mirror? = Mirror(reflecting: object)
    while let mirror = next {
      mirrors.append(mirror)
      next = mirror.superclassMirror
    }
    return mirrors.reversed().flatMap(\.children).compactMap { child in
      child.label.map { (sourceName($0), child.value) }
    }
  }

  private mutating func visit(value: Any, name: String) {
    switch value {
    case let parameter as Parameter:
      guard seen.insert(ObjectIdentifier(parameter)).inserted else { return }
      parameters.append((name, parameter))
    case let buffer as Buffer:
      guard seen.insert(ObjectIdentifier(buffer)).inserted else { return }
      buffers.append((name, buffer))
    case let module as any Module:
      visit(module, name: name)
    case is Tensor:
      break
    default:
      visit(container: Mirror(reflecting: value), value, name: name)
    }
  }

  private mutating func visit(container: Mirror, _ value: Any, name: String) {
    switch container.displayStyle {
    case .struct, .tuple:
      for (index, child) in container.children.enumerated() {
        // The elements of a tuple are called .0, .1 and so on.
        let label = child.label.map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 }
        visit(value: child.value, name: name + "." + (label.map(Self.sourceName) ?? "\(index)"))
      }
    case .optional:
      if let wrapped = container.children.first { visit(value: wrapped.value, name: name) }
    case .collection where Self.mayHoldModules(container):
      for (index, element) in container.children.enumerated() {
        visit(value: element.value, name: "\(name).\(index)")
      }
    case .dictionary where Self.mayHoldModules(container):
      visit(entries: container.children.map(\.value), name: name)
    case .class:
      noteStrays(in: value, name: name)
    default:
      break
    }
  }

  // A class that forgot ': Module'. Its own properties are looked at and no further, since a class may refer to
  // anything.
  private mutating func noteStrays(in object: Any, name: String) {
    for (label, value) in Self.properties(of: object) {
      if let parameter = value as? Parameter { strays.append((name + "." + label, parameter)) }
    }
  }

  // In the order of the keys: a dictionary has another one in each process.
  private mutating func visit(entries: [Any], name: String) {
    let pairs = entries.map { entry in
      let parts = Mirror(reflecting: entry).children.map(\.value)
      return (key: "\(parts[0])", value: parts[1])
    }
    for (key, value) in pairs.sorted(by: { $0.key < $1.key }) {
      visit(value: value, name: "\(name).\(key)")
    }
  }

  // The first element tells, so that an array of a million numbers is not walked.
  private static func mayHoldModules(_ collection: Mirror) -> Bool {
    guard let first = collection.children.first?.value else { return false }
    let isEntry = collection.displayStyle == .dictionary
    guard let value = isEntry ? Mirror(reflecting: first).children.dropFirst().first?.value : first
    else {
      return false
    }
    if value is Parameter || value is Buffer || value is any Module { return true }
    if value is Tensor { return false }
    switch Mirror(reflecting: value).displayStyle {
    case .collection, .optional, .dictionary, .class: return true
    case .struct, .tuple:
      var probe = ModuleWalk()
      probe.visit(value: value, name: "")
      return !(probe.parameters.isEmpty && probe.buffers.isEmpty && probe.strays.isEmpty)
    default: return false
    }
  }

  // A wrapped property `rate` is stored as `_rate`, a lazy one under a longer prefix.
  private static func sourceName(_ label: String) -> String {
    let lazyPrefix = "$__lazy_storage_$_"
    if label.hasPrefix(lazyPrefix) { return String(label.dropFirst(lazyPrefix.count)) }
    return label.hasPrefix("_") ? String(label.dropFirst()) : label
  }
}
