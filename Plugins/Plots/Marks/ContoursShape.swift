/// Lines along which a function of two numbers has the same value.
struct ContoursShape: PlotShape {
  /// The values row by row, from the lowest y on.
  let values: [[Double]]
  let x: [Double]
  let y: [Double]
  let levels: [Double]
  let stroke: Stroke
  var bar: ColorBar?

  func extend(_ limits: inout Limits) {
    for value in x { limits.addX(value) }
    for value in y { limits.addY(value) }
    for edge in [Limits.Edge.bottom, .top, .left, .right] { limits.pin(edge) }
  }

  func draw(on canvas: inout some Canvas, in frame: PlotFrame, _ color: Color) {
    for level in levels {
      var path = Path()
      for line in ContourLines.lines(of: values, x, y, at: level) {
        let points = line.compactMap { frame.point($0.0, $0.1) }
        if points.count > 1 { path.add(points) }
      }
      if path.lines.isEmpty { continue }
      let own = bar.flatMap { bar in
        bar.colors.level(of: level, bar.lower, bar.upper).map(bar.colors.color)
      }
      canvas.stroke(path, stroke, own ?? color)
    }
  }

  var swatch: Swatch { .line(stroke) }
  var colorBar: ColorBar? { bar }
  var takesColor: Bool { bar == nil }
}
