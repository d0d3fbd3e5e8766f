/// The positions of everything in a cell of a figure.
struct AxesLayout {
  /// The space around a frame, in pixels.
  struct Margins {
    var left = 0.0
    var top = 0.0
    var right = 0.0
    var bottom = 0.0

    /// The greater one on each side.
    func joined(_ other: Margins) -> Margins {
      Margins(
        left: max(left, other.left), top: max(top, other.top), right: max(right, other.right),
        bottom: max(bottom, other.bottom))
    }
  }

  /// The numbers at the ends of both axes.
  struct Ends: Hashable {
    var x: (Double, Double) { (lowerX, upperX) }
    var y: (Double, Double) { (lowerY, upperY) }
    var lowerX: Double
    var upperX: Double
    var lowerY: Double
    var upperY: Double
    var isIntegralX = false
    var isIntegralY = false
  }

  let axes: Axes
  let theme: Theme
  let ends: Ends
  let legend: LegendLayout
  let bar: ColorBar?
  /// Whether the axis has its labels: those of shared axes stand at the edge of the grid alone.
  var showsX = true
  var showsY = true
  // Whether the legend has found no room in the frame.
  private(set) var isLegendOutside: Bool

  init(_ axes: Axes, _ theme: Theme, _ ends: Ends) {
    (self.axes, self.theme, self.ends) = (axes, theme, ends)
    legend = LegendLayout(axes, theme)
    bar = axes.marks.lazy.compactMap(\.shape.colorBar).first
    isLegendOutside = axes.legend == .outside && !legend.entries.isEmpty
  }

  /// The ends of both axes that show all numbers of some frames.
  static func ends(of axes: Axes, _ limits: Limits) -> Ends {
    let x = AxisMap.ends(
      limits.x, axes.xScale, pinsLower: limits.pinned.contains(.left),
      pinsUpper: limits.pinned.contains(.right))
    let y = AxisMap.ends(
      limits.y, axes.yScale, pinsLower: limits.pinned.contains(.bottom),
      pinsUpper: limits.pinned.contains(.top))
    return Ends(
      lowerX: axes.xRange?.lowerBound ?? x.0, upperX: axes.xRange?.upperBound ?? x.1,
      lowerY: axes.yRange?.lowerBound ?? y.0, upperY: axes.yRange?.upperBound ?? y.1,
      isIntegralX: limits.x.hasSeveralIntegers, isIntegralY: limits.y.hasSeveralIntegers)
  }

  // MARK: - Ticks

  /// The maps of a frame.
  func frame(_ rectangle: Rectangle) -> PlotFrame {
    PlotFrame(
      rectangle: rectangle,
      x: AxisMap(
        scale: axes.xScale, lower: ends.x.0, upper: ends.x.1, start: rectangle.minX,
        end: rectangle.maxX),
      y: AxisMap(
        scale: axes.yScale, lower: ends.y.0, upper: ends.y.1, start: rectangle.maxY,
        end: rectangle.minY))
  }

  func yTicks(_ height: Double) -> Ticks {
    Ticks(
      axes.yScale, from: ends.y.0, to: ends.y.1, atMost: max(Int(height / 42), 2),
      isIntegral: ends.isIntegralY)
  }

  /// The ticks of the axis of x: as many as their labels leave room for.
  func xTicks(_ width: Double) -> Ticks {
    if !axes.categories.isEmpty {
      let ticks = axes.categories.enumerated().map { Ticks.Tick(value: Double($0), label: $1) }
      return Ticks(major: ticks.filter { $0.value >= ends.x.0 && $0.value <= ends.x.1 })
    }
    var most = max(Int(width / 46), 2)
    while true {
      let ticks = Ticks(
        axes.xScale, from: ends.x.0, to: ends.x.1, atMost: most, isIntegral: ends.isIntegralX)
      if most <= 2 || fits(ticks, width) { return ticks }
      most -= 1
    }
  }

