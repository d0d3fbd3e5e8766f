import Foundation

/// The findings of the toolchain's formatter in the Swift files, in strict mode.
func formatFindings(in files: [SourceFile], root: URL, tool: URL) throws -> [Finding] {
  let paths = files.filter { $0.language == .swift }.map(\.path)
  let options = ["lint", "--strict", "--parallel", "--configuration", ".swift-format", "--"]
  let result = try run(tool, options + paths, in: root, errors: .merged)
  let report = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
  let findings = report.compactMap { formatFinding($0, root: root.path) }
  if result.status != 0 && findings.isEmpty {
    throw HouseError("swift-format failed: \(report.joined(separator: "\n"))")
  }
  return findings
}

/// Reads `path:line:column: error: message`.
private func formatFinding(_ text: Substring, root: String) -> Finding? {
  let parts = text.split(separator: ":", maxSplits: 4)
  guard parts.count == 5, let line = Int(parts[1]) else { return nil }
  let path = parts[0].hasPrefix(root) ? parts[0].dropFirst(root.count + 1) : parts[0]
  return Finding(path: String(path), line: line, message: String(parts[4].dropFirst()))
}
