/// A folder with more files than this is several rooms.
private let fullestFolder = 24
/// A module's root has what does not belong in a room, and that is little.
private let fullestRoot = 10

/// The folders of `Sources` that hold too many files, those in rooms of theirs not counted.
func folderSizeFindings(in files: [SourceFile]) -> [Finding] {
  let folders = Dictionary(grouping: files.filter { $0.path.hasPrefix("Sources/") }) {
    $0.path.split(separator: "/").dropLast().joined(separator: "/")
  }
  return folders.compactMap { folder, files in
    let isRoot = folder.split(separator: "/").count == 2
    let most = isRoot ? fullestRoot : fullestFolder
    guard files.count > most else { return nil }
    let message = "\(folder) holds \(files.count) files beside its rooms, the most is \(most)"
    return Finding(path: files[0].path, line: 1, message: message)
  }
}
