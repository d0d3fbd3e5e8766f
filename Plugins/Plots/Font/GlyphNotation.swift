// The notation of drawings: a line for each character.
//
//     R 8.8 sd | 0,0 0,14 4.6,14 @4.6,10.2,3.8,3.8,90,-90 0,6.4 | 4.8,6.4 8.8,0
//
// It has the character, the width of what is drawn, a letter each for the space on its left and right,
// and the strokes of the pen after bars. A step is a point `x,y`, an arc `@x,y,rx,ry,from,to` about a
// center with two radii and angles in degrees, a Bézier curve `~x,y,x,y,x,y` by two control points and
// its end, or a dot `*x,y`. Capitals and digits are 14 units high, small letters 10; they go down to -4.

extension Glyph {
  /// The space beside a shape, which looks the same for all if round and slanted ones have less of it.
  private static let spaces: [Character: Double] = [
    "s": 2.1, "r": 1.65, "o": 1.3, "d": 1.1, "t": 1.5, "p": 1.8, "n": 0,
  ]

  /// The radius of a dot's inner circle, which makes it somewhat wider than a line.
  fileprivate static let dotRadius = 0.28

  /// Reads a line of the notation; none if it is not one.
  static func read(_ line: Substring) -> (character: Character, glyph: Glyph)? {
    guard let character = line.first else { return nil }
    let parts = line.dropFirst().split(separator: " |", omittingEmptySubsequences: false)
    let head = (parts.first ?? "").split(separator: " ")
    guard head.count == 2, let width = Double(head[0]), let leftName = head[1].first,
      let rightName = head[1].last, let left = spaces[leftName], let right = spaces[rightName]
    else { return nil }
    var glyph = Glyph(advance: width)
    for part in parts.dropFirst() {
      var stroke: [Step] = []
      for step in part.split(separator: " ") {
        guard let step = Step(step) else { return nil }
        stroke.append(step)
      }
      glyph.strokes.append(stroke)
    }
    return (character, glyph.padded(left: left, right: right))
  }

  /// Reads lines of the notation.
  static func readAll(_ text: String) -> [Character: Glyph] {
    let entries = text.split(separator: "\n").map { line in
      guard let entry = read(line) else {
        preconditionFailure("no drawing of a character: \(line)")
      }
      return (entry.character, entry.glyph)
    }
    return Dictionary(uniqueKeysWithValues: entries)
  }

}

extension Glyph.Step {
  fileprivate init?(_ text: Substring) {
    let kind = text.first.flatMap { "@~*".contains($0) ? $0 : nil }
    let numbers = text.dropFirst(kind == nil ? 0 : 1).split(separator: ",").map { Double($0) }
    let n = numbers.compactMap(\.self)
    guard n.count == numbers.count else { return nil }
    switch (kind, n.count) {
    case (nil, 2): self = .line(Point(x: n[0], y: n[1]))
    case ("*", 2):
      let radius = Glyph.dotRadius
      self = .arc(
        center: Point(x: n[0], y: n[1]), radii: Point(x: radius, y: radius), from: 0, to: 360)
    case ("@", 6):
      self = .arc(
        center: Point(x: n[0], y: n[1]), radii: Point(x: n[2], y: n[3]), from: n[4], to: n[5])
    case ("~", 6):
      self = .curve(Point(x: n[0], y: n[1]), Point(x: n[2], y: n[3]), Point(x: n[4], y: n[5]))
    default: return nil
    }
  }
}
