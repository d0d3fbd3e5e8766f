import Testing

@testable import LevinPlots

@Suite struct GlyphTests {
  private static let ascii = (UInt8(0x21)...0x7E).map { Character(Unicode.Scalar($0)) }

  private func has(_ character: Character) -> Bool {
    GlyphTable.glyph(of: character) != GlyphTable.box
  }

  @Test func allCharactersOfASCIIAreDrawnAndDiffer() {
    #expect(Self.ascii.allSatisfy { has($0) && !GlyphTable.glyph(of: $0).strokes.isEmpty })
    #expect(Set(Self.ascii.map(GlyphTable.glyph)).count == Self.ascii.count)
    #expect(GlyphTable.glyph(of: " ").strokes.isEmpty)
  }

  @Test func lettersOfLatin1AndSignsOfPlotsAreDrawn() {
    let latin = (0xA1...0xFF).filter { $0 != 0xAD }.map { Character(Unicode.Scalar($0)!) }
    #expect(latin.filter { !has($0) } == [])
    let greek = "αβγδεζηθικλμνξοπρσςτυφχψωΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩϑϕϵ"
    #expect(greek.filter { !has($0) }.isEmpty)
    let signs = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺₀₁₂₃₄₅₆₇₈₉₋₊·×÷±−–—…°≤≥≈≠∞√∑∏∫∂∇→←↑↓•%‰§µ€£«»„“”‘’"
    #expect(signs.filter { !has($0) }.isEmpty)
    let europe = "ŒœŁłŠšŽžČčĆćĘęĄąŃńŚśŹźŻżŐőŰűĞğİıŞşȘșŢţĀāĒēĪīŪūŘřŤťĎďŇňŮůĐđ"
    #expect(europe.filter { !has($0) }.isEmpty)
  }

  @Test func glyphsThatStandForEachOtherAreTheSame() {
    #expect(GlyphTable.glyph(of: "µ") == GlyphTable.glyph(of: "μ"))
    #expect(GlyphTable.glyph(of: "Α") == GlyphTable.glyph(of: "A"))
    #expect(GlyphTable.glyph(of: "\u{2212}") != GlyphTable.glyph(of: "-"))
  }

  @Test func accentsAreFoundWhetherTheyAreComposedOrNot() {
    for (composed, apart) in [("é", "e\u{301}"), ("Ç", "C\u{327}"), ("ö", "o\u{308}")] {
      let (one, other) = (GlyphTable.glyph(of: Character(composed)), Character(apart))
      #expect(one == GlyphTable.glyph(of: other))
      #expect(one != GlyphTable.box)
    }
    // Statistics has letters with marks that no single scalar stands for.
    for (base, mark) in [("x", "\u{304}"), ("θ", "\u{302}"), ("β", "\u{303}"), ("p", "\u{302}")] {
      let glyph = GlyphTable.glyph(of: Character(base + mark))
      #expect(glyph != GlyphTable.box)
      #expect(glyph.strokes.count > GlyphTable.glyph(of: Character(base)).strokes.count)
    }
  }

  @Test func marksStandAboveTheirLettersAndAnIWithOneLosesItsDot() {
    let (acute, plain) = (GlyphTable.glyph(of: "É"), GlyphTable.glyph(of: "E"))
    #expect(acute.bounds.maxY > plain.bounds.maxY + 2)
    #expect(GlyphTable.glyph(of: "ê").bounds.maxY < 14.5)
    #expect(GlyphTable.glyph(of: "ç").bounds.minY < -3)
    #expect(GlyphTable.glyph(of: "í").strokes.count == 2)
    #expect(GlyphTable.glyph(of: "į").strokes.count == 3)
  }

