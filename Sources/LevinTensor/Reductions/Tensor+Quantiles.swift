/// The way in which a quantile is made of the two elements around its position.
public enum QuantileInterpolation: Sendable, CaseIterable {
  /// In proportion to the distances.
  case linear
  /// The smaller one.
  case lower
  /// The larger one.
  case higher
  /// Half of their sum.
  case midpoint
  /// The nearer one; halfway, the one at the even position.
  case nearest

  /// Whether the quantile is one of the elements.
  var isElement: Bool { self == .lower || self == .higher || self == .nearest }
}

// Quantiles of sorted elements: the one of order q among n has the position q (n - 1). Between equal
// infinities lies the same infinity.
extension Tensor {
  /// The quantile of an order along an axis or of all elements; NaN where one is.
  ///
  /// Of integers it is an integer itself if it is one of the elements, by `.lower`, `.higher` or `.nearest`, and
  /// `float32` otherwise. Gradients go to the elements around the quantile's position.
  ///
  /// - Parameters:
  ///   - q: The order, from 0, the smallest element, to 1, the largest.
  ///   - axis: The axis, which must not be empty; nil for all elements.
  ///   - keepingDimensions: Whether axes that were searched stay, with size 1.
  ///   - interpolation: The way from one element to the next.
  public func quantile(
    _ q: Double, axis: Int? = nil, keepingDimensions: Bool = false,
    interpolation: QuantileInterpolation = .linear
  ) -> Tensor {
    require(q >= 0 && q <= 1, "quantile: the order is \(q), and must lie between 0 and 1")
    let lines = SortedLines(ordered(for: interpolation), axis: axis, for: "quantile")
    let position = q * Double(lines.length - 1)
    func element(_ index: Double) -> Tensor { lines.sorted[.ellipsis, Int(index)] }
    let (below, above) = (position.rounded(.down), position.rounded(.up))
    let found =
      switch interpolation {
      case .lower: element(below)
      case .higher: element(above)
      case .nearest: element(position.rounded(.toNearestOrEven))
      case .linear, .midpoint:
        below == above
          ? element(below)
          : Self.between(
            element(below), element(above),
            Tensor(interpolation == .linear ? position - below : 0.5).cast(to: lines.sorted.dtype))
      }
    return asQuantile(
      lines.finish(found, keepingDimensions: keepingDimensions), by: interpolation)
  }

  /// Quantiles of several orders along an axis or of all elements; NaN where one is.
  ///
  /// Of integers they are integers if they are elements, by `.lower`, `.higher` or `.nearest`, and `float32` otherwise.
  /// Gradients go to the elements around the quantiles' positions, and to the orders. The orders are evaluated, to see
  /// that they are between 0 and 1.
  ///
  /// - Parameters:
  ///   - q: Orders, one number or one axis of them, which becomes the result's first.
  ///   - axis: The axis, which must not be empty; nil for all elements.
  ///   - keepingDimensions: Whether axes that were searched stay, with size 1.
  ///   - interpolation: The way from one element to the next.
  @_disfavoredOverload  // A literal is one number.
  public func quantile(
    _ q: Tensor, axis: Int? = nil, keepingDimensions: Bool = false,
    interpolation: QuantileInterpolation = .linear
  ) -> Tensor {
    require(q.rank <= 1, "quantile: orders have at most one axis, and these have shape \(q.shape)")
    let q = q.checkedOrders
    let lines = SortedLines(ordered(for: interpolation), axis: axis, for: "quantile")
    let ranks =
      q.cast(to: q.dtype == .float64 || dtype == .float64 ? .float64 : .float32)
      * Double(lines.length - 1)
    func elements(_ indices: Tensor) -> Tensor {
      lines.sorted.gathered(at: indices.cast(to: .int64), axis: -1)
    }
    let below = ranks.floor()
    let found =
      switch interpolation {
      case .lower: elements(below)
      case .higher: elements(ranks.ceil())
      case .nearest: elements(ranks.round())
      case .linear, .midpoint:
        Self.between(
          elements(below), elements(ranks.ceil()),
          (interpolation == .linear ? ranks - below : `where`(ranks .== below, 0, 0.5))
            .cast(to: lines.sorted.dtype))
      }
    let isSeveral = q.rank == 1
    let ordered = isSeveral ? found.permuted([found.rank - 1] + Array(0..<(found.rank - 1))) : found
    return asQuantile(
      lines.finish(ordered, keepingDimensions: keepingDimensions, leading: isSeveral ? 1 : 0),
      by: interpolation)
  }

