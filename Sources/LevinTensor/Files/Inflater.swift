/// Decompression of deflated data (RFC 1951) into memory of the size that it must come to.
///
/// Blocks follow on each other: plain bytes, or symbols of prefix codes that stand for a byte or for a
/// repetition of what came before. Output never goes beyond its memory, whatever the input claims, and
/// input is never read beyond its end.
struct Inflater {
  /// A problem with the input.
  struct Failure: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
  }

  private let input: UnsafeRawBufferPointer
  private let output: UnsafeMutableRawBufferPointer
  private var next = 0
  private var written = 0
  private var bits: UInt64 = 0
  private var bitCount = 0

  /// Decompresses all of `input` into `output`, which it fills.
  static func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(Failure) {
    var inflater = Inflater(input: input, output: output)
    while try !inflater.block() {}
    guard inflater.written == output.count else {
      throw Failure("it comes to \(inflater.written) bytes and not to \(output.count)")
    }
    guard inflater.next - inflater.bitCount / 8 == input.count else {
      throw Failure("something follows its last block")
    }
  }

  private init(input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer) {
    (self.input, self.output) = (input, output)
  }

  // MARK: Bits

  @inline(__always)
  private mutating func fill() {
    while bitCount <= 56, next < input.count {
      bits |= UInt64(input[next]) << UInt64(bitCount)
      next += 1
      bitCount += 8
    }
  }

  @inline(__always)
  private mutating func drop(_ count: Int) throws(Failure) {
    guard count <= bitCount else { throw Failure("it is cut") }
    bits >>= UInt64(count)
    bitCount -= count
  }

  @inline(__always)
  private mutating func take(_ count: Int) throws(Failure) -> Int {
    fill()
    let value = Int(bits & (1 << UInt64(count) - 1))
    try drop(count)
    return value
  }

  @inline(__always)
  private mutating func symbol(_ code: borrowing HuffmanCode) throws(Failure) -> Int {
    fill()
    guard let (symbol, length) = code.symbol(bits) else { throw Failure("a code word is unknown") }
    try drop(length)
    return symbol
  }

  // MARK: Blocks

  // Whether the block was the last.
  private mutating func block() throws(Failure) -> Bool {
    let isLast = try take(1) == 1
    switch try take(2) {
    case 0: try plainBytes()
    case 1: try compressed(Self.fixedCodes)
    case 2: try compressed(codes())
    default: throw Failure("a block has an unknown kind")
    }
    return isLast
  }

  private mutating func plainBytes() throws(Failure) {
    try drop(bitCount % 8)
    let count = try take(16)
    guard try take(16) == ~count & 0xFFFF else { throw Failure("the size of a block is damaged") }
    // Whole bytes that were taken up ahead go back.
    next -= bitCount / 8
    (bits, bitCount) = (0, 0)
    guard count <= input.count - next else { throw Failure("it is cut") }
    guard count <= output.count - written else { throw tooLong }
    UnsafeMutableRawBufferPointer(rebasing: output[written..<(written + count)])
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: input[next..<(next + count)]))
    next += count
    written += count
  }

  private var tooLong: Failure { Failure("it goes on beyond \(output.count) bytes") }

  private typealias Codes = (literals: HuffmanCode, distances: HuffmanCode)

  private mutating func compressed(_ codes: Codes) throws(Failure) {
    while true {
      let symbol = try symbol(codes.literals)
      if symbol < 256 {
        guard written < output.count else { throw tooLong }
        output[written] = UInt8(symbol)
        written += 1
      } else if symbol == 256 {
        return
      } else {
        try repetition(symbol - 257, codes.distances)
      }
    }
  }

  private mutating func repetition(_ kind: Int, _ distances: borrowing HuffmanCode) throws(Failure)
  {
    guard kind < Self.lengths.count else { throw Failure("a length is unknown") }
    let length = Self.lengths[kind] + (try take(Self.lengthBits[kind]))
    let symbol = try symbol(distances)
    guard symbol < Self.distances.count else { throw Failure("a distance is unknown") }
    let distance = Self.distances[symbol] + (try take(max(0, symbol / 2 - 1)))
    guard distance <= written else { throw Failure("it repeats what is not there") }
    guard length <= output.count - written else { throw tooLong }
    guard let base = output.baseAddress else { return }
    let target = base + written
    if distance >= length {
      target.copyMemory(from: target - distance, byteCount: length)
    } else {
      // The repetition runs into itself.
      for index in 0..<length { output[written + index] = output[written + index - distance] }
    }
    written += length
  }

  // MARK: Codes

  // The order in which lengths of words of the code of codes are written.
  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  private static let lengthBits =
    [Int](repeating: 0, count: 8) + (1...5).flatMap { [$0, $0, $0, $0] } + [0]
  private static let lengths: [Int] = {
    var next = 3
    return lengthBits.dropLast().map { bits in
      defer { next += 1 << bits }
      return next
    } + [258]
  }()
  private static let distances: [Int] = {
    var next = 1
    return (0..<30).map { symbol in
      defer { next += 1 << max(0, symbol / 2 - 1) }
      return next
    }
  }()

  private static let fixedCodes: Codes = {
    let sizes = [(144, 8), (112, 9), (24, 7), (8, 8)]
    let literals = sizes.flatMap { [UInt8](repeating: UInt8($0.1), count: $0.0) }
    let distances = [UInt8](repeating: 5, count: 32)
    guard let first = try? HuffmanCode(lengths: literals, mayBeIncomplete: false),
      let second = try? HuffmanCode(lengths: distances, mayBeIncomplete: false)
    else { fatalError("the fixed codes are complete") }
    return (first, second)
  }()

  private mutating func codes() throws(Failure) -> Codes {
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let orderCount = try take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else {
      throw Failure("a code has too many symbols")
    }
    var orderLengths = [UInt8](repeating: 0, count: Self.order.count)
    for index in 0..<orderCount { orderLengths[Self.order[index]] = UInt8(try take(3)) }
    let code = try HuffmanCode(lengths: orderLengths, mayBeIncomplete: false)
    let all = try wordLengths(literalCount + distanceCount, code)
    guard all[256] > 0 else { throw Failure("a block has no end") }
    return (
      try HuffmanCode(lengths: all[..<literalCount], mayBeIncomplete: true),
      try HuffmanCode(lengths: all[literalCount...], mayBeIncomplete: true)
    )
  }

  private mutating func wordLengths(_ count: Int, _ code: HuffmanCode) throws(Failure) -> [UInt8] {
    var lengths: [UInt8] = []
    lengths.reserveCapacity(count)
    while lengths.count < count {
      let symbol = try symbol(code)
      var (value, times): (UInt8, Int) = (0, 1)
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw Failure("a code repeats what is not there") }
        (value, times) = (last, try take(2) + 3)
      case 17: times = try take(3) + 3
      case 18: times = try take(7) + 11
      default: value = UInt8(symbol)
      }
      guard times <= count - lengths.count else { throw Failure("a code has too many symbols") }
      lengths += repeatElement(value, count: times)
    }
    return lengths
  }
}
