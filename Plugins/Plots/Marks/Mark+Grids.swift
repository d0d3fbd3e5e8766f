public import Levin

extension Mark {
  /// Cells in the colours of their values, which a bar beside the figure explains.
  ///
  /// - Parameters:
  ///   - values: A matrix; its first row is the lowest.
  ///   - x: The numbers at the edges of the columns, one more than there are; 0, 1, 2 and so on unless given.
  ///   - y: The numbers at the edges of the rows, one more than there are.
  ///   - colors: The colours.
  ///   - valueLabel: The name of the values at the bar.
  public static func heatMap(
    _ values: Tensor, x: (some PlotData)? = [Double]?.none, y: (some PlotData)? = [Double]?.none,
    colors: ColorMap = .sequential, valueLabel: String? = nil
  ) -> Mark {
    let rows = matrix(values, "Mark.heatMap")
    let (height, width) = (rows.count, rows.first?.count ?? 0)
    let columns = x?.plotValues ?? (0...width).map(Double.init)
    let edges = y?.plotValues ?? (0...height).map(Double.init)
    precondition(
      columns.count == width + 1 && edges.count == height + 1,
      "Mark.heatMap: a matrix of shape \(values.shape) has \(width + 1) and \(height + 1) edges in x and y, "
        + "and \(columns.count) and \(edges.count) were given")
    let bar = ColorBar(of: rows.flatMap(\.self), colors, valueLabel)
    return Mark(HeatMapShape(values: rows, x: columns, y: edges, bar: bar), nil, nil)
  }

  /// Lines of equal value, such as those of a log-density.
  ///
  /// - Parameters:
  ///   - values: A matrix of the values at the points of a grid; its first row is that of the first y.
  ///   - x: The numbers of the columns on the axis of x, as many.
  ///   - y: The numbers of the rows on the axis of y, as many.
  ///   - levels: The values that have a line; seven round ones unless given.
  ///   - colors: The colours of the values; nil for one colour.
  public static func contours(
    _ values: Tensor, x: some PlotData, y: some PlotData, levels: [Double]? = nil,
    colors: ColorMap? = .sequential, valueLabel: String? = nil, label: String? = nil,
    color: Color? = nil, width: Double = 1.4
  ) -> Mark {
    let rows = matrix(values, "Mark.contours")
    let (columns, lines) = (x.plotValues, y.plotValues)
    precondition(
      columns.count == rows.first?.count ?? 0 && lines.count == rows.count,
      "Mark.contours: a matrix of shape \(values.shape) does not go with \(columns.count) numbers of x "
        + "and \(lines.count) of y; give a row for each y and a column for each x")
    let finite = rows.flatMap(\.self).filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    let chosen = levels ?? Ticks.linear(low, max(high, low.nextUp), 8).major.map(\.value)
    let bar = color == nil ? colors.map { ColorBar(of: chosen, $0, valueLabel) } : nil
    return Mark(
      ContoursShape(
        values: rows, x: columns, y: lines, levels: chosen, stroke: Stroke(width: width), bar: bar),
      label, color)
  }

  private static func matrix(_ values: Tensor, _ operation: String) -> [[Double]] {
    precondition(
      values.shape.count == 2,
      "\(operation): the values are of shape \(values.shape); give a matrix")
    let (height, width, all) = (values.shape[0], values.shape[1], values.scalars)
    return (0..<height).map { Array(all[($0 * width)..<(($0 + 1) * width)]) }
  }
}

extension ColorBar {
  /// A bar for the finite ones of some values.
  init(of values: [Double], _ colors: ColorMap, _ label: String?) {
    let finite = values.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    self.init(
      colors: colors, lower: low < high ? low : low - 0.5, upper: low < high ? high : low + 0.5,
      label: label)
  }
}