  // The orders themselves, or the fault that one is out of range.
  private var checkedOrders: Tensor {
    do throws(EvaluationError) {
      for order in try evaluated().scalars where !(order >= 0 && order <= 1) {
        throw EvaluationError(
          "quantile", .invalidArgument("one order is \(order), and must lie between 0 and 1"))
      }
      return self
    } catch {
      return Tensor(fault: error, shape: shape, dtype: dtype)
    }
  }

  /// The median along an axis or of all elements; NaN where one is.
  ///
  /// Of an even number of elements it is the lower one of the two in the middle, which is an element
  /// itself, as PyTorch has it. NumPy's median is their mean: ``quantile(_:axis:keepingDimensions:interpolation:)``
  /// of order 0.5.
  ///
  /// - Parameters:
  ///   - axis: The axis, which must not be empty; nil for all elements.
  ///   - keepingDimensions: Whether axes that were searched stay, with size 1.
  public func median(axis: Int? = nil, keepingDimensions: Bool = false) -> Tensor {
    let lines = SortedLines(self, axis: axis, for: "median")
    let found = lines.sorted[.ellipsis, (lines.length - 1) / 2]
    return lines.finish(found, keepingDimensions: keepingDimensions)
  }

  // Integers between which nothing is interpolated stay what they are; others are exact in double precision.
  private func ordered(for interpolation: QuantileInterpolation) -> Tensor {
    dtype.isFloatingPoint || interpolation.isElement && dtype != .bool ? self : cast(to: .float64)
  }

  private func asQuantile(_ found: Tensor, by interpolation: QuantileInterpolation) -> Tensor {
    dtype.isFloatingPoint || interpolation.isElement && dtype != .bool
      ? found : found.cast(to: .float32)
  }

  // a + w (b - a), from the nearer end; infinite neighbours that are equal have no difference.
  private static func between(_ a: Tensor, _ b: Tensor, _ w: Tensor) -> Tensor {
    let gap = `where`((a .== b) .& .!a.isFinite, 0, b - a)
    return `where`(w .< 0.5, a + gap * w, b - gap * (1 - w))
  }
}

/// A tensor sorted along an axis, which is then its last.
private struct SortedLines {
  let sorted: Tensor
  /// The shape of the tensor with size 1 along what was sorted.
  private let kept: [Int]

  var length: Int { sorted.shape[sorted.rank - 1] }

  init(_ x: Tensor, axis: Int?, for name: String) {
    var moved = x.flattened()
    var kept = x.shape.map { _ in 1 }
    if let axis, x.rank > 0 {
      let resolved = Shape.axis(axis, rank: x.rank, for: name)
      moved = x.permuted((0..<x.rank).filter { $0 != resolved } + [resolved])
      kept = x.shape
      kept[resolved] = 1
    } else if let axis {
      _ = Shape.axis(axis, rank: 1, for: name)
    }
    require(
      moved.shape[moved.rank - 1] > 0,
      "\(name): there are no elements in shape \(x.shape)"
        + (axis.map { " along axis \($0)" } ?? ""))
    sorted = moved.sorted(axis: -1)
    self.kept = kept
  }

  /// Marks what came from lines with a NaN, which is their last element, and restores axes of size 1.
  func finish(_ found: Tensor, keepingDimensions: Bool, leading: Int = 0) -> Tensor {
    let marked =
      !sorted.dtype.isFloatingPoint
      ? found
      : `where`(
        sorted[.ellipsis, length - 1].isNaN, Tensor.weak(.nan, sorted.dtype), found)
    return keepingDimensions
      ? marked.reshaped(to: Array(found.shape[..<leading]) + kept) : marked
  }
}
