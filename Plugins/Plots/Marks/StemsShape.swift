/// Dots with lines down to a foot, as for the mass of integers.
struct StemsShape: PlotShape {
  let x: [Double]
  let y: [Double]

  func extend(_ limits: inout Limits) {
    limits.add(x, y)
    limits.addY(0)
    if y.allSatisfy({ !($0 < 0) }) { limits.pin(.bottom) }
  }

  func draw(on canvas: inout some Canvas, in frame: PlotFrame, _ color: Color) {
    var (lines, dots) = (Path(), Path())
    for (a, b) in zip(x, y) {
      guard let point = frame.point(a, b) else { continue }
      lines.add([Point(x: point.x, y: frame.foot(0)), point])
      dots.add([point])
    }
    canvas.stroke(lines, Stroke(width: 1.2), color)
    canvas.stroke(dots, Stroke(width: 5.5), color)
  }

  var swatch: Swatch { .dot(size: 5.5) }
}
