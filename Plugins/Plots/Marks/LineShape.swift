/// Lines from point to point.
struct LineShape: PlotShape {
  let x: [Double]
  let y: [Double]
  let stroke: Stroke
  var isStepped = false

  func extend(_ limits: inout Limits) { limits.add(x, y) }

  func draw(on canvas: inout some Canvas, in frame: PlotFrame, _ color: Color) {
    canvas.stroke(path(in: frame), stroke, color)
  }

  /// The lines without gaps, thinned to what can be told apart.
  func path(in frame: PlotFrame) -> Path {
    var (path, run) = (Path(), [Point]())
    func close() {
      if !run.isEmpty { path.add(Thinning.thinned(run)) }
      run = []
    }
    for (a, b) in zip(x, y) {
      guard let point = frame.point(a, b) else {
        close()
        continue
      }
      if isStepped, let last = run.last { run.append(Point(x: point.x, y: last.y)) }
      run.append(point)
    }
    close()
    return path
  }

  var swatch: Swatch { .line(stroke) }
}
