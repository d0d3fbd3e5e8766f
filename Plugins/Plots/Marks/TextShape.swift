/// A text at a pair of numbers.
struct TextShape: PlotShape {
  let text: String
  let x: Double
  let y: Double

  func extend(_ limits: inout Limits) { limits.add([x], [y]) }

  func draw(on canvas: inout some Canvas, in frame: PlotFrame, _ color: Color) {
    guard let point = frame.point(x, y), frame.shows(point) else { return }
    canvas.text(text, at: Point(x: point.x, y: point.y - 6), size: 11, .middle, color)
  }

  var swatch: Swatch { .area }
}
