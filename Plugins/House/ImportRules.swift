import PackagePlugin

/// Who may import whom: every arrow goes down, and C enters through one door.
struct ImportRules {
  /// The modules of `Sources` that each of them may import.
  private static let layers: [String: Set<String>] = [
    "LevinKernels": [],
    "LevinTensor": ["LevinKernels"],
    "LevinNN": ["LevinTensor"],
    "LevinDistributions": ["LevinTensor"],
    "LevinTraining": ["LevinNN", "LevinTensor"],
    "LevinInference": ["LevinDistributions", "LevinNN", "LevinTensor", "LevinTraining"],
    "Levin": ["LevinDistributions", "LevinInference", "LevinNN", "LevinTensor", "LevinTraining"],
  ]
  private static let withoutFoundation: Set = ["LevinTensor", "LevinNN", "LevinDistributions"]
  private static let fileAccess = "Sources/LevinTensor/Files/"
  private static let doorToC = "Sources/LevinTensor/Kernels/"

  /// Every module of this package.
  private let modules: Set<String>
  /// The folder of each plug-in module, such as `CSVLogger` of `LevinCSV`.
  private let plugIns: [String: String]
  /// The folders of plug-ins that are commands.
  private let commands: Set<String>

  init(package: Package) {
    modules = Set(package.targets.map(\.name)).union(Self.layers.keys)
    let root = package.directoryURL.pathComponents
    plugIns = package.targets.reduce(into: [:]) { folders, target in
      let path = target.directoryURL.pathComponents.dropFirst(root.count)
      if path.first == "Plugins" { folders[target.name] = path.dropFirst().first }
    }
    let executables = package.targets.filter {
      ($0 as? SwiftSourceModuleTarget)?.kind == .executable
    }
    commands = Set(executables.compactMap { [plugIns] in plugIns[$0.name] })
  }

  /// The imports of a Swift file that break a rule, and code where only imports belong.
  func findings(in file: SourceFile) -> [Finding] {
    guard file.language == .swift else { return [] }
    let imports = importedModules(file.tokens)
    var findings = imports.compactMap { line, module in
      fault(of: file, importing: module).map { Finding(path: file.path, line: line, message: $0) }
    }
    if file.folder.map({ $0 == ("Sources", "Levin") }) == true {
      let lines = Set(imports.map(\.line))
      if let code = file.tokens.first(where: { !lines.contains($0.line) }) {
        let message = "Levin re-exports the other modules and holds no code"
        findings.append(Finding(path: file.path, line: code.line, message: message))
      }
    }
    return findings
  }

  private func fault(of file: SourceFile, importing module: String) -> String? {
    if module == "LevinKernels" {
      return file.path.hasPrefix(Self.doorToC) ? nil : "only \(Self.doorToC) imports LevinKernels"
    }
    switch file.folder {
    case ("Sources", let layer)?: return fault(ofLayer: layer, importing: module, path: file.path)
    case ("Plugins", let folder)?: return fault(ofPlugIn: folder, importing: module)
    default: return nil
    }
  }

  private func fault(ofLayer layer: String, importing module: String, path: String) -> String? {
    if module.hasPrefix("Foundation") {
      let isFree = !Self.withoutFoundation.contains(layer) || path.hasPrefix(Self.fileAccess)
      return isFree ? nil : "\(layer) imports \(module) outside of \(Self.fileAccess)"
    }
    if plugIns[module] != nil { return "\(layer) imports the plug-in \(module)" }
    let below = Self.layers[layer] ?? []
    guard modules.contains(module), !below.contains(module) else { return nil }
    return "\(layer) imports \(module), which is not below it"
  }

  private func fault(ofPlugIn folder: String, importing module: String) -> String? {
    guard modules.contains(module), module != "Levin", plugIns[module] != folder else { return nil }
    // A command is no module that somebody could import.
    if commands.contains(folder), plugIns[module] != nil { return nil }
    if plugIns[module] != nil { return "a plug-in imports another one, \(module)" }
    return "a plug-in imports \(module); of our modules it may import Levin only"
  }
}

/// The modules that a Swift file imports, each with the line that does so.
private func importedModules(_ tokens: [Token]) -> [(line: Int, module: String)] {
  let kinds: Set = ["class", "enum", "func", "let", "protocol", "struct", "typealias", "var"]
  return tokens.indices.compactMap { index in
    guard tokens[index].text == "import", index == 0 || tokens[index - 1].text != "." else {
      return nil
    }
    var name = index + 1
    if name < tokens.count, kinds.contains(tokens[name].text) { name += 1 }
    guard name < tokens.count, tokens[name].isWord, !tokens[name].startsLine else { return nil }
    return (tokens[index].line, tokens[name].text)
  }
}