  // Whether no two labels come close to each other.
  private func fits(_ ticks: Ticks, _ width: Double) -> Bool {
    let map = frame(Rectangle(x: 0, y: 0, width: width, height: 1)).x
    let spans = ticks.major.compactMap { tick -> (Double, Double)? in
      guard let position = map.position(tick.value) else { return nil }
      let half = StrokeFont.width(tick.label, size: TextSizes.tick) / 2
      return (position - half, position + half)
    }
    return zip(spans, spans.dropFirst()).allSatisfy { $1.0 - $0.1 >= 12 }
  }

  /// Whether the names at the axis of x are too wide to stand beside each other.
  func turnsNames(_ width: Double) -> Bool {
    !axes.categories.isEmpty && !fits(xTicks(width), width)
  }

  // MARK: - Margins

  /// The space around a frame that its labels need.
  func margins(_ size: (width: Double, height: Double)) -> Margins {
    var margins = Margins(left: 12, top: 12, right: 14, bottom: 12)
    let (width, height) = (max(size.width - 80, 40), max(size.height - 70, 30))
    if axes.title != nil { margins.top += 22 }
    if showsY {
      let labels = yTicks(height).major.map { StrokeFont.width($0.label, size: TextSizes.tick) }
      margins.left += (labels.max() ?? 0) + 9
    }
    if axes.yLabel != nil, showsY { margins.left += 20 }
    if showsX { margins.bottom += namesHeight(width) + 9 }
    if axes.xLabel != nil, showsX { margins.bottom += 20 }
    let ticks = xTicks(width).major
    if showsX, !turnsNames(width), let last = ticks.last {
      margins.right = max(margins.right, StrokeFont.width(last.label, size: TextSizes.tick) / 2 + 6)
    }
    if let bar { margins.right += 26 + barWidth(bar, height) }
    if isLegendOutside { margins.right += legend.width + 10 }
    return margins
  }

  private func namesHeight(_ width: Double) -> Double {
    guard turnsNames(width) else { return TextSizes.tick }
    let widest = axes.categories.map { StrokeFont.width($0, size: TextSizes.tick) }.max() ?? 0
    return min(widest, 140) * 0.6 + TextSizes.tick
  }

  private func barWidth(_ bar: ColorBar, _ height: Double) -> Double {
    let ticks = Ticks.linear(bar.lower, bar.upper, max(Int(height / 42), 2)).major
    let widest = ticks.map { StrokeFont.width($0.label, size: TextSizes.tick) }.max() ?? 0
    return 14 + 8 + widest + (bar.label == nil ? 0 : 20)
  }

  // MARK: - The legend

  /// Where the legend stands in a frame; nil if there is no room in it, or no legend.
  func legendBox(in rectangle: Rectangle) -> Rectangle? {
    if legend.entries.isEmpty || axes.legend == .hidden { return nil }
    if isLegendOutside {
      var box = legend.box(.outside, in: rectangle)
      if let bar { box?.x += 26 + barWidth(bar, rectangle.height) }
      return box
    }
    if let box = legend.box(axes.legend, in: rectangle) { return box }
    let fits = legend.width < rectangle.width - 16 && legend.height < rectangle.height - 16
    if !fits { return nil }
    var crowd = CrowdCanvas(rectangle)
    drawMarks(on: &crowd, in: frame(rectangle))
    return legend.candidates(in: rectangle).first { crowd.count(in: $0) == 0 }
  }

  /// The layout whose legend is beside a frame, if it has no room in it.
  func withRoomForLegend(in rectangle: Rectangle) -> AxesLayout {
    var layout = self
    if !legend.entries.isEmpty, axes.legend == .automatic, legendBox(in: rectangle) == nil {
      layout.isLegendOutside = true
    }
    return layout
  }

  func drawMarks(on canvas: inout some Canvas, in frame: PlotFrame) {
    for (mark, color) in zip(axes.marks, axes.colors(theme)) {
      mark.shape.draw(on: &canvas, in: frame, color)
    }
  }
}
