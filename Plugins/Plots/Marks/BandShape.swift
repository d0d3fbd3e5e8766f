/// The area between two lines.
struct BandShape: PlotShape {
  let x: [Double]
  let lower: [Double]
  let upper: [Double]
  var opacity = 0.25

  func extend(_ limits: inout Limits) {
    limits.add(x, lower)
    limits.add(x, upper)
  }

  func draw(on canvas: inout some Canvas, in frame: PlotFrame, _ color: Color) {
    var (path, top, bottom) = (Path(), [Point](), [Point]())
    func close() {
      let outline = Thinning.thinned(top) + Thinning.thinned(bottom).reversed()
      if top.count > 1 { path.add(outline, isClosed: true) }
      (top, bottom) = ([], [])
    }
    for index in x.indices {
      guard let high = frame.point(x[index], upper[index]),
        let low = frame.point(x[index], lower[index])
      else {
        close()
        continue
      }
      top.append(high)
      bottom.append(low)
    }
    close()
    canvas.fill(path, color.opacity(opacity))
  }

  var swatch: Swatch { .area }
}
