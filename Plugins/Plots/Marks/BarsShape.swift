/// Rectangles that stand on a number of the axis of y.
struct BarsShape: PlotShape {
  /// One of them.
  struct Bar: Hashable, Sendable {
    let left: Double
    let right: Double
    var foot = 0.0
    let top: Double
  }

  let bars: [Bar]
  var categories: [String] = []
  /// Whether they touch, as those of a histogram, and have one outline.
  var areJoined = false
  var opacity = 0.85

  func extend(_ limits: inout Limits) {
    for bar in bars where bar.top.isFinite && bar.foot.isFinite {
      limits.addX(bar.left)
      limits.addX(bar.right)
      limits.addY(bar.foot)
      limits.addY(bar.top)
    }
    guard bars.allSatisfy({ $0.foot == 0 }) else { return }
    if bars.allSatisfy({ !($0.top < 0) }) { limits.pin(.bottom) }
    if !bars.isEmpty, bars.allSatisfy({ $0.top <= 0 }) { limits.pin(.top) }
  }

  func draw(on canvas: inout some Canvas, in frame: PlotFrame, _ color: Color) {
    var areas = Path()
    for bar in bars {
      guard bar.top.isFinite, bar.top != bar.foot,
        let area = frame.rectangle(bar.left, bar.foot, bar.right, bar.top)
      else { continue }
      areas.lines += Path(area).lines
    }
    canvas.fill(areas, color.opacity(areJoined ? opacity * 0.65 : opacity))
    if areJoined { canvas.stroke(outline(in: frame), Stroke(width: 1.2), color) }
  }

  // Up and down along the tops, from foot to foot.
  private func outline(in frame: PlotFrame) -> Path {
    var points: [Point] = []
    for (index, bar) in bars.enumerated() {
      guard let left = frame.x.position(bar.left), let right = frame.x.position(bar.right) else {
        continue
      }
      let top = frame.foot(bar.top)
      if index == 0 { points.append(Point(x: left, y: frame.foot(bar.foot))) }
      points += [Point(x: left, y: top), Point(x: right, y: top)]
      if index == bars.count - 1 { points.append(Point(x: right, y: frame.foot(bar.foot))) }
    }
    return Path(points)
  }

  var swatch: Swatch { .bars }
}
