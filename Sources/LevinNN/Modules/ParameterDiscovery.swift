/// A walk over the stored properties of a module and of the modules it holds.
struct ParameterDiscovery {
  private(set) var found: [(name: String, parameter: Parameter)] = []
  // Modules may refer to each other in a circle, and share parameters.
  private var seen: Set<ObjectIdentifier> = []

  mutating func visit(_ module: any Module, prefix: String) {
    guard seen.insert(ObjectIdentifier(module)).inserted else { return }
    var mirrors: [Mirror] = []
    var next: Mirror? = Mirror(reflecting: module)
    while let mirror = next {
      mirrors.append(mirror)
      next = mirror.superclassMirror
    }
    for mirror in mirrors.reversed() {
      for child in mirror.children {
        guard let label = child.label else { continue }
        visit(value: child.value, name: prefix + Self.sourceName(label))
      }
    }
  }

  private mutating func visit(value: Any, name: String) {
    switch value {
    case let parameter as Parameter:
      guard seen.insert(ObjectIdentifier(parameter)).inserted else { return }
      found.append((name, parameter))
    case let module as any Module:
      visit(module, prefix: name + ".")
    default:
      visit(container: Mirror(reflecting: value), name: name)
    }
  }

  private mutating func visit(container: Mirror, name: String) {
    switch container.displayStyle {
    case .struct, .tuple:
      for (index, child) in container.children.enumerated() {
        // The places of a tuple are called .0, .1 and so on.
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
    default:
      break
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
    if value is Parameter || value is any Module { return true }
    switch Mirror(reflecting: value).displayStyle {
    case .collection, .optional, .dictionary: return true
    case .struct, .tuple:
      var probe = ParameterDiscovery()
      probe.visit(value: value, name: "")
      return !probe.found.isEmpty
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
