extension Mark {
  /// A line through points.
  ///
  /// - Parameters:
  ///   - x: Their numbers on the axis of x.
  ///   - y: Their numbers on the axis of y, as many.
  ///   - label: The name in the legend; none for a mark that is not in it.
  ///   - color: The colour; the next of the theme unless given.
  ///   - width: The width in pixels.
  ///   - style: The dashes.
  public static func line(
    _ x: some PlotData, _ y: some PlotData, label: String? = nil, color: Color? = nil,
    width: Double = 1.7, style: LineStyle = .solid
  ) -> Mark {
    let (x, y) = paired(x, y, "Mark.line")
    return Mark(LineShape(x: x, y: y, stroke: style.stroke(width)), label, color)
  }

  /// A line through numbers at 0, 1, 2 and so on.
  ///
  /// As ``line(_:_:label:color:width:style:)`` otherwise.
  public static func line(
    _ y: some PlotData, label: String? = nil, color: Color? = nil, width: Double = 1.7,
    style: LineStyle = .solid
  ) -> Mark {
    let y = y.plotValues
    return line(
      0..<y.count, y, label: label, color: color, width: width, style: style)
  }

  /// The graph of a function.
  ///
  /// - Parameters:
  ///   - range: The numbers that it is shown at.
  ///   - count: The number of points, at least 2.
  ///   - function: The function.
  public static func curve(
    in range: ClosedRange<Double>, count: Int = 400, label: String? = nil, color: Color? = nil,
    width: Double = 1.7, style: LineStyle = .solid, _ function: (Double) -> Double
  ) -> Mark {
    precondition(count > 1, "Mark.curve: the count is \(count); take at least 2 points")
    let x = (0..<count).map { index in
      range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / Double(count - 1)
    }
    return line(x, x.map(function), label: label, color: color, width: width, style: style)
  }

  /// A line that keeps each number until the next, such as a distribution function of data.
  ///
  /// As ``line(_:_:label:color:width:style:)`` otherwise.
  public static func steps(
    _ x: some PlotData, _ y: some PlotData, label: String? = nil, color: Color? = nil,
    width: Double = 1.7, style: LineStyle = .solid
  ) -> Mark {
    let (x, y) = paired(x, y, "Mark.steps")
    let shape = LineShape(x: x, y: y, stroke: style.stroke(width), isStepped: true)
    return Mark(shape, label, color)
  }

  /// A horizontal line across the whole figure.
  public static func horizontalLine(
    _ y: Double, label: String? = nil, color: Color? = nil, width: Double = 1.4,
    style: LineStyle = .dashed
  ) -> Mark {
    Mark(RuleShape(value: y, isHorizontal: true, stroke: style.stroke(width)), label, color)
  }

  /// A vertical line across the whole figure.
  public static func verticalLine(
    _ x: Double, label: String? = nil, color: Color? = nil, width: Double = 1.4,
    style: LineStyle = .dashed
  ) -> Mark {
    Mark(RuleShape(value: x, isHorizontal: false, stroke: style.stroke(width)), label, color)
  }

  /// The area between two lines, such as an interval around a curve.
  ///
  /// - Parameters:
  ///   - x: The numbers on the axis of x.
  ///   - lower: The numbers of the lower line, as many.
  ///   - upper: The numbers of the upper line, as many.
  public static func band(
    _ x: some PlotData, lower: some PlotData, upper: some PlotData, label: String? = nil,
    color: Color? = nil, opacity: Double = 0.25
  ) -> Mark {
    let (x, low) = paired(x, lower, "Mark.band")
    let (_, high) = paired(x, upper, "Mark.band")
    return Mark(BandShape(x: x, lower: low, upper: high, opacity: opacity), label, color)
  }

  /// An ellipse around the mean of a two-dimensional normal distribution.
  ///
  /// - Parameters:
  ///   - mean: The two means.
  ///   - covariance: The covariance matrix, row by row: four numbers.
  ///   - deviations: The number of standard deviations from the mean to the ellipse.
  public static func ellipse(
    mean: some PlotData, covariance: some PlotData, deviations: Double = 2, label: String? = nil,
    color: Color? = nil, width: Double = 1.6, style: LineStyle = .solid
  ) -> Mark {
    let (mean, matrix) = (mean.plotValues, covariance.plotValues)
    precondition(
      mean.count == 2 && matrix.count == 4,
      "Mark.ellipse: the mean has \(mean.count) numbers and the covariance \(matrix.count); give 2 and 2 x 2"
    )
    let shape = EllipseShape(
      mean: (mean[0], mean[1]), covariance: (matrix[0], matrix[2], matrix[3]),
      deviations: deviations, style.stroke(width))
    return Mark(shape, label, color)
  }
}
