/// Dots, in one colour or in those of a map.
struct PointShape: PlotShape {
  let x: [Double]
  let y: [Double]
  let size: Double
  var opacity = 1.0
  /// The values that colours stand for, and their map.
  var values: [Double] = []
  var bar: ColorBar?

  static let most = 12_000

  func extend(_ limits: inout Limits) { limits.add(x, y) }

  func draw(on canvas: inout some Canvas, in frame: PlotFrame, _ color: Color) {
    guard let bar else {
      let points = zip(x, y).compactMap { frame.point($0, $1) }
      return dots(Thinning.spread(points.filter(frame.shows), atMost: Self.most), color, &canvas)
    }
    var groups: [Int: [Point]] = [:]
    for (index, value) in values.enumerated() {
      guard let point = frame.point(x[index], y[index]), frame.shows(point) else { continue }
      guard let level = bar.colors.level(of: value, bar.lower, bar.upper) else { continue }
      groups[level, default: []].append(point)
    }
    for (level, points) in groups.sorted(by: { $0.key < $1.key }) {
      let share = Self.most / max(groups.count, 1)
      dots(Thinning.spread(points, atMost: share), bar.colors.color(level: level), &canvas)
    }
  }

  private func dots(_ points: [Point], _ color: Color, _ canvas: inout some Canvas) {
    if points.isEmpty { return }
    // One after the other where they are translucent, so that many in one position are darker.
    if opacity < 1, points.count <= 3000 {
      for point in points {
        canvas.stroke(Path([point]), Stroke(width: size), color.opacity(opacity))
      }
      return
    }
    var path = Path()
    for point in points { path.add([point]) }
    canvas.stroke(path, Stroke(width: size), color.opacity(opacity))
  }

  var swatch: Swatch { .dot(size: max(size, 5)) }
  var colorBar: ColorBar? { bar }
  var takesColor: Bool { bar == nil }
}

extension PlotFrame {
  /// Whether a dot in a position is in the frame.
  func shows(_ point: Point) -> Bool {
    point.x >= rectangle.minX - 1 && point.x <= rectangle.maxX + 1
      && point.y >= rectangle.minY - 1 && point.y <= rectangle.maxY + 1
  }
}
