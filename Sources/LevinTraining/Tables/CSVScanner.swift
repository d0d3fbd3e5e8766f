internal import Foundation
internal import LevinTensor

/// The lines of a CSV file as fields, by RFC 4180.
///
/// Fields between quotation marks may hold separators, line breaks and doubled quotation marks. Lines end with a line
/// feed, a carriage return or both.
///
/// The file is read in pieces. A line lies in the buffer as a whole while its fields are looked at.
final class CSVScanner {
  /// A field of the line in the buffer.
  struct Field {
    var start: Int
    var end: Int
    /// Whether quotation marks in it are doubled.
    var hasDoubledQuotes: Bool
  }

  private static let pieceSize = 1 << 20
  static let longestLine = 1 << 26

  private let path: String
  private let separator: UInt8
  private let file: FileHandle
  // What follows changes with each field, and nobody else looks at it meanwhile.
  @exclusivity(unchecked) private var buffer: UnsafeMutableBufferPointer<UInt8>
  @exclusivity(unchecked) private var filled = 0
  @exclusivity(unchecked) private var position = 0
  private var isAtEnd = false
  // What ends a field that is not quoted, or must not be in it.
  private let isSpecial: [Bool]
  @exclusivity(unchecked) private var unescaped: [UInt8] = []

  /// The fields of the last line.
  @exclusivity(unchecked) private(set) var fields: [Field] = []
  /// The number of the last line's first line in the file, counted from 1.
  @exclusivity(unchecked) private(set) var line = 1
  @exclusivity(unchecked) private var nextLine = 1
  // Fields that end early are told of with what was read of them.
  @exclusivity(unchecked) private var lineStart = 0

  init(_ path: String, separator: UInt8) throws(CSVError) {
    self.path = path
    self.separator = separator
    func failure(_ reason: String) -> CSVError {
      CSVError(
        path: path, line: nil, column: nil, name: nil, text: nil, problem: .unreadable(reason))
    }
    guard !path.utf8.contains(0) else { throw failure("its path holds a zero character") }
    let descriptor = openFile(path, O_RDONLY)
    guard descriptor >= 0 else { throw failure(String(cString: strerror(errno))) }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    buffer = .allocate(capacity: 2 * Self.pieceSize)
    var special = [Bool](repeating: false, count: 256)
    for byte in [separator, 0x22, 0x0A, 0x0D] { special[Int(byte)] = true }
    isSpecial = special
    try fill()
    try skipMark()
  }

  deinit { buffer.deallocate() }

