import Testing

@testable import LevinTraining

@Suite struct TextColumnTests {
  // Widths as the terminals xterm and tmux draw these.
  @Test(arguments: [
    ("loss", 4), ("größe", 5), ("gro\u{308}ße", 5), ("損失", 4), ("ﾊﾝ", 2), ("Ｆ１", 4), ("한국", 4),
    ("😀", 2), ("█░", 2), ("", 0), ("a\u{200B}b", 2), ("\u{20000}", 2),
  ]) func textIsAsWideAsATerminalDrawsIt(_ text: String, _ columns: Int) {
    #expect(Text.width(text) == columns)
  }

  @Test(arguments: [
    (3, "a損"), (2, "a"), (4, "a損e\u{301}"), (5, "a損e\u{301}x"), (0, ""),
  ]) func aWideCharacterIsNotCutInHalf(_ columns: Int, _ text: String) {
    #expect(Text.cut("a損e\u{301}x", to: columns) == text)
  }

  @Test func blanksFillTheColumns() {
    #expect(Text.padded("損", to: 4) == "損  ")
    #expect(Text.aligned("損", to: 4) == "  損")
    #expect(Text.trimmed(" a  ") == " a" && Text.trimmed("  ") == "")
  }

  @Test func controlCharactersAreSpelled() {
    #expect(
      Text.oneLine("a\tb\r\n\u{7F}\u{9B}\u{2028}é") == "a\\tb\\r\\n\\u{7F}\\u{009B}\\u{2028}é")
  }

  @Test func pointsStandUnderEachOther() {
    #expect(
      Text.column("err", ["5.0625", "NaN", "23.75", "-7", "1e-05", "1.5e+20", "-inf"]) == [
        "       err", "   5.0625 ", " NaN      ", "  23.75   ", "  -7      ", "   1e-05  ",
        "   1.5e+20", "-inf      ",
      ])
  }

  @Test func aLongNameIsRightOverItsNumbers() {
    #expect(Text.column("location", ["1.5", "12"]) == ["location", "     1.5", "    12  "])
  }

  @Test func textBeginsOnTheLeft() {
    #expect(Text.column("kind", ["a", "損失x", "1"]) == ["kind ", "a    ", "損失x", "1    "])
  }
}
