/// A surface that paths are drawn on: a file of paths, or a grid of pixels.
protocol Canvas {
  /// Fills the area that a path surrounds, by the nonzero rule.
  mutating func fill(_ path: Path, _ color: Color)

  /// Draws the lines of a path.
  mutating func stroke(_ path: Path, _ stroke: Stroke, _ color: Color)

  /// Draws the lines of a text, which readers that cannot see them are told.
  mutating func label(_ text: String, _ path: Path, _ stroke: Stroke, _ color: Color)

  /// Keeps what is drawn from now on within a rectangle, or within the whole picture.
  mutating func clip(to rectangle: Rectangle?)
}

extension Canvas {
  mutating func label(_ text: String, _ path: Path, _ stroke: Stroke, _ color: Color) {
    self.stroke(path, stroke, color)
  }

  /// Draws a text.
  ///
  /// - Parameters:
  ///   - position: The position on its line that the anchor stands at.
  ///   - size: The size of the font in pixels.
  ///   - rotation: The angle that it is turned by around the position, in degrees counterclockwise.
  mutating func text(
    _ text: String, at position: Point, size: Double, _ anchor: StrokeFont.Anchor, _ color: Color,
    rotation: Double = 0
  ) {
    let path = StrokeFont.path(
      text, size: size, at: position, anchor: anchor, rotation: rotation)
    label(text, path, Stroke(width: StrokeFont.strokeWidth(size: size)), color)
  }
}
