internal import LevinTensor

/// The values of a column while a file is read.
final class CSVColumn {
  /// The outcome of a field.
  enum Verdict {
    /// The value has been taken.
    case taken
    /// An automatic type has turned out too narrow, and this one is the next: the file is read anew.
    case needs(CSVType)
    /// The field is at fault.
    case refused(CSVError.Problem)
  }

  let name: String
  /// The type that fields are read by.
  @exclusivity(unchecked) private(set) var type: CSVType
  private let isAutomatic: Bool
  private let missing: MissingTexts
  // Each field changes some of these, and nobody else looks at them meanwhile.
  @exclusivity(unchecked) private var doubles: [Double] = []
  @exclusivity(unchecked) private var floats: [Float] = []
  @exclusivity(unchecked) private var integers: [Int] = []
  @exclusivity(unchecked) private var truths: [Bool] = []
  @exclusivity(unchecked) private var table = CategoryTable()

  init(_ name: String, _ type: CSVType, isAutomatic: Bool, missing: MissingTexts) {
    self.name = name
    self.type = type
    self.isAutomatic = isAutomatic
    self.missing = missing
    if case .categoriesIn(let names) = type {
      for var text in names { text.withUTF8 { _ = table.number(of: $0, line: 0) } }
    }
  }

  /// Takes the value of a field.
  func append(_ text: UnsafeBufferPointer<UInt8>, line: Int) -> Verdict {
    switch type {
    case .float64: return append(text, to: &doubles)
    case .float32: return append(text, to: &floats)
    case .int64: return appendInteger(Self.trimmed(text))
    case .bool: return appendTruth(Self.trimmed(text))
    case .categories:
      integers.append(table.number(of: text, line: line))
      return .taken
    case .categoriesIn(let names):
      guard let number = table.number(of: text) else { return .refused(.unknownCategory(names)) }
      integers.append(number)
      return .taken
    case .automatic: return appendFirst(text, line: line)
    }
  }

  // Missing values say nothing of the type, and are NaN where nothing else comes.
  private func appendFirst(_ text: UnsafeBufferPointer<UInt8>, line: Int) -> Verdict {
    if missing.contain(Self.trimmed(text)) {
      doubles.append(.nan)
      return .taken
    }
    let found = narrowest(text, besideMissing: !doubles.isEmpty)
    if !doubles.isEmpty { return .needs(found) }
    type = found
    return append(text, line: line)
  }

  private func narrowest(
    _ text: UnsafeBufferPointer<UInt8>, besideMissing: Bool = false
  ) -> CSVType {
    let text = Self.trimmed(text)
    if !besideMissing, Self.truth(text) != nil { return .bool }
    if !besideMissing, Self.integer(text) != nil { return .int64 }
    return DecimalNumber.parse(text, as: Double.self) == nil ? .categories : .float64
  }

  // MARK: - Values

  private func append<T: ParsedReal>(
    _ text: UnsafeBufferPointer<UInt8>, to values: inout [T]
  ) -> Verdict {
    let text = Self.trimmed(text)
    if missing.contain(text) {
      values.append(.nan)
      return .taken
    }
    guard let value = DecimalNumber.parse(text, as: T.self) else {
      return isAutomatic ? .needs(.categories) : .refused(.invalidValue(type))
    }
    if value.isInfinite, text.contains(where: { (0x30...0x39).contains($0) }) {
      return .refused(.outOfRange(type))
    }
    values.append(value)
    return .taken
  }

  private func appendInteger(_ text: UnsafeBufferPointer<UInt8>) -> Verdict {
    if missing.contain(text) {
      return isAutomatic ? .needs(.float64) : .refused(.missingValue(type))
    }
    guard let value = Self.integer(text) else {
      if isAutomatic { return .needs(narrowest(text) == .float64 ? .float64 : .categories) }
      return .refused(Self.isInteger(text) ? .outOfRange(type) : .invalidValue(type))
    }
    integers.append(value)
    return .taken
  }

  private func appendTruth(_ text: UnsafeBufferPointer<UInt8>) -> Verdict {
    let isMissing = missing.contain(text)
    if !isMissing, let truth = Self.truth(text) {
      truths.append(truth)
      return .taken
    }
    if isAutomatic { return .needs(.categories) }
    return .refused(isMissing ? .missingValue(type) : .invalidValue(type))
  }

  // MARK: - Texts

  private static func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var (start, end) = (0, text.count)
    while start < end, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
    while start < end, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
    return UnsafeBufferPointer(rebasing: text[start..<end])
  }

  private static func truth(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
    equals(text, "true") ? true : equals(text, "false") ? false : nil
  }

  private static func equals(_ text: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
    text.count == word.utf8CodeUnitCount
      && text.enumerated().allSatisfy { $1 | 0x20 == word.utf8Start[$0] }
  }

  private static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
    var position = 0
    let isNegative = text.first == 0x2D
    if isNegative || text.first == 0x2B { position = 1 }
    if position == text.count { return nil }
    var value = 0
    while position < text.count {
      let digit = text[position] &- 0x30
      if digit > 9 { return nil }
      // Downwards, since the least number has no positive counterpart.
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (next, underflow) = product.subtractingReportingOverflow(Int(digit))
      if overflow || underflow { return nil }
      value = next
      position += 1
    }
    if isNegative { return value }
    return value == .min ? nil : -value
  }

  private static func isInteger(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let signs = text.first == 0x2D || text.first == 0x2B ? 1 : 0
    return text.count > signs && text.dropFirst(signs).allSatisfy { (0x30...0x39).contains($0) }
  }

  // MARK: - The end

  /// The column as a tensor of one axis, and its categories; the values are given away.
  ///
  /// - Throws: The line and bytes of a category that is not UTF-8.
  func finish() throws(NotUTF8) -> (tensor: Tensor, categories: [String]?) {
    switch type {
    case .float64, .automatic: return (Tensor(Self.take(&doubles)), nil)
    case .float32: return (Tensor(Self.take(&floats)), nil)
    case .int64: return (Tensor(Self.take(&integers)), nil)
    case .bool: return (Tensor(Self.take(&truths)), nil)
    case .categoriesIn(let names): return (Tensor(Self.take(&integers)), names)
    case .categories:
      let texts = try categoryTexts()
      let order = texts.indices.sorted { ExactName(texts[$0]) < ExactName(texts[$1]) }
      var rank = [Int](repeating: 0, count: texts.count)
      for (position, number) in order.enumerated() { rank[number] = position }
      return (Tensor(Self.take(&integers).map { rank[$0] }), order.map { texts[$0] })
    }
  }

  struct NotUTF8: Error { let line: Int }

  private func categoryTexts() throws(NotUTF8) -> [String] {
    var texts: [String] = []
    for number in 0..<table.count {
      let (text, line) = table.text(number)
      guard let text else { throw NotUTF8(line: line) }
      texts.append(text)
    }
    return texts
  }

  private static func take<T>(_ values: inout [T]) -> [T] {
    defer { values = [] }
    return values
  }
}

/// The texts that stand for missing values.
struct MissingTexts {
  private let texts: [[UInt8]]
  private let longest: Int

  init(_ texts: [String]) {
    self.texts = texts.map { Array($0.utf8) }
    longest = self.texts.map(\.count).max() ?? -1
  }

  @inline(__always)
  func contain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.count <= longest && texts.contains { $0.elementsEqual(text) }
  }
}
