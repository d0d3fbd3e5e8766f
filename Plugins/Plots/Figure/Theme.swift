/// The colours of a figure.
public struct Theme: Sendable, Hashable {
  /// The background.
  public var background: Color
  /// Titles and labels.
  public var text: Color
  /// The frame and the ticks.
  public var axis: Color
  /// The lines behind the marks.
  public var grid: Color
  /// The colours of marks, one after the other; readers who see few colours can tell them apart.
  public var cycle: [Color]

  /// Mixes a theme.
  public init(background: Color, text: Color, axis: Color, grid: Color, cycle: [Color]) {
    precondition(!cycle.isEmpty, "Theme: the cycle has no colours; give at least one")
    (self.background, self.text, self.axis, self.grid) = (background, text, axis, grid)
    self.cycle = cycle
  }

  // Source of the colours: M. Okabe and K. Ito, "Color Universal Design" (2008), without the yellow that is too light
  // for lines.

  /// Dark on white.
  public static let light = Theme(
    background: Color(0xFFFFFF), text: Color(0x222222), axis: Color(0x8A8A8A),
    grid: Color(0xE6E6E6),
    cycle: [0x0072B2, 0xE69F00, 0x009E73, 0xD55E00, 0xCC79A7, 0x56B4E9, 0x5F5F5F].map(Color.init))

  /// Light on nearly black.
  public static let dark = Theme(
    background: Color(0x17191C), text: Color(0xE8E8E8), axis: Color(0x80858C),
    grid: Color(0x33373D),
    cycle: [0x56B4E9, 0xE69F00, 0x2BC397, 0xFF7F3F, 0xE59AC4, 0x8FA8FF, 0xB9B9B9].map(Color.init))
}
