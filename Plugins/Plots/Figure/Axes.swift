/// The corner of a figure that its legend stands in.
public enum LegendPosition: Sendable, Hashable {
  /// Where it covers the least of the marks, or beside them.
  case automatic
  case topLeft
  case topRight
  case bottomLeft
  case bottomRight
  /// To the right of the frame.
  case outside
  /// Nowhere.
  case hidden
}

/// A frame with two axes, and the marks in it: a cell of a ``Figure``.
public struct Axes: Sendable {
  /// The marks, the first one below the others.
  public var marks: [Mark]
  /// The title above the frame.
  public var title: String?
  /// The text below the axis of x.
  public var xLabel: String?
  /// The text beside the axis of y.
  public var yLabel: String?
  /// The way from numbers to positions on the axis of x.
  public var xScale: AxisScale
  /// The way from numbers to positions on the axis of y.
  public var yScale: AxisScale
  /// The numbers at the ends of the axis of x; those that the marks need unless given.
  public var xRange: ClosedRange<Double>?
  /// The numbers at the ends of the axis of y; those that the marks need unless given.
  public var yRange: ClosedRange<Double>?
  /// The position of the legend, which names the marks that have a label.
  public var legend: LegendPosition

  /// Puts marks into a frame.
  public init(
    _ marks: Mark..., title: String? = nil, xLabel: String? = nil, yLabel: String? = nil,
    xScale: AxisScale = .linear, yScale: AxisScale = .linear, xRange: ClosedRange<Double>? = nil,
    yRange: ClosedRange<Double>? = nil, legend: LegendPosition = .automatic
  ) {
    self.init(
      marks: marks, title: title, xLabel: xLabel, yLabel: yLabel, xScale: xScale, yScale: yScale,
      xRange: xRange, yRange: yRange, legend: legend)
  }

  /// Puts an array of marks into a frame.
  public init(
    marks: [Mark], title: String? = nil, xLabel: String? = nil, yLabel: String? = nil,
    xScale: AxisScale = .linear, yScale: AxisScale = .linear, xRange: ClosedRange<Double>? = nil,
    yRange: ClosedRange<Double>? = nil, legend: LegendPosition = .automatic
  ) {
    (self.marks, self.title, self.xLabel, self.yLabel) = (marks, title, xLabel, yLabel)
    (self.xScale, self.yScale, self.legend) = (xScale, yScale, legend)
    (self.xRange, self.yRange) = (xRange, yRange)
    for (range, scale, name) in [(xRange, xScale, "xRange"), (yRange, yScale, "yRange")] {
      guard let range else { continue }
      precondition(
        range.lowerBound < range.upperBound && range.lowerBound.isFinite
          && range.upperBound.isFinite
          && (scale != .log || range.lowerBound > 0),
        "Axes: \(name) is \(range); give two finite numbers, the smaller one first, above 0 for a logarithmic axis"
      )
    }
  }

  /// The least and the greatest numbers of all marks.
  var limits: Limits {
    var limits = Limits(xScale, yScale)
    for mark in marks { mark.shape.extend(&limits) }
    return limits
  }

  /// The colours of the marks: their own, or the next of a cycle.
  func colors(_ theme: Theme) -> [Color] {
    var next = 0
    return marks.map { mark in
      if let color = mark.color { return color }
      if !mark.shape.takesColor { return theme.text }
      if mark.shape is TextShape { return theme.text }
      defer { next += 1 }
      return theme.cycle[next % theme.cycle.count]
    }
  }

  /// The names of the positions of the axis of x, if it has some.
  var categories: [String] { marks.map(\.shape.categories).max { $0.count < $1.count } ?? [] }
}
