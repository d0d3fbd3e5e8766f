import Foundation
import Levin
import LevinCSV
import LevinJSONLines

/// The files of one run.
struct RunFiles {
  let folder: String

  private static let signs = ["result.json", "hparams.yaml", "metrics.csv", "metrics.jsonl"]

  /// The runs below a folder, which may be one itself, in the order of their names and versions.
  static func below(_ folder: String) throws(FolderError) -> [RunFiles] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
      throw FolderError(path: folder, reason: "there is no such folder")
    }
    guard isFolder.boolValue else {
      throw FolderError(path: folder, reason: "it is a file; give the folder that the runs are in")
    }
    var found = isRun(folder) ? [folder] : []
    let entries = FileManager.default.enumerator(atPath: folder)
    while let entry = entries?.nextObject() as? String {
      let path = folder.hasSuffix("/") ? folder + entry : "\(folder)/\(entry)"
      if entries?.fileAttributes?[.type] as? FileAttributeType == .typeDirectory, isRun(path) {
        found.append(path)
      }
    }
    // version_10 comes after version_9.
    return found.sorted { $0.compare($1, options: .numeric) == .orderedAscending }
      .map(RunFiles.init)
  }

  private static func isRun(_ folder: String) -> Bool {
    signs.contains { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
  }

  /// All that the run has logged; nothing if no logger has written rows.
  func records() throws -> [MetricsRecord] {
    let (table, lines) = ("\(folder)/metrics.csv", "\(folder)/metrics.jsonl")
    if FileManager.default.fileExists(atPath: table) { return try CSVLogger.records(at: table) }
    if FileManager.default.fileExists(atPath: lines) {
      return try JSONLinesLogger.records(at: lines)
    }
    return []
  }
}

/// A folder that cannot be looked at.
struct FolderError: Error, CustomStringConvertible {
  let path: String
  let reason: String
  var description: String { "\(path): \(reason)" }
}
