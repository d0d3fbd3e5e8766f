extension Mark {
  /// Dots at pairs of numbers.
  ///
  /// Where there are too many to tell apart, dots that lie on others are left out, but none of the outermost.
  ///
  /// - Parameters:
  ///   - x: The numbers on the axis of x.
  ///   - y: The numbers on the axis of y, as many.
  ///   - label: The name in the legend; none for a mark that is not in it.
  ///   - color: The colour; the next of the theme unless given.
  ///   - size: The diameter in pixels.
  ///   - opacity: The opacity, from 0 to 1.
  public static func scatter(
    _ x: some PlotData, _ y: some PlotData, label: String? = nil, color: Color? = nil,
    size: Double = 5, opacity: Double = 1
  ) -> Mark {
    let (x, y) = paired(x, y, "Mark.scatter")
    return Mark(PointShape(x: x, y: y, size: size, opacity: opacity), label, color)
  }

  /// Dots in the colours of values, which a bar beside the figure explains.
  ///
  /// - Parameters:
  ///   - values: A number for each dot.
  ///   - colors: The colours.
  ///   - valueLabel: The name of the values at the bar.
  public static func scatter(
    _ x: some PlotData, _ y: some PlotData, values: some PlotData, colors: ColorMap = .sequential,
    valueLabel: String? = nil, label: String? = nil, size: Double = 5, opacity: Double = 1
  ) -> Mark {
    let (x, y) = paired(x, y, "Mark.scatter")
    let (_, values) = paired(x, values, "Mark.scatter")
    let bar = ColorBar(of: values, colors, valueLabel)
    return Mark(
      PointShape(x: x, y: y, size: size, opacity: opacity, values: values, bar: bar), label, nil)
  }

  /// Dots with lines from a lower to an upper number, such as estimates with intervals.
  public static func errorBars(
    _ x: some PlotData, _ y: some PlotData, lower: some PlotData, upper: some PlotData,
    label: String? = nil, color: Color? = nil
  ) -> Mark {
    let (x, y) = paired(x, y, "Mark.errorBars")
    let (_, low) = paired(x, lower, "Mark.errorBars")
    let (_, high) = paired(x, upper, "Mark.errorBars")
    return Mark(ErrorBarsShape(x: x, y: y, lower: low, upper: high), label, color)
  }

  /// Dots with lines of the same length up and down.
  public static func errorBars(
    _ x: some PlotData, _ y: some PlotData, errors: some PlotData, label: String? = nil,
    color: Color? = nil
  ) -> Mark {
    let (center, error) = paired(y, errors, "Mark.errorBars")
    return errorBars(
      x, center, lower: zip(center, error).map { $0 - $1 },
      upper: zip(center, error).map { $0 + $1 }, label: label, color: color)
  }

  /// Dots on lines that stand at 0, such as the masses of integers.
  public static func stems(
    _ x: some PlotData, _ y: some PlotData, label: String? = nil, color: Color? = nil
  ) -> Mark {
    let (x, y) = paired(x, y, "Mark.stems")
    return Mark(StemsShape(x: x, y: y), label, color)
  }

  /// A text in the middle above a pair of numbers.
  public static func text(_ text: String, x: Double, y: Double, color: Color? = nil) -> Mark {
    Mark(TextShape(text: text, x: x, y: y), nil, color)
  }
}
