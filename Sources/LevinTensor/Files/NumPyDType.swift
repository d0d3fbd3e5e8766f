/// The type of an array's elements as NumPy writes it: an order of bytes, a kind, a size.
struct NumPyDType: Equatable {
  enum Kind: Character {
    case bool = "b"
    case signed = "i"
    case unsigned = "u"
    case real = "f"
  }

  var kind: Kind
  var byteCount: Int
  var isBigEndian: Bool

  private static let hostIsBigEndian = 1.bigEndian == 1

  /// Whether the bytes of an element lie in another order than in this machine's memory.
  var isSwapped: Bool { byteCount > 1 && isBigEndian != Self.hostIsBigEndian }

  /// Reads a type string such as `<f4`.
  init(_ name: String) throws(NumPyHeader.Failure) {
    var rest = Substring(name)
    let order = rest.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    if order != nil { rest.removeFirst() }
    guard let letter = rest.popFirst() else {
      throw .init(.badHeader("its dtype '\(name)' is empty"))
    }
    if letter == "O" { throw .init(.objects) }
    let sizes: [Kind: [Int]] = [
      .bool: [1], .signed: [1, 2, 4, 8], .unsigned: [1, 2, 4, 8], .real: [2, 4, 8],
    ]
    guard let kind = Kind(rawValue: letter), let size = Int(rest), "\(size)" == rest,
      sizes[kind]?.contains(size) == true
    else { throw .init(.unsupportedDType(name)) }
    (self.kind, byteCount) = (kind, size)
    isBigEndian = order == ">" || order != "<" && Self.hostIsBigEndian
  }

  /// The type of this machine's own elements.
  init(_ dtype: DType) {
    kind =
      switch dtype {
      case .bool: .bool
      case .int32, .int64: .signed
      case .float32, .float64: .real
      }
    byteCount = dtype.byteCount
    isBigEndian = Self.hostIsBigEndian
  }

  /// NumPy's spelling.
  var name: String {
    "\(byteCount == 1 ? "|" : isBigEndian ? ">" : "<")\(kind.rawValue)\(byteCount)"
  }

  /// The dtype that holds every element: the same where there is one, else the next wider.
  ///
  /// `uint64` has none; its elements above the largest `int64` are refused one by one.
  var dtype: DType {
    switch kind {
    case .bool: .bool
    case .signed: byteCount < 8 ? .int32 : .int64
    case .unsigned: byteCount < 4 ? .int32 : .int64
    case .real: byteCount < 8 ? .float32 : .float64
    }
  }
}
