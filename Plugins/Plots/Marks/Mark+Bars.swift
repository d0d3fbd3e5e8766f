extension Mark {
  /// Counts of numbers in bins, as bars.
  ///
  /// - Parameters:
  ///   - values: The numbers; those that are not finite are in no bin.
  ///   - bins: The bins.
  ///   - density: Whether the bars have an area of 1 together, instead of the counts as heights.
  ///   - label: The name in the legend; none for a mark that is not in it.
  ///   - color: The colour; the next of the theme unless given.
  public static func histogram(
    _ values: some PlotData, bins: HistogramBins = .automatic, density: Bool = false,
    label: String? = nil, color: Color? = nil
  ) -> Mark {
    let counted = bins.count(values.plotValues)
    let heights = density ? counted.densities : counted.counts.map(Double.init)
    let bars = heights.indices.map { index in
      BarsShape.Bar(
        left: counted.edges[index], right: counted.edges[index + 1], top: heights[index])
    }
    return Mark(BarsShape(bars: bars, areJoined: true), label, color)
  }

  /// Bars around numbers.
  ///
  /// - Parameters:
  ///   - x: The numbers in their middles.
  ///   - heights: Their heights, as many.
  ///   - width: Their width on the axis of x; four fifths of the least distance of two unless given.
  public static func bars(
    _ x: some PlotData, _ heights: some PlotData, width: Double? = nil, label: String? = nil,
    color: Color? = nil
  ) -> Mark {
    let (x, heights) = paired(x, heights, "Mark.bars")
    let sorted = x.filter(\.isFinite).sorted()
    let gaps = zip(sorted, sorted.dropFirst()).map { $1 - $0 }.filter { $0 > 0 }
    let half = (width ?? 0.8 * (gaps.min() ?? 1)) / 2
    let bars = zip(x, heights).map { BarsShape.Bar(left: $0 - half, right: $0 + half, top: $1) }
    return Mark(BarsShape(bars: bars), label, color)
  }

  /// Bars with names.
  public static func bars(
    _ names: [String], _ heights: some PlotData, label: String? = nil, color: Color? = nil
  ) -> Mark {
    let (x, heights) = paired(0..<names.count, heights, "Mark.bars")
    let bars = zip(x, heights).map { BarsShape.Bar(left: $0 - 0.4, right: $0 + 0.4, top: $1) }
    return Mark(BarsShape(bars: bars, categories: names), label, color)
  }

  /// A smooth estimate of the density of numbers, by a normal kernel.
  ///
  /// - Parameters:
  ///   - values: The numbers, at least 2 of which differ.
  ///   - bandwidth: The factor of their standard deviation that the kernel has; Scott's rule unless given.
  public static func density(
    _ values: some PlotData, bandwidth: Double? = nil, label: String? = nil, color: Color? = nil
  ) -> Mark {
    let estimate = KernelDensity(values, bandwidth: bandwidth)
    let x = estimate.positions(count: 256)
    return line(x, estimate.density(at: x), label: label, color: color)
  }
}
