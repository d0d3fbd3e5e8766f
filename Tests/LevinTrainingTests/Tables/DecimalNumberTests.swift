import LevinTestKit
import Testing

@testable import LevinTraining

private struct Row: Decodable {
  let text: String
  let double: String
  let float: String
}

private func parse<T: ParsedReal>(_ text: String, as type: T.Type) -> T? {
  var text = text
  return text.withUTF8 { DecimalNumber.parse($0, as: type) }
}

@Suite struct DecimalNumberTests {
  @Test func numbersAreTheNearestOfTheirType() throws {
    let rows = try Fixture.load("decimals", as: [Row].self)
    #expect(rows.count > 1000)
    for row in rows {
      let double = parse(row.text, as: Double.self)?.bitPattern
      #expect(double.map { "\($0)" } == row.double, "\(row.text) in double precision")
      let float = parse(row.text, as: Float.self)?.bitPattern
      #expect(float.map { "\($0)" } == row.float, "\(row.text) in single precision")
    }
  }

  @Test func infinitiesAreNumbers() {
    for text in ["inf", "+Inf", "INFINITY", "infinity"] {
      #expect(parse(text, as: Double.self) == .infinity)
    }
    #expect(parse("-inf", as: Float.self) == -.infinity)
    #expect(parse("1e400", as: Double.self) == .infinity)
    #expect(parse("1e40", as: Float.self) == .infinity)
    #expect(parse("-0", as: Double.self)?.sign == .minus)
  }

  @Test(arguments: [
    "", "+", "-", ".", "-.", "e5", "1e", "1e+", "1.2.3", "1,5", "0x10", "1_000", "nan", "NaN",
    "1 2",
    "--1", "1e5.5", "infinite", "١", "1f", "12345678901234567890123x",
  ]) func whatIsNoNumberIsNone(_ text: String) {
    #expect(parse(text, as: Double.self) == nil)
    #expect(parse(text, as: Float.self) == nil)
  }
}
