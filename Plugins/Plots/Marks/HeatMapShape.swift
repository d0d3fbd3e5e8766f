/// Cells of a grid in the colours of their values.
struct HeatMapShape: PlotShape {
  /// The values row by row, from the lowest y on.
  let values: [[Double]]
  /// The edges of columns and rows: one more than there are of them.
  let x: [Double]
  let y: [Double]
  let bar: ColorBar

  func extend(_ limits: inout Limits) {
    for value in x { limits.addX(value) }
    for value in y { limits.addY(value) }
    for edge in [Limits.Edge.bottom, .top, .left, .right] { limits.pin(edge) }
  }

  func draw(on canvas: inout some Canvas, in frame: PlotFrame, _ color: Color) {
    var paths: [Int: Path] = [:]
    for (row, values) in values.enumerated() {
      var start = 0
      while start < values.count {
        let level = bar.colors.level(of: values[start], bar.lower, bar.upper)
        var end = start + 1
        while end < values.count, bar.colors.level(of: values[end], bar.lower, bar.upper) == level {
          end += 1
        }
        if let level, let area = frame.rectangle(x[start], y[row], x[end], y[row + 1]) {
          // A little of each cell lies below its neighbours, or the background shows between them.
          let cell = area.inset(right: -0.5, bottom: -0.5)
          paths[level, default: Path()].lines += Path(cell).lines
        }
        start = end
      }
    }
    for (level, path) in paths.sorted(by: { $0.key < $1.key }) {
      canvas.fill(path, bar.colors.color(level: level))
    }
  }

  var swatch: Swatch { .area }
  var colorBar: ColorBar? { bar }
  var takesColor: Bool { false }
}
