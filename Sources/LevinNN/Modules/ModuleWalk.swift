internal import LevinTensor

/// A walk over the stored properties of a module and of the modules it holds.
package struct ModuleWalk {
  /// The parameters, in the order in which they were met.
  package private(set) var parameters: [(name: String, parameter: Parameter)] = []
  /// The buffers.
  package private(set) var buffers: [(name: String, buffer: Buffer)] = []
  /// The modules with an extra state, under their names; the empty one is that of the module itself.
  private(set) var extras: [(name: String, module: any ExtraState)] = []
  // Parameters and buffers that were met inside of classes that are not modules.
  private var strays: [(name: String, identity: ObjectIdentifier)] = []
  private var depth = 0
  private static let deepest = 64
  // Modules may refer to each other in a circle, and share parameters.
  private var seen: Set<ObjectIdentifier> = []

  /// Walks over a module.
  package init(_ module: any Module) { visit(module, name: "") }

  private init() {}

  /// The names of parameters and buffers in classes that do not conform to ``Module``, which nobody would train or
  /// keep.
  package var unreachable: [String] {
    let found = Set(
      parameters.map { ObjectIdentifier($0.parameter) }
        + buffers.map { ObjectIdentifier($0.buffer) })
    return strays.filter { !found.contains($0.identity) }.map(\.name)
  }

  private mutating func visit(_ module: any Module, name: String) {
    guard seen.insert(ObjectIdentifier(module)).inserted else { return }
    if let module = module as? any ExtraState { extras.append((name, module)) }
    let prefix = name.isEmpty ? "" : name + "."
    for (label, value) in Self.properties(of: module) { visit(value: value, name: prefix + label) }
  }

  // Stored properties under their names in the source, those of superclasses first. Private ones of a subclass may
  // bear the name of one of a superclass; they are told apart by the class.
  private static func properties(of object: Any) -> [(name: String, value: Any)] {
    var mirrors: [Mirror] = []
    var next: Mirror? = Mirror(reflecting: object)
    while let mirror = next {
      mirrors.append(mirror)
      next = mirror.superclassMirror
    }
    var names: Set<String> = []
    return mirrors.reversed().flatMap { mirror in
      mirror.children.compactMap { child in
        child.label.map { label in
          let name = sourceName(label)
          let isNew = names.insert(name).inserted
          return (isNew ? name : "\(mirror.subjectType).\(name)", child.value)
        }
      }
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
    // A value may describe itself as a part of itself.
    guard depth < Self.deepest else { return }
    depth += 1
    defer { depth -= 1 }
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
    case .enum:
      // The values of a case are its one child, which bears the name of the case.
      if let payload = container.children.first {
        visit(value: payload.value, name: name + "." + (payload.label ?? "value"))
      }
    case .class:
      noteStrays(in: value, name: name, depth: 0)
    default:
      break
    }
  }

  // A class that forgot ': Module'. It may refer to anything, so the search ends soon.
  private mutating func noteStrays(in object: Any, name: String, depth: Int) {
    guard depth < 3, seen.insert(ObjectIdentifier(object as AnyObject)).inserted else { return }
    for (label, value) in Self.properties(of: object) {
      let name = name + "." + label
      if let parameter = value as? Parameter {
        strays.append((name, ObjectIdentifier(parameter)))
      } else if let buffer = value as? Buffer {
        strays.append((name, ObjectIdentifier(buffer)))
      } else if !(value is any Module), Mirror(reflecting: value).displayStyle == .class {
        noteStrays(in: value, name: name, depth: depth + 1)
      }
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

  // So that an array of a million numbers is not walked.
  private static func mayHoldModules(_ collection: Mirror) -> Bool {
    let isEntry = collection.displayStyle == .dictionary
    guard let first = collection.children.first?.value else { return false }
    // An entry is a pair of key and value.
    let value = isEntry ? Array(Mirror(reflecting: first).children).last?.value ?? first : first
    if isPlain(value) { return collection.subjectType == [Any].self }
    switch Mirror(reflecting: value).displayStyle {
    case .struct, .tuple, .enum:
      // Some of them may have nothing where others hold a module.
      return collection.children.prefix(mostProbed).contains { child in
        var probe = ModuleWalk()
        probe.visit(value: child.value, name: "")
        return !(probe.parameters.isEmpty && probe.buffers.isEmpty && probe.strays.isEmpty)
      }
    default: return true
    }
  }

  private static let mostProbed = 256

  private static func isPlain(_ value: Any) -> Bool {
    value is any BinaryInteger || value is any BinaryFloatingPoint || value is String
      || value is Bool || value is Tensor
  }

  // A wrapped property `rate` is stored as `_rate`, a lazy one under a longer prefix.
  private static func sourceName(_ label: String) -> String {
    let lazyPrefix = "$__lazy_storage_$_"
    if label.hasPrefix(lazyPrefix) { return String(label.dropFirst(lazyPrefix.count)) }
    return label.hasPrefix("_") ? String(label.dropFirst()) : label
  }
}
