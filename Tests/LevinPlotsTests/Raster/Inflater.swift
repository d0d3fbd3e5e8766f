/// Unpacks zlib streams, so that what the module packs is read by other code.
struct Inflater {
  struct Fault: Error { let reason: String }

  private let input: [UInt8]
  private var bit = 0
  private(set) var output: [UInt8] = []

  /// The contents of a zlib stream, whose checksum is looked at.
  static func unpack(_ stream: [UInt8]) throws -> [UInt8] {
    guard stream.count > 6, stream[0] & 15 == 8, (Int(stream[0]) << 8 + Int(stream[1])) % 31 == 0
    else { throw Fault(reason: "no zlib header") }
    var inflater = Inflater(input: Array(stream.dropFirst(2)))
    while try inflater.block() == false {}
    inflater.bit = (inflater.bit + 7) / 8 * 8
    let sum = try (0..<4).reduce(0) { sum, _ in try sum << 8 | inflater.bits(8) }
    guard inflater.bit == 8 * inflater.input.count else { throw Fault(reason: "more follows") }
    var (first, second) = (1, 0)
    for byte in inflater.output {
      first = (first + Int(byte)) % 65_521
      second = (second + first) % 65_521
    }
    guard sum == second << 16 | first else { throw Fault(reason: "wrong checksum") }
    return inflater.output
  }

  private init(input: [UInt8]) { self.input = input }

  private mutating func bits(_ count: Int) throws -> Int {
    var value = 0
    for index in 0..<count {
      guard bit < 8 * input.count else { throw Fault(reason: "the stream is cut off") }
      value |= (Int(input[bit / 8]) >> (bit % 8) & 1) << index
      bit += 1
    }
    return value
  }

  /// Unpacks a block, and tells whether it was the last one.
  private mutating func block() throws -> Bool {
    let isLast = try bits(1) == 1
    switch try bits(2) {
    case 0: try stored()
    case 1:
      let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
      try compressed(lengths, [Int](repeating: 5, count: 30))
    case 2: try described()
    default: throw Fault(reason: "no such kind of block")
    }
    return isLast
  }

  private mutating func stored() throws {
    bit = (bit + 7) / 8 * 8
    let count = try bits(16)
    guard try bits(16) == ~count & 0xFFFF else { throw Fault(reason: "wrong count") }
    for _ in 0..<count { output.append(UInt8(try bits(8))) }
  }

  private mutating func described() throws {
    let (literals, distances, listed) = (try bits(5) + 257, try bits(5) + 1, try bits(4) + 4)
    var own = [Int](repeating: 0, count: 19)
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    for symbol in order.prefix(listed) { own[symbol] = try bits(3) }
    let code = try Self.words(own)
    var lengths: [Int] = []
    while lengths.count < literals + distances {
      switch try symbol(code) {
      case 16:
        guard let last = lengths.last else { throw Fault(reason: "nothing to repeat") }
        lengths += [Int](repeating: last, count: try bits(2) + 3)
      case 17: lengths += [Int](repeating: 0, count: try bits(3) + 3)
      case 18: lengths += [Int](repeating: 0, count: try bits(7) + 11)
      case let length: lengths.append(length)
      }
    }
    guard lengths.count == literals + distances else { throw Fault(reason: "too many lengths") }
    try compressed(Array(lengths.prefix(literals)), Array(lengths.dropFirst(literals)))
  }

  private mutating func compressed(_ literals: [Int], _ distances: [Int]) throws {
    let (literalCode, distanceCode) = (try Self.words(literals), try Self.words(distances))
    while true {
      let value = try symbol(literalCode)
      if value < 256 { output.append(UInt8(value)) }
      if value == 256 { return }
      guard value > 256 else { continue }
      let length = try number(value - 257, symbolsPerBit: 4, first: 3, topSymbol: 28)
      let distance = try number(symbol(distanceCode), symbolsPerBit: 2, first: 1, topSymbol: 30)
      guard distance <= output.count else { throw Fault(reason: "a repetition of nothing") }
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
  }

  private mutating func number(_ symbol: Int, symbolsPerBit: Int, first: Int, topSymbol: Int) throws
    -> Int
  {
    if symbolsPerBit == 4, symbol == topSymbol { return 258 }
    guard symbol < topSymbol else { throw Fault(reason: "no such symbol") }
    let extra = (0..<symbol).map { max($0 / symbolsPerBit - 1, 0) }
    let base = extra.reduce(first) { $0 + 1 << $1 }
    return try base + bits(max(symbol / symbolsPerBit - 1, 0))
  }

  /// A code as a table from its words, with a one before them, to symbols.
  private static func words(_ lengths: [Int]) throws -> [Int: Int] {
    var (table, word) = ([Int: Int](), 0)
    for length in 1...15 {
      for (symbol, own) in lengths.enumerated() where own == length {
        guard word < 1 << length else { throw Fault(reason: "too many words") }
        table[1 << length | word] = symbol
        word += 1
      }
      word <<= 1
    }
    return table
  }

  private mutating func symbol(_ code: [Int: Int]) throws -> Int {
    var word = 1
    for _ in 0..<15 {
      word = word << 1 | (try bits(1))
      if let symbol = code[word] { return symbol }
    }
    throw Fault(reason: "no such word")
  }
}
