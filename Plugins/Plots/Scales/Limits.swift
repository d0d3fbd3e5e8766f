/// The least and the greatest number on each axis, as far as they can be shown.
struct Limits {
  /// The numbers on one axis.
  struct Span: Hashable, Sendable {
    var lower = Double.infinity
    var upper = -Double.infinity
    /// Whether all of them are integers.
    var isIntegral = true

    var isEmpty: Bool { lower > upper }

    /// Whether an axis of them has ticks at integers alone.
    var hasSeveralIntegers: Bool { isIntegral && upper - lower >= 1 }

    mutating func add(_ value: Double) {
      lower = min(lower, value)
      upper = max(upper, value)
      if isIntegral { isIntegral = value == value.rounded() }
    }
  }

  let xScale: AxisScale
  let yScale: AxisScale
  private(set) var x = Span()
  private(set) var y = Span()
  /// The ends of axes that data lie against, such as the feet of bars, and that need no margin.
  private(set) var pinned: Set<Edge> = []

  /// An end of an axis.
  enum Edge { case bottom, top, left, right }

  init(_ xScale: AxisScale = .linear, _ yScale: AxisScale = .linear) {
    (self.xScale, self.yScale) = (xScale, yScale)
  }

  mutating func addX(_ value: Double) {
    if Self.isShown(value, xScale) { x.add(value) }
  }

  mutating func addY(_ value: Double) {
    if Self.isShown(value, yScale) { y.add(value) }
  }

  /// Adds points as far as both of their numbers can be shown.
  mutating func add(_ xs: [Double], _ ys: [Double]) {
    for (a, b) in zip(xs, ys) where Self.isShown(a, xScale) && Self.isShown(b, yScale) {
      x.add(a)
      y.add(b)
    }
  }

  /// Has bars stand on the lower end of the axis of y.
  mutating func pin(_ edge: Edge) { pinned.insert(edge) }

  static func isShown(_ value: Double, _ scale: AxisScale) -> Bool {
    value.isFinite && (scale != .log || value >= .leastNormalMagnitude)
  }
}
