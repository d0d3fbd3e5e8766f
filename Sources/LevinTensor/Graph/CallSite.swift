/// The line of a program on which an operation was made, for faults that only the data show.
///
/// Kept as two attributes of the node: the address of the file's name, which lives as long as the
/// program, and the line.
struct CallSite: CustomStringConvertible {
  let attributes: [Int]

  /// The line of an operator, which is not told its own.
  static let unknown = CallSite(lastOf: [0, 0])

  init(file: StaticString, line: UInt) {
    attributes = [file.hasPointerRepresentation ? Int(bitPattern: file.utf8Start) : 0, Int(line)]
  }

  /// The last two of a node's attributes.
  init(lastOf attributes: [Int]) { self.attributes = Array(attributes.suffix(2)) }

  /// The file and line, or nil if they are not known.
  var text: String? { attributes[1] == 0 ? nil : description }

  var description: String {
    guard let name = UnsafePointer<CChar>(bitPattern: attributes[0]) else {
      return "line \(attributes[1])"
    }
    return "\(String(cString: name)):\(attributes[1])"
  }
}
