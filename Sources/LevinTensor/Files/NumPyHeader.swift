/// The header of an array in NumPy's format: the dtype, the order of the elements, the shape.
///
/// The format is that of NumPy's enhancement proposal 1 with its later versions: the six bytes
/// `\x93NUMPY`, two bytes of version, the header's length in two bytes (version 1) or four (2 and 3),
/// and a Python dictionary literal that ends with a line feed.
struct NumPyHeader: Equatable {
  var dtype: NumPyDType
  var isFortranOrdered: Bool
  var shape: [Int]

  /// The bytes of all elements.
  var byteCount: Int { Shape.count(shape) * dtype.byteCount }

  static let magic: [UInt8] = [0x93] + "NUMPY".utf8
  private static let alignment = 64
  // Headers that people write have some hundred bytes, and NumPy allows 64 axes.
  private static let mostBytes = 1 << 20
  private static let mostAxes = 64

  /// Reads a header from the bytes at the beginning of an array of `total` bytes; `start` is as many
  /// of them as there are, or at least ``prefixLimit``.
  static func parse(_ start: Bytes, total: Int) throws(Failure) -> (NumPyHeader, end: Int) {
    let mark = start[0..<min(start.count, magic.count)].array
    guard mark == magic else {
      if mark.count < magic.count, magic.starts(with: mark) {
        throw .init(.cut(expected: magic.count, found: start.count))
      }
      throw .init(.notAnArray)
    }
    guard start.count >= 10 else { throw .init(.cut(expected: 10, found: start.count)) }
    let (major, minor) = (Int(start[6]), Int(start[7]))
    guard (1...3).contains(major), minor == 0 else {
      throw .init(.unknownVersion(major: major, minor: minor))
    }
    let begin = major == 1 ? 10 : 12
    guard start.count >= begin else { throw .init(.cut(expected: begin, found: start.count)) }
    let length =
      major == 1 ? Int(start.number(UInt16.self, at: 8)) : Int(start.number(UInt32.self, at: 8))
    let end = begin + length
    guard end <= total else { throw .init(.cut(expected: end, found: total)) }
    guard length <= mostBytes, end <= start.count else {
      throw .init(.badHeader("it has \(length) bytes"))
    }
    var literal = HeaderLiteral(start[begin..<end].array)
    return (try Self(literal.dictionary()), end)
  }

  /// As many bytes of a file as hold any header that is accepted.
  static let prefixLimit = mostBytes + 12

  /// A problem, before it is known in which file.
  struct Failure: Error {
    var problem: ArrayFileError.Problem
    init(_ problem: ArrayFileError.Problem) { self.problem = problem }
  }

  init(dtype: NumPyDType, isFortranOrdered: Bool, shape: [Int]) {
    (self.dtype, self.isFortranOrdered, self.shape) = (dtype, isFortranOrdered, shape)
  }

  private init(_ dictionary: [String: HeaderLiteral.Value]) throws(Failure) {
    for key in dictionary.keys.sorted() where !["descr", "fortran_order", "shape"].contains(key) {
      throw .init(.badHeader("its entry '\(key)' is unknown"))
    }
    switch dictionary["descr"] {
    case .string(let name): dtype = try NumPyDType(name)
    case .list: throw .init(.records)
    default: throw .init(.badHeader("it names no dtype"))
    }
    guard case .boolean(let isFortranOrdered) = dictionary["fortran_order"] else {
      throw .init(.badHeader("it does not say whether the order is Fortran's"))
    }
    guard case .tuple(let shape) = dictionary["shape"] else {
      throw .init(.badHeader("it names no shape"))
    }
    (self.isFortranOrdered, self.shape) = (isFortranOrdered, shape)
    try checkShape()
  }

  // Sizes and strides of the array must be numbers, even where one size is 0.
  private func checkShape() throws(Failure) {
    guard shape.allSatisfy({ $0 >= 0 }) else {
      throw .init(.badHeader("its shape \(shape) has a negative size"))
    }
    guard shape.count <= Self.mostAxes else {
      throw .init(
        .badHeader("it has \(shape.count) axes, and at most \(Self.mostAxes) are possible"))
    }
    // 8 bytes an element, which smaller ones may grow to.
    var bytes = 8
    for size in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: max(size, 1))
      guard !overflow else { throw .init(.tooLarge) }
      bytes = product
    }
  }

  /// The header as NumPy writes it, byte for byte.
  var encoded: [UInt8] {
    let sizes = shape.map(String.init)
    let tuple = sizes.count == 1 ? "(\(sizes[0]),)" : "(\(sizes.joined(separator: ", ")))"
    let order = isFortranOrdered ? "True" : "False"
    var text = "{'descr': '\(dtype.name)', 'fortran_order': \(order), 'shape': \(tuple), }"
    // NumPy leaves room for the size of the axis along which an array may grow.
    if let growing = isFortranOrdered ? sizes.last : sizes.first {
      text += String(repeating: " ", count: 21 - growing.count)
    }
    // A shape of at most 64 axes may still be too long for version 1.
    let isShort = text.utf8.count + Self.alignment + 1 < 1 << 16
    let begin = isShort ? 10 : 12
    let padding = Self.alignment - (begin + text.utf8.count + 1) % Self.alignment
    let length = text.utf8.count + padding + 1
    var bytes = Self.magic + [isShort ? 1 : 2, 0]
    for byte in 0..<(isShort ? 2 : 4) {
      bytes.append(UInt8(truncatingIfNeeded: length >> (8 * byte)))
    }
    return bytes + text.utf8 + [UInt8](repeating: 0x20, count: padding) + [0x0A]
  }
}