  @Test func whatHasNoGlyphIsABoxSoThatNothingIsLost() {
    let unknown: [Character] = ["漢", "🙂", "👩‍🔬", "\n", "\u{1B}", "q\u{489}", "א"]
    for character in unknown { #expect(GlyphTable.glyph(of: character) == GlyphTable.box) }
    #expect(GlyphTable.box.bounds.width > 5)
    #expect(GlyphTable.box.bounds.height == 14)
  }

  @Test func digitsAndSignsOfMathematicsHaveOneWidth() {
    let advances = "0123456789+−=×÷±<>≤≥≈≠".map { GlyphTable.glyph(of: $0).advance }
    #expect(Set(advances).count == 1)
  }

  @Test func noGlyphLeavesItsBox() {
    let accented = "ÄÉÑŐÅŽÇąįüéßœ"
    let others = "αβγδεζηθικλμνξπρσςτυφχψωΓΔΘΛΞΠΣΦΨΩ∑∫√∞→↑‰€§¶±½⁻³₀"
    // Half of a line's width lies outside its points.
    let (top, bottom) = (20 * StrokeFont.ascent - 0.8, -20 * StrokeFont.descent + 0.8)
    for character in Self.ascii + Array(accented) + Array(others) {
      let (glyph, bounds) = (
        GlyphTable.glyph(of: character), GlyphTable.glyph(of: character).bounds
      )
      #expect(bounds.minX >= -0.01 && bounds.maxX <= glyph.advance + 0.01, "\(character)")
      #expect(bounds.minY >= bottom - 0.01 && bounds.maxY <= top + 0.01, "\(character)")
    }
  }

  @Test func raisedAndLoweredDigitsAreSmallAndOnTheirSides() {
    let (digit, raised, lowered) = (
      GlyphTable.glyph(of: "4").bounds, GlyphTable.glyph(of: "⁴").bounds,
      GlyphTable.glyph(of: "₄").bounds
    )
    for small in [raised, lowered] { #expect(small.height < 0.7 * digit.height) }
    #expect(raised.minY > 6 && raised.maxY > digit.maxY)
    #expect(lowered.minY < -2 && lowered.maxY < 7)
  }

  @Test(arguments: [0.5, 0.05, 0.005])
  func curvesAreAsFineAsAskedFor(tolerance: Double) throws {
    let radius = 5.0
    let circle = Glyph(
      strokes: [
        [.arc(center: Point(x: 0, y: 0), radii: Point(x: radius, y: radius), from: 30, to: 390)]
      ], advance: 0)
    let points = circle.points(tolerance: tolerance)[0]
    for (one, other) in zip(points, points.dropFirst()) {
      let (x, y) = ((one.x + other.x) / 2, (one.y + other.y) / 2)
      #expect(radius - (x * x + y * y).squareRoot() <= tolerance * 1.0001)
    }
    // Twice as many would be four times as fine.
    #expect(points.count < Int(4.5 * (radius / tolerance).squareRoot()))
  }

  @Test func aCurveEndsWhereItIsSaidToAndStaysNearItself() {
    let steps: [Glyph.Step] = [
      .line(Point(x: 0, y: 0)),
      .curve(Point(x: 0, y: 6), Point(x: 8, y: 6), Point(x: 8, y: 0)),
    ]
    let glyph = Glyph(strokes: [steps], advance: 8)
    let (coarse, fine) = (glyph.points(tolerance: 0.05)[0], glyph.points(tolerance: 1e-5)[0])
    #expect(coarse.last == Point(x: 8, y: 0))
    #expect(coarse.count < 20)
    for (one, other) in zip(coarse, coarse.dropFirst()) {
      let middle = Point(x: (one.x + other.x) / 2, y: (one.y + other.y) / 2)
      let distances = fine.map {
        (($0.x - middle.x) * ($0.x - middle.x) + ($0.y - middle.y) * ($0.y - middle.y)).squareRoot()
      }
      #expect(distances.min()! <= 0.06)
    }
  }

  @Test(arguments: [
    "", "A", "A 3", "A x ss | 0,0", "A 3 qq | 0,0", "A 3 ss | 0", "A 3 ss | @1,2,3",
  ])
  func whatIsNoDrawingIsNotRead(line: String) {
    #expect(Glyph.read(Substring(line))?.glyph == nil)
  }
}
