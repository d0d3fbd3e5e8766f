/// A decimal number in ASCII, read to the nearest binary one, ties to even, whatever the locale.
///
/// Idea: a number is w 10^q with an integer w. If both w and the power are exact in the type, one multiplication or
/// division rounds once, and so rightly (W. D. Clinger, "How to read floating point numbers accurately", 1990). Otherwise,
/// for w below 2^64 and |q| up to 27, w 5^q is an exact product of 128 bits, or the quotient of w 2^63 and 5^-q, whose
/// remainder says on which side of a tie it is; the power of 2 is exact. What is left, with more than 19 digits or large
/// exponents, goes to the standard library.
struct DecimalNumber {
  private var isNegative = false
  private var digits: UInt64 = 0
  private var exponent = 0
  private var isExact = true

  /// The nearest number of a type; nil for what is no number.
  ///
  /// Signs, a point, and an exponent are understood, and `inf` and `infinity` in any case. A number above the largest
  /// gives infinity.
  static func parse<T: ParsedReal>(_ text: UnsafeBufferPointer<UInt8>, as type: T.Type) -> T? {
    guard let number = DecimalNumber(text) else { return infinity(text) }
    if number.isExact, let value = number.exactly(type) { return value }
    return T(String(decoding: text, as: UTF8.self))
  }

  private static func infinity<T: ParsedReal>(_ text: UnsafeBufferPointer<UInt8>) -> T? {
    guard text.count <= 9 else { return nil }
    switch String(decoding: text, as: UTF8.self).lowercased() {
    case "inf", "+inf", "infinity", "+infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    default: return nil
    }
  }

  // MARK: - Digits

  private init?(_ text: UnsafeBufferPointer<UInt8>) {
    var position = 0
    if let first = text.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      isNegative = first == UInt8(ascii: "-")
      position = 1
    }
    let begin = position
    var value: UInt64 = 0
    Self.scanDigits(text, &position, &value)
    var count = position - begin
    if position < text.count, text[position] == UInt8(ascii: ".") {
      position += 1
      let point = position
      Self.scanDigits(text, &position, &value)
      exponent = point - position
      count += position - point
    }
    digits = value
    isExact = count <= 19 || Self.significantDigits(text[begin..<position]) <= 19
    guard count > 0, position == text.count || scanExponent(text, &position) else { return nil }
    guard position == text.count else { return nil }
  }

  @inline(__always)
  private static func scanDigits(
    _ text: UnsafeBufferPointer<UInt8>, _ position: inout Int, _ value: inout UInt64
  ) {
    var (next, number) = (position, value)
    while next < text.count, case let digit = text[next] &- UInt8(ascii: "0"), digit <= 9 {
      number = number &* 10 &+ UInt64(digit)
      next += 1
    }
    (position, value) = (next, number)
  }

  // Zeros before the first other digit do not count.
  private static func significantDigits(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    text.drop { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }
      .count { $0 != UInt8(ascii: ".") }
  }

  private mutating func scanExponent(
    _ text: UnsafeBufferPointer<UInt8>, _ position: inout Int
  ) -> Bool {
    guard position < text.count, text[position] | 0x20 == UInt8(ascii: "e") else { return true }
    position += 1
    var isMinus = false
    if position < text.count, [UInt8(ascii: "-"), UInt8(ascii: "+")].contains(text[position]) {
      isMinus = text[position] == UInt8(ascii: "-")
      position += 1
    }
    let begin = position
    var power = 0
    while position < text.count, case let digit = text[position] &- UInt8(ascii: "0"), digit <= 9 {
      power = min(power * 10 + Int(digit), 1 << 20)
      position += 1
    }
    exponent += isMinus ? -power : power
    return position > begin
  }

  // MARK: - Rounding

  private func exactly<T: ParsedReal>(_ type: T.Type) -> T? {
    if digits == 0 { return isNegative ? -0.0 : 0 }
    let size = abs(exponent)
    let magnitude: T
    if digits <= T.largestInteger, size < T.exactPowersOfTen.count {
      let power = T.exactPowersOfTen[size]
      magnitude = exponent < 0 ? T(digits) / power : T(digits) * power
    } else if size <= 27 {
      magnitude = exponent < 0 ? quotient() : product()
    } else {
      return nil
    }
    return isNegative ? -magnitude : magnitude
  }

  private static let powersOfFive: [UInt64] = (0...27).map { power in
    (0..<power).reduce(1) { product, _ in product * 5 }
  }

  private func product<T: ParsedReal>() -> T {
    let product = digits.multipliedFullWidth(by: Self.powersOfFive[exponent])
    if product.high == 0 { return Self.round(product.low, isAbove: false, scale: exponent) }
    // The highest 64 bits, and whether there are others below.
    let shift = 64 - product.high.leadingZeroBitCount
    let top = shift == 64 ? product.high : product.high << (64 - shift) | product.low >> shift
    let isAbove = product.low << (64 - shift) != 0
    return Self.round(top, isAbove: isAbove, scale: exponent + shift)
  }

  private func quotient<T: ParsedReal>() -> T {
    let divisor = Self.powersOfFive[-exponent]
    let (shift, divisorShift) = (digits.leadingZeroBitCount, divisor.leadingZeroBitCount)
    // The dividend is digits * 2^(shift + 63), and its high half below the divisor.
    let dividend = digits << shift
    let (quotient, remainder) = (divisor << divisorShift).dividingFullWidth(
      (dividend >> 1, dividend << 63))
    return Self.round(
      quotient, isAbove: remainder != 0, scale: exponent - 63 - shift + divisorShift)
  }

  // (number + something below 1 if `isAbove`) * 2^scale, rounded once.
  private static func round<T: ParsedReal>(_ number: UInt64, isAbove: Bool, scale: Int) -> T {
    let shift = 64 - number.leadingZeroBitCount - (T.significandBitCount + 1)
    // Few bits are exact; nothing is below the last of them then.
    if shift <= 0 { return T(sign: .plus, exponent: T.Exponent(scale), significand: T(number)) }
    var kept = number >> UInt64(shift)
    let rest = number & ((1 << UInt64(shift)) - 1)
    let half: UInt64 = 1 << UInt64(shift - 1)
    if rest > half || rest == half && (isAbove || kept & 1 == 1) { kept += 1 }
    return T(sign: .plus, exponent: T.Exponent(scale + shift), significand: T(kept))
  }
}

/// A type of real numbers that text is read to.
protocol ParsedReal: BinaryFloatingPoint, LosslessStringConvertible {
  /// The largest integer up to which all are exact.
  static var largestInteger: UInt64 { get }
  /// The powers of ten that are exact.
  static var exactPowersOfTen: [Self] { get }
}

extension Double: ParsedReal {
  static let largestInteger: UInt64 = 1 << 53
  static let exactPowersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}

extension Float: ParsedReal {
  static let largestInteger: UInt64 = 1 << 24
  static let exactPowersOfTen: [Float] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]
}
