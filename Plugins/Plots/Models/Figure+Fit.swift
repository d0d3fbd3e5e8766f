import Foundation
public import Levin

extension Figure {
  /// The data as a histogram, with the density or the probabilities that a model has come to.
  ///
  /// - Parameters:
  ///   - model: A model of one number at a time.
  ///   - data: The observations.
  ///   - bins: The bins of the histogram; one for each integer where the model is one of integers, unless given.
  ///   - xLabel: The text below the axis.
  ///   - title: The title.
  ///   - theme: The colours.
  public static func fit(
    of model: some DistributionModule, to data: some PlotData, bins: HistogramBins? = nil,
    xLabel: String? = nil, title: String? = nil, theme: Theme = .light
  ) -> Figure {
    fit(of: model.forward(), to: data, bins: bins, xLabel: xLabel, title: title, theme: theme)
  }

  /// The data as a histogram, with the density or the probabilities of a distribution.
  ///
  /// As ``fit(of:to:bins:xLabel:title:theme:)`` otherwise.
  public static func fit(
    of distribution: any Distribution, to data: some PlotData, bins: HistogramBins? = nil,
    xLabel: String? = nil, title: String? = nil, theme: Theme = .light
  ) -> Figure {
    let curve = DistributionCurve(distribution)
    let values = data.plotValues
    let isDiscrete = distribution.support.isDiscrete
    let histogram = Mark.histogram(
      values, bins: bins ?? (isDiscrete ? .integers : .automatic), density: true, label: "data")
    let (x, y) = isDiscrete ? curve.probabilities(around: values) : curve.density(around: values)
    let model: Mark = isDiscrete ? .stems(x, y, label: "model") : .line(x, y, label: "model")
    return Figure(
      histogram, model, title: title, xLabel: xLabel,
      yLabel: isDiscrete ? "probability" : "density", theme: theme)
  }

  /// How often each count was seen and how often a model expects it, as a hanging rootogram.
  ///
  /// Bars of the square roots of the counts hang from the curve of the expected ones, so that what is missing or too much
  /// is seen at the line of 0, where all bars of a perfect fit end.
  ///
  /// Source: C. Kleiber and A. Zeileis, "Visualizing Count Data Regressions Using Rootograms", The American Statistician
  /// 70 (2016).
  ///
  /// - Parameters:
  ///   - model: A model of counts.
  ///   - data: The counts.
  ///   - title: The title.
  ///   - theme: The colours.
  public static func rootogram(
    of model: some DistributionModule, to data: some PlotData, title: String? = nil,
    theme: Theme = .light
  ) -> Figure {
    rootogram(of: model.forward(), to: data, title: title, theme: theme)
  }

  /// A hanging rootogram of a distribution.
  ///
  /// As ``rootogram(of:to:title:theme:)`` otherwise.
  public static func rootogram(
    of distribution: any Distribution, to data: some PlotData, title: String? = nil,
    theme: Theme = .light
  ) -> Figure {
    precondition(
      distribution.support.isDiscrete,
      "Figure.rootogram: the distribution is one of real numbers; use Figure.fit")
    let values = data.plotValues.filter(\.isFinite)
    let (x, probabilities) = DistributionCurve(distribution).probabilities(around: values)
    var counts: [Double: Double] = [:]
    for value in values { counts[value, default: 0] += 1 }
    let expected = probabilities.map { ($0 * Double(values.count)).squareRoot() }
    let bars = zip(x, expected).map { count, root in
      BarsShape.Bar(
        left: count - 0.4, right: count + 0.4, foot: root - (counts[count] ?? 0).squareRoot(),
        top: root)
    }
    return Figure(
      Mark(BarsShape(bars: bars), "observed", nil), .line(x, expected, label: "expected"),
      .horizontalLine(0, color: theme.axis, style: .solid), title: title, xLabel: "count",
      yLabel: "square root of frequency", theme: theme)
  }
}

/// The density or the probabilities of a distribution of one number.
struct DistributionCurve {
  private let distribution: any Distribution

  init(_ distribution: any Distribution) {
    let count = distribution.batchShape.reduce(1, *) * distribution.eventShape.reduce(1, *)
    precondition(
      count == 1,
      "Figure.fit: the model has batch shape \(distribution.batchShape) and event shape "
        + "\(distribution.eventShape); a figure shows a distribution of one number")
    self.distribution = distribution
  }

  /// The density at 400 numbers, a little beyond the data on both sides.
  func density(around values: [Double]) -> (x: [Double], y: [Double]) {
    let finite = values.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    let margin = max((high - low) * 0.05, 1e-9)
    let x = (0..<400).map { low - margin + (high - low + 2 * margin) * Double($0) / 399 }
    return (x, heights(at: x))
  }

  /// The probabilities of all integers from the least to the greatest.
  func probabilities(around values: [Double]) -> (x: [Double], y: [Double]) {
    let finite = values.filter(\.isFinite)
    let (low, high) = (finite.min()?.rounded() ?? 0, finite.max()?.rounded() ?? 0)
    precondition(
      high - low < 1e5, "Figure.fit: the counts go from \(low) to \(high); there are too many")
    let x = (0...Int(high - low)).map { low + Double($0) }
    return (x, heights(at: x))
  }

  // Outside of the support there is nothing.
  private func heights(at x: [Double]) -> [Double] {
    let shape = [x.count] + distribution.batchShape.map { _ in 1 } + distribution.eventShape
    let points = Tensor(x).reshaped(to: shape)
    let isInside = distribution.support.check(points).scalars(as: Bool.self)
    guard let inside = isInside.firstIndex(of: true) else { return x.map { _ in 0 } }
    let safe = zip(x, isInside).map { $1 ? $0 : x[inside] }
    let densities = distribution.logProb(Tensor(safe).reshaped(to: shape)).exp().scalars
    return zip(densities, isInside).map { $1 ? $0 : 0 }
  }
}
