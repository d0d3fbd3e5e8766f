/// A line across the whole frame at a number.
struct RuleShape: PlotShape {
  let value: Double
  let isHorizontal: Bool
  let stroke: Stroke

  func extend(_ limits: inout Limits) {
    if isHorizontal { limits.addY(value) } else { limits.addX(value) }
  }

  func draw(on canvas: inout some Canvas, in frame: PlotFrame, _ color: Color) {
    let area = frame.rectangle
    if isHorizontal, let y = frame.y.position(value) {
      canvas.stroke(Path([Point(x: area.minX, y: y), Point(x: area.maxX, y: y)]), stroke, color)
    } else if !isHorizontal, let x = frame.x.position(value) {
      canvas.stroke(Path([Point(x: x, y: area.minY), Point(x: x, y: area.maxY)]), stroke, color)
    }
  }

  var swatch: Swatch { .line(stroke) }
}
