/// Something that a figure draws between its axes: a line, points, bars.
///
///     Figure(.histogram(samples, bins: 50, label: "data"), .line(x, density, label: "model"))
///
/// Marks are drawn in their order, each in the next colour of the theme unless it is given one. Numbers that are not
/// finite leave gaps, and so do numbers of 0 and below on a logarithmic axis.
public struct Mark: Sendable {
  let shape: any PlotShape
  var label: String?
  var color: Color?

  init(_ shape: any PlotShape, _ label: String?, _ color: Color?) {
    (self.shape, self.label, self.color) = (shape, label, color)
  }
}

/// The dashes of a line.
public enum LineStyle: Sendable, Hashable {
  /// No gaps.
  case solid
  /// Dashes of four widths.
  case dashed
  /// Dots.
  case dotted
  /// Dashes and dots in turn.
  case dashDotted

  func stroke(_ width: Double) -> Stroke {
    let lengths: [Double] =
      switch self {
      case .solid: []
      case .dashed: [4.5, 3]
      case .dotted: [0, 2.2]
      case .dashDotted: [4.5, 2.4, 0, 2.4]
      }
    return Stroke(width: width, dash: lengths.map { $0 * max(width, 1) })
  }
}
