/// A file has one subject; one that needs more lines than this has several.
private let longestFile = 600

/// The finding, if any, that a file is too long.
func fileLengthFindings(in file: SourceFile) -> [Finding] {
  guard file.lineCount > longestFile else { return [] }
  let message = "the file has \(file.lineCount) lines, the most is \(longestFile)"
  return [Finding(path: file.path, line: longestFile + 1, message: message)]
}
