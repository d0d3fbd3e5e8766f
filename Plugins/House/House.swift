import Foundation
import PackagePlugin

/// Tells whether the house is in order: `swift package house [--since COMMIT]`.
///
/// Checks the format, the lengths of files and functions, the sizes of folders, and the layering of the
/// modules and their rooms, and prints how much code there is. Every finding is an error, so the command fails if there is one.
@main
struct House: CommandPlugin {
  func performCommand(context: PluginContext, arguments: [String]) throws {
    let since = try commit(named: arguments)
    let root = context.package.directoryURL
    let files = try SourceFile.all(under: root)
    var findings = try formatFindings(
      in: files, root: root, tool: context.tool(named: "swift-format").url)
    let rules = ImportRules(package: context.package)
    for file in files {
      findings += fileLengthFindings(in: file)
      findings += functionLengthFindings(in: file)
      findings += rules.findings(in: file)
    }
    let list = RoomList(
      try String(contentsOf: root.appending(path: RoomList.path), encoding: .utf8))
    findings += RoomRules(list: list, files: files).findings()
    findings += folderSizeFindings(in: files)
    for finding in findings.sorted() { Diagnostics.error(finding.description) }

    var problems = findings.count
    let now = LineCounts(files: files)
    print(now)
    if let since {
      do {
        print(now.difference(to: try LineCounts(commit: since, root: root), commit: since))
      } catch let error as HouseError {
        Diagnostics.error("--since \(since): \(error)")
        problems += 1
      }
    }
    let verdict = problems == 0 ? "in order" : problems == 1 ? "1 problem" : "\(problems) problems"
    print("house: \(files.count) files checked, \(verdict)")
  }

  /// The commit to compare with, if the arguments name one.
  private func commit(named arguments: [String]) throws -> String? {
    if arguments.isEmpty { return nil }
    guard arguments.count == 2, arguments[0] == "--since" else {
      throw HouseError("usage: swift package house [--since COMMIT]")
    }
    return arguments[1]
  }
}
