/// Letters with marks above and below, put together from both.
enum AccentedGlyphs {
  /// The glyph of a letter with marks, if the letter has one and the marks are known.
  static func glyph(of character: Character, among glyphs: [Character: Glyph]) -> Glyph? {
    let scalars = character.unicodeScalars.filter { $0.properties.isVariationSelector == false }
    guard let first = scalars.first else { return nil }
    if scalars.count > 1 {
      let signs = scalars.dropFirst().compactMap { marks[$0] }
      guard signs.count == scalars.count - 1 else { return nil }
      return compose(Character(first), signs, glyphs)
    }
    guard let (base, sign) = compositions[character] else { return glyphs[Character(first)] }
    return compose(base, [sign], glyphs)
  }

  /// The combining marks, and the signs that stand for them in the drawings.
  private static let marks: [Unicode.Scalar: Character] = [
    "\u{300}": "`", "\u{301}": "´", "\u{302}": "^", "\u{303}": "~", "\u{304}": "¯", "\u{305}": "¯",
    "\u{306}": "˘", "\u{307}": "˙", "\u{308}": "¨", "\u{30A}": "˚", "\u{30B}": "˝", "\u{30C}": "ˇ",
    "\u{323}": ".", "\u{326}": ",", "\u{327}": "¸", "\u{328}": "˛",
  ]

  private static let drawings = Glyph.readAll(Glyph.markDrawings)

  /// The characters of a letter and one mark that are a single scalar as well, which does not say so.
  private static let compositions: [Character: (Character, Character)] = {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzÆæØøΑΕΗΙΟΡΥΩαεηιουω"
    var result: [Character: (Character, Character)] = [:]
    for letter in letters {
      for (mark, sign) in marks { result[Character("\(letter)\(mark)")] = (letter, sign) }
    }
    return result
  }()

  /// The least space on either side of a mark, which letters narrower than their marks need.
  private static let leastSpace = 1.3

  /// Puts marks around the middle of a letter, each above or below the one before.
  private static func compose(
    _ letter: Character, _ signs: [Character], _ glyphs: [Character: Glyph]
  ) -> Glyph? {
    let isBelow = signs.map { "¸˛.,".contains($0) }
    let dotless: [Character: Character] = ["i": "ı", "j": "ȷ"]
    let name = isBelow.contains(false) ? dotless[letter] ?? letter : letter
    guard var glyph = glyphs[name] else { return nil }
    let widest = signs.compactMap { drawings[$0]?.advance }.max() ?? 0
    let missing = max(widest + 2 * leastSpace - glyph.advance, 0)
    glyph = glyph.padded(left: missing / 2, right: missing / 2)
    let (letterBounds, markDistance) = (glyph.bounds, 2.9)
    var (top, bottom) = (letterBounds.maxY > 12 ? 14.0 : 10.0, min(letterBounds.minY, 0))
    for (sign, isBelow) in zip(signs, isBelow) {
      guard let mark = drawings[sign] else { return nil }
      let middle = letterBounds.center.x - mark.advance / 2
      glyph.strokes += mark.placed(x: middle, y: isBelow ? bottom : top).strokes
      if isBelow { bottom -= markDistance } else { top += markDistance }
    }
    return glyph
  }
}
