/// Dots with lines from a lower to an upper number.
struct ErrorBarsShape: PlotShape {
  let x: [Double]
  let y: [Double]
  let lower: [Double]
  let upper: [Double]

  func extend(_ limits: inout Limits) {
    for values in [y, lower, upper] { limits.add(x, values) }
  }

  func draw(on canvas: inout some Canvas, in frame: PlotFrame, _ color: Color) {
    var (lines, dots) = (Path(), Path())
    for index in x.indices {
      if let center = frame.point(x[index], y[index]) { dots.add([center]) }
      guard let low = frame.point(x[index], lower[index]),
        let high = frame.point(x[index], upper[index])
      else { continue }
      lines.add([low, high])
      for end in [low, high] {
        lines.add([Point(x: end.x - 3.5, y: end.y), Point(x: end.x + 3.5, y: end.y)])
      }
    }
    canvas.stroke(lines, Stroke(width: 1.2), color)
    canvas.stroke(dots, Stroke(width: 6), color)
  }

  var swatch: Swatch { .dot(size: 6) }
}
