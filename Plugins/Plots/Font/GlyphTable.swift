/// The glyphs of all characters that have one.
///
/// Characters are equal if they are so canonically: `é` is found whether it is one scalar or two.
enum GlyphTable {
  /// The glyph of a character; a box for one that has none.
  static func glyph(of character: Character) -> Glyph {
    glyphs[character] ?? AccentedGlyphs.glyph(of: character, among: glyphs) ?? box
  }

  /// The sign for a character that has no glyph.
  static let box = Glyph(
    strokes: [
      [(0, 0), (6, 0), (6, 14), (0, 14), (0, 0)].map { .line(Point(x: 1.9 + $0.0, y: $0.1)) }
    ], advance: 9.8)

  private static let glyphs: [Character: Glyph] = {
    let drawings = [
      Glyph.latinDrawings, Glyph.digitDrawings, Glyph.greekDrawings, Glyph.symbolDrawings,
    ]
    var glyphs = Glyph.readAll(drawings.joined(separator: "\n"))
    for (twin, original) in zip(twins, originals) { glyphs[twin] = glyphs[original] }
    for (space, width) in spaces { glyphs[space] = Glyph(advance: width) }
    addSmall(raised, baseline: 6.4, to: &glyphs)
    addSmall(lowered, baseline: -3, to: &glyphs)
    addFractions(to: &glyphs)
    return glyphs
  }()

  /// Characters that look like others, such as most Greek capitals.
  private static let twins = Array("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοϵϕµ∆‐‑‒⋅∙∗")
  private static let originals = Array("ABEZHIKMNOPTYXoεφμΔ--–··*")

  /// The widths of spaces; joiners and marks of direction have none.
  private static let spaces: [Character: Double] = [
    " ": 5.4, "\u{A0}": 5.4, "\t": 21.6, "\u{2002}": 10, "\u{2003}": 20, "\u{2007}": 11,
    "\u{2008}": 3.4, "\u{2009}": 3.2, "\u{200A}": 1.6, "\u{202F}": 3.2, "\u{200B}": 0,
    "\u{200C}": 0, "\u{200D}": 0, "\u{200E}": 0, "\u{200F}": 0, "\u{2060}": 0, "\u{FEFF}": 0,
    "\u{AD}": 0,
  ]

  /// Pairs of a raised character and the one that it is a small copy of.
  private static let raised = "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9⁺+⁻−⁼=⁽(⁾)ⁿnⁱiªaºo"
  /// Pairs of a lowered character and the one that it is a small copy of.
  private static let lowered = "₀0₁1₂2₃3₄4₅5₆6₇7₈8₉9₊+₋−₌=₍(₎)ₐaₑeₒoₓxₕhₖkₗlₘmₙnₚpₛsₜtᵢiⱼjᵣrᵤuᵥv"

  private static let smallScale = 0.64

  private static func addSmall(
    _ pairs: String, baseline: Double, to glyphs: inout [Character: Glyph]
  ) {
    let characters = Array(pairs)
    for index in stride(from: 0, to: characters.count, by: 2) {
      let original = glyphs[characters[index + 1]] ?? box
      glyphs[characters[index]] = original.placed(y: baseline, scale: smallScale)
    }
  }

  private static func addFractions(to glyphs: inout [Character: Glyph]) {
    let slash = Glyph(
      strokes: [[.line(Point(x: 4.6, y: 0)), .line(Point(x: 11.4, y: 14))]], advance: 16.4)
    for (fraction, parts) in ["½": "12", "¼": "14", "¾": "34"] as [Character: String] {
      let digits = parts.map { glyphs[$0] ?? box }
      var glyph = slash
      glyph.strokes += digits[0].placed(y: 14 * (1 - smallScale), scale: smallScale).strokes
      glyph.strokes += digits[1].placed(x: 9.2, scale: smallScale).strokes
      glyphs[fraction] = glyph
    }
  }
}
