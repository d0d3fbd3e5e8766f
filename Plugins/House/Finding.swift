/// Something to mend, at one line of one file.
struct Finding: Comparable, CustomStringConvertible {
  let path: String
  let line: Int
  let message: String

  var description: String { "\(path):\(line): \(message)" }

  static func < (left: Finding, right: Finding) -> Bool {
    (left.path, left.line, left.message) < (right.path, right.line, right.message)
  }
}

/// Why the house could not be inspected.
struct HouseError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
