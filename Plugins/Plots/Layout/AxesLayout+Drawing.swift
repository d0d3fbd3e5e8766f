// How a frame is drawn.
extension AxesLayout {
  func draw(on canvas: inout some Canvas, in rectangle: Rectangle, cell: Rectangle) {
    let frame = frame(rectangle)
    let (x, y) = (xTicks(rectangle.width), yTicks(rectangle.height))
    drawGrid(on: &canvas, frame, x, y)
    canvas.clip(to: rectangle.inset(left: -1, top: -1, right: -1, bottom: -1))
    drawMarks(on: &canvas, in: frame)
    canvas.clip(to: nil)
    drawAxes(on: &canvas, frame, x, y)
    if showsX { drawXLabels(on: &canvas, frame, x, cell) }
    if showsY { drawYLabels(on: &canvas, frame, y, cell) }
    if let title = axes.title {
      let position = Point(x: rectangle.center.x, y: rectangle.minY - 11)
      canvas.text(title, at: position, size: TextSizes.title, .middle, theme.text)
    }
    if let bar { drawBar(bar, on: &canvas, rectangle) }
    if let box = legendBox(in: rectangle) { legend.draw(on: &canvas, in: box, theme) }
  }

  private func drawGrid(on canvas: inout some Canvas, _ frame: PlotFrame, _ x: Ticks, _ y: Ticks) {
    let area = frame.rectangle
    var path = Path()
    if axes.categories.isEmpty {
      for position in positions(x.major.map(\.value), frame.x, area.minX, area.maxX) {
        path.add([Point(x: position, y: area.minY), Point(x: position, y: area.maxY)])
      }
    }
    for position in positions(y.major.map(\.value), frame.y, area.minY, area.maxY) {
      path.add([Point(x: area.minX, y: position), Point(x: area.maxX, y: position)])
    }
    canvas.stroke(path, Stroke(width: 0.8), theme.grid)
  }

  // Those within the frame.
  private func positions(
    _ values: [Double], _ map: AxisMap, _ least: Double, _ greatest: Double
  ) -> [Double] {
    values.compactMap(map.position).filter { $0 >= least - 0.5 && $0 <= greatest + 0.5 }
  }

  private func drawAxes(on canvas: inout some Canvas, _ frame: PlotFrame, _ x: Ticks, _ y: Ticks) {
    let area = frame.rectangle
    let corner = Point(x: area.minX, y: area.maxY)
    var path = Path([
      Point(x: area.minX, y: area.minY), corner, Point(x: area.maxX, y: area.maxY),
    ])
    for (values, length) in [(x.major.map(\.value), 4.0), (x.minor, 2)] {
      for position in positions(values, frame.x, area.minX, area.maxX) {
        path.add([Point(x: position, y: area.maxY), Point(x: position, y: area.maxY + length)])
      }
    }
    for (values, length) in [(y.major.map(\.value), 4.0), (y.minor, 2)] {
      for position in positions(values, frame.y, area.minY, area.maxY) {
        path.add([Point(x: area.minX, y: position), Point(x: area.minX - length, y: position)])
      }
    }
    canvas.stroke(path, Stroke(width: 1), theme.axis)
  }

  private func drawXLabels(
    on canvas: inout some Canvas, _ frame: PlotFrame, _ ticks: Ticks, _ cell: Rectangle
  ) {
    let area = frame.rectangle
    let isTurned = turnsNames(area.width)
    for tick in ticks.major {
      guard let x = frame.x.position(tick.value), x >= area.minX - 0.5, x <= area.maxX + 0.5 else {
        continue
      }
      if isTurned {
        let position = Point(x: x + 4, y: area.maxY + 8 + TextSizes.tick * 0.5)
        canvas.text(
          Self.shortened(tick.label, to: 140), at: position, size: TextSizes.tick, .end, theme.text,
          rotation: 35)
      } else {
        let position = Point(x: x, y: area.maxY + 8 + StrokeFont.capHeight * TextSizes.tick)
        canvas.text(tick.label, at: position, size: TextSizes.tick, .middle, theme.text)
      }
    }
    if let label = axes.xLabel {
      let position = Point(x: area.center.x, y: cell.maxY - 10)
      canvas.text(label, at: position, size: TextSizes.label, .middle, theme.text)
    }
  }

  // A name that is too long ends in an ellipsis.
  private static func shortened(_ text: String, to width: Double) -> String {
    if StrokeFont.width(text, size: TextSizes.tick) <= width { return text }
    var short = text
    while !short.isEmpty, StrokeFont.width(short + "…", size: TextSizes.tick) > width {
      short.removeLast()
    }
    return short + "…"
  }

  private func drawYLabels(
    on canvas: inout some Canvas, _ frame: PlotFrame, _ ticks: Ticks, _ cell: Rectangle
  ) {
    let area = frame.rectangle
    for tick in ticks.major {
      guard let y = frame.y.position(tick.value), y >= area.minY - 0.5, y <= area.maxY + 0.5 else {
        continue
      }
      let position = Point(x: area.minX - 8, y: y + StrokeFont.capHeight * TextSizes.tick / 2)
      canvas.text(tick.label, at: position, size: TextSizes.tick, .end, theme.text)
    }
    if let label = axes.yLabel {
      let position = Point(x: cell.minX + 18, y: area.center.y)
      canvas.text(
        label, at: position, size: TextSizes.label, .middle, theme.text, rotation: 90)
    }
  }

  private func drawBar(_ bar: ColorBar, on canvas: inout some Canvas, _ rectangle: Rectangle) {
    let area = Rectangle(
      x: rectangle.maxX + 16, y: rectangle.minY, width: 14, height: rectangle.height)
    let step = area.height / Double(ColorMap.levels)
    for level in 0..<ColorMap.levels {
      let slice = Rectangle(
        x: area.x, y: area.maxY - Double(level + 1) * step, width: area.width, height: step + 0.6)
      canvas.fill(Path(slice), bar.colors.color(level: level))
    }
    let map = AxisMap(
      scale: .linear, lower: bar.lower, upper: bar.upper, start: area.maxY, end: area.minY)
    let ticks = Ticks.linear(bar.lower, bar.upper, max(Int(area.height / 42), 2)).major
    var widest = 0.0
    for tick in ticks {
      guard let y = map.position(tick.value) else { continue }
      let position = Point(x: area.maxX + 6, y: y + StrokeFont.capHeight * TextSizes.tick / 2)
      canvas.text(tick.label, at: position, size: TextSizes.tick, .start, theme.text)
      widest = max(widest, StrokeFont.width(tick.label, size: TextSizes.tick))
    }
    if let label = bar.label {
      let position = Point(x: area.maxX + widest + 22, y: area.center.y)
      canvas.text(
        label, at: position, size: TextSizes.label, .middle, theme.text, rotation: 90)
    }
  }
}
