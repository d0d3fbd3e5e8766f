/// What a mark draws.
protocol PlotShape: Sendable {
  /// Adds the numbers that the axes have to show.
  func extend(_ limits: inout Limits)

  /// Draws the shape within a frame.
  func draw(on canvas: inout some Canvas, in frame: PlotFrame, _ color: Color)

  /// The shape as a legend shows it.
  var swatch: Swatch { get }

  /// The names of the positions 0, 1, 2 and so on of the axis of x; none for an axis of numbers.
  var categories: [String] { get }

  /// The colours of values, for a shape that has them instead of one colour.
  var colorBar: ColorBar? { get }

  /// Whether it takes a colour of its own from the cycle.
  var takesColor: Bool { get }
}

extension PlotShape {
  var categories: [String] { [] }
  var colorBar: ColorBar? { nil }
  var takesColor: Bool { true }
}

/// A piece of a shape, as a legend shows it.
enum Swatch: Hashable, Sendable {
  case line(Stroke)
  case dot(size: Double)
  case area
  case bars
}

/// The values that the colours of a map stand for.
struct ColorBar: Hashable, Sendable {
  let colors: ColorMap
  let lower: Double
  let upper: Double
  var label: String?
}

/// The rectangle between the axes, and the positions of numbers in it.
struct PlotFrame {
  let rectangle: Rectangle
  let x: AxisMap
  let y: AxisMap

  /// The position of a pair of numbers; nil if an axis cannot show one of them.
  func point(_ x: Double, _ y: Double) -> Point? {
    guard let x = self.x.position(x), let y = self.y.position(y) else { return nil }
    return Point(x: x, y: y)
  }

  /// The position of a number on the axis of y, or that of the end nearest to one which it cannot show.
  func foot(_ value: Double) -> Double { y.position(value) ?? y.start }

  /// The rectangle between two pairs of numbers, as far as it is in the frame; nil if there is none.
  func rectangle(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double) -> Rectangle? {
    guard let left = x.position(x0), let right = x.position(x1) else { return nil }
    let (bottom, top) = (foot(y0), foot(y1))
    guard left.isFinite, right.isFinite, bottom.isFinite, top.isFinite else { return nil }
    return Rectangle(
      x: min(left, right), y: min(bottom, top), width: abs(right - left), height: abs(bottom - top))
  }
}
