import Foundation

/// The points that are as many standard deviations from the mean of a two-dimensional normal distribution.
struct EllipseShape: PlotShape {
  private let line: LineShape

  /// - Parameters:
  ///   - mean: Its two numbers.
  ///   - covariance: The variance of x, the covariance and the variance of y.
  ///   - deviations: The number of standard deviations.
  init(
    mean: (Double, Double), covariance: (Double, Double, Double), deviations: Double,
    _ stroke: Stroke
  ) {
    // The Cholesky factor takes the circle to the ellipse.
    let a = covariance.0.squareRoot()
    let b = a > 0 ? covariance.1 / a : 0
    let c = max(covariance.2 - b * b, 0).squareRoot()
    let angles = (0...72).map { Double($0) * .pi / 36 }
    line = LineShape(
      x: angles.map { mean.0 + deviations * a * cos($0) },
      y: angles.map { mean.1 + deviations * (b * cos($0) + c * sin($0)) }, stroke: stroke)
  }

  func extend(_ limits: inout Limits) { line.extend(&limits) }

  func draw(on canvas: inout some Canvas, in frame: PlotFrame, _ color: Color) {
    line.draw(on: &canvas, in: frame, color)
  }

  var swatch: Swatch { line.swatch }
}
