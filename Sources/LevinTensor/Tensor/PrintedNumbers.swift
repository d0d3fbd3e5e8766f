/// Numbers as words of one width, so that columns of them are aligned, by NumPy's rules.
enum PrintedNumbers {
  private static let precision = 8

  /// `true` and `false`, on the right of five columns.
  static func booleans(_ elements: [Bool]) -> [String] { elements.map { $0 ? " true" : "false" } }

  /// Integers on the right of the widest.
  static func integers(_ elements: [some BinaryInteger]) -> [String] {
    let words = elements.map { "\($0)" }
    let width = words.map(\.utf8.count).max() ?? 0
    return words.map { aligned($0, width) }
  }

  /// Real numbers with their points under one another.
  static func reals<Real: BinaryFloatingPoint>(_ elements: [Real]) -> [String] {
    let finite = elements.filter(\.isFinite)
    let numbers =
      needExponents(finite) ? scientific(finite) : finite.map { positional($0, precision) }
    let left = numbers.map(\.left.utf8.count).max() ?? 0
    let right = numbers.map(\.right.utf8.count).max() ?? 0
    let others = elements.filter { !$0.isFinite }.map { name($0).utf8.count }.max() ?? 0
    let width = max(left + right, others)
    var next = numbers.makeIterator()
    return elements.map { element in
      guard element.isFinite, let number = next.next() else { return aligned(name(element), width) }
      let word = aligned(number.left, width - right) + number.right
      return word + blanks(width - word.utf8.count)
    }
  }

  // The text up to the point, and from the point on.
  private typealias Halves = (left: String, right: String)

  // Compared in the precision of the elements, as NumPy does.
  private static func needExponents<Real: BinaryFloatingPoint>(_ finite: [Real]) -> Bool {
    let sizes = finite.lazy.map(\.magnitude).filter { $0 != 0 }
    guard let largest = sizes.max(), let smallest = sizes.min() else { return false }
    // Single precision holds six digits of every decimal number.
    let limit: Real = Real.significandBitCount < 52 ? 1e6 : 1e8
    return largest >= limit || smallest < 1e-4 || largest / smallest > 1000
  }

  // The digits that give the number back, or fewer.
  private static func shortest(
    _ number: some BinaryFloatingPoint, significantDigits: Int
  ) -> DecimalDigits {
    let shortest = DecimalDigits("\(number)")
    return shortest.digits.count <= significantDigits
      ? shortest : DecimalDigits(number, significantDigits: significantDigits)
  }

  private static func positional(
    _ number: some BinaryFloatingPoint, _ precision: Int
  ) -> Halves {
    let shortest = DecimalDigits("\(number)")
    let digits =
      shortest.fractionCount <= precision
      ? shortest : DecimalDigits(number, fractionDigits: precision)
    return (digits.integerPart, "." + digits.fraction)
  }

  // All have as many digits, in the fraction and in the exponent: as many as the one that needs most.
  private static func scientific(_ elements: [some BinaryFloatingPoint]) -> [Halves] {
    let count =
      elements.map { shortest($0, significantDigits: precision + 1).digits.count }.max() ?? 1
    let numbers = elements.map { DecimalDigits($0, significantDigits: count) }
    let exponentCount = max(2, numbers.map { "\($0.exponent.magnitude)".utf8.count }.max() ?? 0)
    return numbers.map { number in
      let fraction = String(number.digits.dropFirst())
      let zeros = String(repeating: "0", count: count - 1 - fraction.utf8.count)
      let size = "\(number.exponent.magnitude)"
      let exponent = String(repeating: "0", count: exponentCount - size.utf8.count) + size
      let sign = number.exponent < 0 ? "e-" : "e+"
      return (number.sign + number.digits.prefix(1), "." + fraction + zeros + sign + exponent)
    }
  }

  private static func name(_ number: some BinaryFloatingPoint) -> String {
    number.isNaN ? "nan" : number < 0 ? "-inf" : "inf"
  }

  private static func aligned(_ word: String, _ width: Int) -> String {
    blanks(width - word.utf8.count) + word
  }

  private static func blanks(_ count: Int) -> String {
    String(repeating: " ", count: max(0, count))
  }
}
