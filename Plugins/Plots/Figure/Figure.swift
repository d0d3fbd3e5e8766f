/// A picture of data, written as SVG or PNG, or printed in a terminal.
///
///     let figure = Figure(
///       .histogram(samples, bins: 50, density: true, label: "data"),
///       .line(x, density, label: "model"), xLabel: "x")
///     try figure.write(to: "density.svg")
///
/// A figure is a value: what it shows is read when its marks are made. Several frames are put in a grid by
/// ``init(grid:title:sharesX:sharesY:width:height:theme:)``.
public struct Figure: Sendable {
  /// The frames, row by row.
  public var grid: [[Axes]]
  /// The title above all of them.
  public var title: String?
  /// Whether the frames of a column have the same axis of x.
  public var sharesX: Bool
  /// Whether the frames of a row have the same axis of y.
  public var sharesY: Bool
  /// The width in pixels.
  public var width: Double
  /// The height in pixels.
  public var height: Double
  /// The colours.
  public var theme: Theme

  static let defaultWidth = 720.0
  static let defaultHeight = 432.0

  /// Puts frames into a grid.
  ///
  /// - Parameters:
  ///   - grid: The frames, row by row; rows may have different numbers of them.
  ///   - title: The title above all of them.
  ///   - sharesX: Whether the frames of a column have the same axis of x.
  ///   - sharesY: Whether the frames of a row have the same axis of y.
  ///   - width: The width in pixels; 480 for each column unless given, and 720 for a single one.
  ///   - height: The height in pixels; 320 for each row unless given, and 432 for a single one.
  ///   - theme: The colours.
  public init(
    grid: [[Axes]], title: String? = nil, sharesX: Bool = false, sharesY: Bool = false,
    width: Double? = nil, height: Double? = nil, theme: Theme = .light
  ) {
    let columns = grid.map(\.count).max() ?? 0
    (self.grid, self.title, self.sharesX, self.sharesY) = (grid, title, sharesX, sharesY)
    self.width = width ?? (columns > 1 ? 480 * Double(columns) : Self.defaultWidth)
    self.height = height ?? (grid.count > 1 ? 320 * Double(grid.count) : Self.defaultHeight)
    self.theme = theme
    precondition(
      (50...20_000).contains(self.width) && (50...20_000).contains(self.height),
      "Figure: a size of \(self.width) x \(self.height) pixels; give 50 to 20000 for each")
  }

  /// Puts marks into one frame.
  ///
  /// - Parameters:
  ///   - marks: The marks, the first one below the others.
  ///   - title: The title above the frame.
  ///   - xLabel: The text below the axis of x.
  ///   - yLabel: The text beside the axis of y.
  ///   - xScale: The way from numbers to positions on the axis of x.
  ///   - yScale: The way from numbers to positions on the axis of y.
  ///   - xRange: The numbers at the ends of the axis of x; those that the marks need unless given.
  ///   - yRange: The numbers at the ends of the axis of y; those that the marks need unless given.
  ///   - legend: The position of the legend, which names the marks that have a label.
  ///   - width: The width in pixels.
  ///   - height: The height in pixels.
  ///   - theme: The colours.
  public init(
    _ marks: Mark..., title: String? = nil, xLabel: String? = nil, yLabel: String? = nil,
    xScale: AxisScale = .linear, yScale: AxisScale = .linear, xRange: ClosedRange<Double>? = nil,
    yRange: ClosedRange<Double>? = nil, legend: LegendPosition = .automatic,
    width: Double = 720, height: Double = 432, theme: Theme = .light
  ) {
    let axes = Axes(
      marks: marks, title: title, xLabel: xLabel, yLabel: yLabel, xScale: xScale, yScale: yScale,
      xRange: xRange, yRange: yRange, legend: legend)
    self.init(axes, width: width, height: height, theme: theme)
  }

  /// A figure of one frame.
  public init(_ axes: Axes, width: Double = 720, height: Double = 432, theme: Theme = .light) {
    self.init(grid: [[axes]], width: width, height: height, theme: theme)
  }
}