  // The mark at the beginning of a text that some programs write.
  private func skipMark() throws(CSVError) {
    let start = UnsafeBufferPointer(rebasing: buffer[..<min(filled, 3)])
    if start.elementsEqual([0xEF, 0xBB, 0xBF]) { position = 3 }
    if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
      throw error(.notUTF8, line: 1, column: nil, text: nil)
    }
  }

  // Reads on, behind what is in the buffer from the line's start on, which moves to the front.
  private func fill() throws(CSVError) {
    let kept = filled - lineStart
    if lineStart > 0 {
      buffer.baseAddress!.update(from: buffer.baseAddress! + lineStart, count: kept)
      (position, filled, lineStart) = (position - lineStart, kept, 0)
    }
    if kept > Self.longestLine {
      throw error(.lineTooLong(limit: Self.longestLine), line: line, column: nil, text: nil)
    }
    if buffer.count - filled < Self.pieceSize {
      let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * buffer.count)
      larger.baseAddress!.update(from: buffer.baseAddress!, count: filled)
      buffer.deallocate()
      buffer = larger
    }
    while true {
      let count = read(file.fileDescriptor, buffer.baseAddress! + filled, buffer.count - filled)
      if count < 0 && errno == EINTR { continue }
      if count < 0 {
        throw error(
          .unreadable(String(cString: strerror(errno))), line: nil, column: nil, text: nil)
      }
      filled += count
      isAtEnd = count == 0
      return
    }
  }

  // MARK: - Lines

  /// Goes to the next line; false when there are no more.
  func advance() throws(CSVError) -> Bool {
    lineStart = position
    line = nextLine
    while true {
      fields.removeAll(keepingCapacity: true)
      if position >= filled {
        if isAtEnd { return false }
        try fill()
        continue
      }
      if try scanLine() { return true }
      // The line goes on beyond the buffer, and is looked at from its start once there is more.
      try fill()
      position = lineStart
    }
  }

  // Whether the line ends within the buffer.
  private func scanLine() throws(CSVError) -> Bool {
    var breaks = 1
    while true {
      let isQuoted = position < filled && buffer[position] == 0x22
      guard
        try isQuoted
          ? scanQuoted(&breaks)
          : scanPlain()
      else { return false }
      guard position < filled else {
        // The end of the file ends the line.
        nextLine = line + breaks
        return true
      }
      let byte = buffer[position]
      if byte == separator {
        position += 1
        continue
      }
      // A line feed may follow a carriage return beyond the buffer.
      if byte == 0x0D, position + 1 == filled, !isAtEnd { return false }
      position += byte == 0x0D && position + 1 < filled && buffer[position + 1] == 0x0A ? 2 : 1
      nextLine = line + breaks
      return true
    }
  }

  private func scanPlain() throws(CSVError) -> Bool {
    let start = position
    let (limit, base) = (filled, UnsafePointer(buffer.baseAddress!))
    position = isSpecial.withUnsafeBufferPointer { special in
      var next = start
      while next < limit, !special[Int(base[next])] { next += 1 }
      return next
    }
    if position == filled, !isAtEnd { return false }
    fields.append(Field(start: start, end: position, hasDoubledQuotes: false))
    if position < filled, buffer[position] == 0x22 {
      throw error(.strayQuote, fields.count - 1)
    }
    return true
  }

  private func scanQuoted(_ breaks: inout Int) throws(CSVError) -> Bool {
    var field = Field(start: position + 1, end: 0, hasDoubledQuotes: false)
    position += 1
    while position < filled {
      let byte = buffer[position]
      if byte == 0x22 {
        if position + 1 == filled, !isAtEnd { return false }
        guard position + 1 < filled, buffer[position + 1] == 0x22 else { break }
        field.hasDoubledQuotes = true
        position += 1
      } else if byte == 0x0A
        || byte == 0x0D && (position + 1 == filled || buffer[position + 1] != 0x0A)
      {
        breaks += 1
      }
      position += 1
    }
    field.end = position
    fields.append(field)
    guard position < filled else {
      if !isAtEnd { return false }
      throw error(.unclosedQuote, fields.count - 1)
    }
    position += 1
    if position < filled, ![separator, 0x0A, 0x0D].contains(buffer[position]) {
      throw error(.textAfterQuote, fields.count - 1)
    }
    return position < filled || isAtEnd
  }

  // MARK: - Fields

  /// The bytes of a field of the last line, quotation marks removed; they stay until the next call.
  @inline(__always)
  func withBytes<R>(_ field: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    let range = fields[field]
    let bytes = UnsafeBufferPointer(rebasing: buffer[range.start..<range.end])
    return range.hasDoubledQuotes ? withUnescaped(bytes, body) : body(bytes)
  }

  private func withUnescaped<R>(
    _ bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> R
  ) -> R {
    unescaped.removeAll(keepingCapacity: true)
    var skips = false
    for byte in bytes {
      if byte == 0x22, !skips {
        skips = true
        continue
      }
      skips = false
      unescaped.append(byte)
    }
    return unescaped.withUnsafeBufferPointer(body)
  }

  /// Whether the last line has nothing but spaces and tabs.
  var isBlank: Bool {
    // A quoted field begins behind its quotation mark.
    guard fields.count == 1, fields[0].start == lineStart else { return false }
    return buffer[lineStart..<fields[0].end].allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }

  /// An error at a field of the last line.
  func error(_ problem: CSVError.Problem, _ field: Int, name: String? = nil) -> CSVError {
    let text = withBytes(field) { String(decoding: $0.prefix(240), as: UTF8.self).prefix(60) }
    return CSVError(
      path: path, line: lineOfField(field), column: field + 1, name: name, text: String(text),
      problem: problem)
  }

  private func error(
    _ problem: CSVError.Problem, line: Int?, column: Int?, text: String?
  ) -> CSVError {
    CSVError(path: path, line: line, column: column, name: nil, text: text, problem: problem)
  }

  /// An error of the last line as a whole.
  func lineError(_ problem: CSVError.Problem) -> CSVError {
    error(problem, line: line, column: nil, text: nil)
  }

  // Line breaks within quotation marks come before.
  private func lineOfField(_ field: Int) -> Int {
    var (count, previous) = (line, UInt8(0))
    for byte in buffer[lineStart..<fields[field].start] {
      if byte == 0x0D || byte == 0x0A && previous != 0x0D { count += 1 }
      previous = byte
    }
    return count
  }
}
