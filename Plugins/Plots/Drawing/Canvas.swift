/// A surface that paths are drawn on: a file of paths, or a grid of pixels.
protocol Canvas {
  /// Fills the area that a path surrounds, by the nonzero rule.
  mutating func fill(_ path: Path, _ color: Color)

  /// Draws the lines of a path.
  mutating func stroke(_ path: Path, _ stroke: Stroke, _ color: Color)

  /// Keeps what is drawn from now on within a rectangle, or within the whole picture.
  mutating func clip(to rectangle: Rectangle?)
}
