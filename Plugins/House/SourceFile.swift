import Foundation

/// The two languages of the package, told apart by a file's extension.
enum Language {
  case swift, c

  init?(path: String) {
    switch (path as NSString).pathExtension {
    case "swift": self = .swift
    case "c", "h", "inc", "def": self = .c
    default: return nil
    }
  }
}

/// A file of the package: its text, and its tokens without comments and literals.
struct SourceFile {
  /// Relative to the package's folder, with forward slashes.
  let path: String
  let language: Language
  let lineCount: Int
  let tokens: [Token]

  /// The folder below `Sources`, `Plugins`, `Examples` or `Tests` that the file is in.
  var folder: (parent: String, name: String)? {
    let parts = path.split(separator: "/")
    return parts.count > 2 ? (String(parts[0]), String(parts[1])) : nil
  }

  init(path: String, language: Language, text: [UInt8]) {
    self.path = path
    self.language = language
    lineCount = countLines(text)
    tokens = tokenize(text, blanked: Blanking(text, language: language).blanked())
  }

  /// The manifest and every Swift or C file in the four folders of code, by path.
  static func all(under root: URL) throws -> [SourceFile] {
    var paths = ["Package.swift"]
    for folder in ["Sources", "Plugins", "Examples", "Tests"] {
      let below = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
      while let path = below?.nextObject() as? String {
        if !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) {
          paths.append("\(folder)/\(path)")
        }
      }
    }
    return try paths.sorted().compactMap { path in
      guard let language = Language(path: path) else { return nil }
      let text = try Data(contentsOf: root.appending(path: path))
      return SourceFile(path: path, language: language, text: [UInt8](text))
    }
  }
}

/// Lines as editors count them: a last line need not end in a line break.
func countLines(_ text: [UInt8]) -> Int {
  let newline = UInt8(ascii: "\n")
  let breaks = text.reduce(into: 0) { if $1 == newline { $0 += 1 } }
  return breaks + (text.last == newline || text.isEmpty ? 0 : 1)
}
