import LevinTestKit
import Testing

@testable import LevinTensor

/// JSON by the rules of RFC 8259.
@Suite struct JSONTests {
  private func accepts(_ text: String) -> Bool { accepts(Array(text.utf8)) }

  private func accepts(_ bytes: [UInt8]) -> Bool {
    var scanner = JSONScanner(bytes)
    do {
      try scanner.skipValue()
      try scanner.end()
      return true
    } catch { return false }
  }

  @Test(arguments: [
    "null", " true ", "false\n", "0", "-0", "12.5e+3", "1E-2", "\"\"", "[]", "[ ]", "{}", "{ }",
    "[1,[2,{\"a\":[]}]]",
    "{\"a\":1,\"A\":2,\"\":3}", #""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#, "\"\u{7F}\u{1F600}\"",
  ])
  func rightTextsAreRead(_ text: String) { #expect(accepts(text)) }

  @Test(arguments: [
    "", " ", "nul", "True", "NaN", "+1", "01", "1.", ".5", "1e", "1e+", "- 1", "0x1", "1 2", "[1,]",
    "[,1]", "[1 2]", "[",
    "]", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "{\"a\":1 \"b\":2}",
    "{\"a\":1,\"\\u0061\":2}", "'a'", "\"a",
    "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ude00\"",
    "\"\\ud800\\u0041\"", "\"a\nb\"",
    "\"\u{0}\"", "// a\n1", "\u{FEFF}1",
  ])
  func wrongTextsAreRefused(_ text: String) { #expect(!accepts(text)) }

  @Test(
    arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3]]
      as [[UInt8]])
  func stringsThatAreNoUTF8AreRefused(_ bytes: [UInt8]) {
    #expect(!accepts([0x22] + bytes + [0x22]))
    #expect(!accepts(Array("\"\\n".utf8) + bytes + [0x22]))
  }

  @Test func namesThatOnlyLookAlikeAreTwo() {
    #expect(accepts("{\"\u{E9}\":1,\"e\u{301}\":2}"))
  }

  @Test func deepNestingIsRefusedAndNeverOverflowsTheStack() {
    let fits = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    let areRight = onSmallStack {
      let tests = JSONTests()
      let deep = String(repeating: "[{\"a\":", count: 1_000_000)
      return tests.accepts(fits) && !tests.accepts("[\(fits)]") && !tests.accepts(deep)
    }
    #expect(areRight)
  }

  @Test func numbersKeepTheirDigits() throws {
    var scanner = JSONScanner(Array("[18446744073709551617, -0.10, 5]".utf8))
    var texts: [String] = []
    try scanner.array { (scanner) throws(JSONScanner.Failure) in texts.append(try scanner.number())
    }
    #expect(texts == ["18446744073709551617", "-0.10", "5"])
  }

  @Test func failuresTellTheirPosition() {
    var scanner = JSONScanner(Array("[1, 2".utf8))
    let failure = #expect(throws: JSONScanner.Failure.self) { try scanner.skipValue() }
    #expect(failure == .init(reason: "it ends too early", offset: 6 - 1))
  }

  @Test func everyStringComesBack() throws {
    let texts = ["", "\"\\/", "\u{0}\u{1F}\u{8}\u{C}\n\r\t", "e\u{301}\u{1F600}", "\u{7F}\u{2028}"]
    var writer = JSONWriter()
    writer.array { writer in for text in texts { writer.string(text) } }
    #expect(
      writer.text == #"["","\"\\/","\u0000\u001f\b\f\n\r\t","#
        + "\"e\u{301}\u{1F600}\",\"\u{7F}\u{2028}\"]")
    var scanner = JSONScanner(writer.bytes)
    var read: [String] = []
    try scanner.array { (scanner) throws(JSONScanner.Failure) in read.append(try scanner.string()) }
    #expect(read.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
  }
}
