import Foundation

/// The amount of code in `Sources`, now or at some commit.
struct LineCounts: CustomStringConvertible {
  private var lines: [Language: Int] = [:]
  private var files: [Language: Int] = [:]

  init(files all: [SourceFile]) {
    for file in all where file.path.hasPrefix("Sources/") {
      lines[file.language, default: 0] += file.lineCount
      files[file.language, default: 0] += 1
    }
  }

  /// Reads the commit's files from git.
  /// - Throws: `HouseError` if this is not a git checkout or has no such commit.
  init(commit: String, root: URL) throws {
    func git(_ arguments: String...) throws -> [UInt8] { try Self.git(arguments, in: root) }
    guard (try? git("rev-parse", "--git-dir")) != nil else {
      throw HouseError("git finds no checkout here, so there is nothing to compare with")
    }
    let name = "\(commit)^{commit}"
    guard (try? git("rev-parse", "--verify", "--quiet", "--end-of-options", name)) != nil else {
      throw HouseError("no such commit")
    }
    let list = try git("ls-tree", "-r", "-z", "--name-only", commit, "--", "Sources")
    let paths = list.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    for language in [Language.swift, .c] {
      let objects = paths.filter { Language(path: $0) == language }.map { "\(commit):./\($0)" }
      files[language] = objects.count
      // Shown together, the files come one after the other.
      let text = objects.isEmpty ? [] : try Self.git(["show"] + objects, in: root)
      lines[language] = countLines(text)
    }
  }

  var description: String {
    "Sources: \(describe(.swift, "Swift")), \(describe(.c, "C"))"
  }

  private func describe(_ language: Language, _ name: String) -> String {
    "\(lines[language] ?? 0) lines of \(name) in \(files[language] ?? 0) files"
  }

  /// The differences of these counts from those at a commit.
  func difference(to old: LineCounts, commit: String) -> String {
    func change(_ counts: KeyPath<LineCounts, [Language: Int]>, _ language: Language) -> String {
      let change = (self[keyPath: counts][language] ?? 0) - (old[keyPath: counts][language] ?? 0)
      return change > 0 ? "+\(change)" : "\(change)"
    }
    return "since \(commit): \(change(\.lines, .swift)) lines of Swift in"
      + " \(change(\.files, .swift)) files, \(change(\.lines, .c)) lines of C in"
      + " \(change(\.files, .c)) files"
  }

  private static func git(_ arguments: [String], in root: URL) throws -> [UInt8] {
    let env = URL(filePath: "/usr/bin/env")
    let result = try run(env, ["git"] + arguments, in: root, errors: .dropped)
    guard result.status == 0 else { throw HouseError("git \(arguments[0]) failed") }
    return result.output
  }
}
