internal import LevinTensor

// The treatment of parameters, values and draws that distributions share.

extension Tensor {
  /// The tensor itself if its dtype is a floating-point one; others become `float32`.
  var real: Tensor { dtype.isFloatingPoint ? self : cast(to: .float32) }

  /// The tensor beside another parameter: a literal is as precise as that is, even where no value meets it.
  func real(beside other: Tensor) -> Tensor {
    other.dtype == .float64 ? cast(to: .float64) : real
  }

  /// The log-probability itself where a value can be drawn, and -inf without a gradient where it is outside.
  func impossible(where isOutside: Tensor) -> Tensor {
    `where`(isOutside, -Tensor.infinity(dtype), self)
  }

  /// Whether a number is no count: below 0, between integers or infinite; NaN is told by its log-probability.
  var isNoCount: Tensor { (self .< 0) .| (self .> floor()) .| isInfinite }

  /// Floating-point values stay as they are; others take the dtype of the parameter that they meet.
  func observed(with parameter: Tensor) -> Tensor {
    dtype.isFloatingPoint ? self : cast(to: parameter.dtype)
  }
}

extension Tensor {
  /// In double precision, for terms that are larger than their sum.
  var double: Tensor { cast(to: .float64) }

  /// A parameter for a normaliser, in double precision unless the time for so many counts.
  ///
  /// Its rounding error is the same for every value, and doesn't average out in a mean as the rounding of the
  /// values does; among many parameters it does.
  func precise(in shape: [Int]) -> Tensor { shape.reduce(1, *) <= 256 ? double : self }

  /// The least positive number with all its digits, which draws that must not be 0 are moved to.
  var leastDraw: Double {
    dtype == .float64 ? .leastNormalMagnitude : Double(Float.leastNormalMagnitude)
  }

  /// Infinity, of a dtype.
  static func infinity(_ dtype: DType) -> Tensor { .full([], .infinity, dtype: dtype) }
}

extension Distribution {
  /// Ends the process unless there can be so many draws.
  func requireSampleShape(_ shape: [Int]) {
    require(
      shape.allSatisfy { $0 >= 0 },
      "\(type(of: self)).sample: the sample shape \(shape) has a negative size")
    Shape.requireCountable(shape + batchShape + eventShape, for: "\(type(of: self)).sample")
  }

  /// Ends the process unless a value has the axes of an event.
  func checkEvent(of value: Tensor) {
    let last = Array(value.shape.suffix(eventShape.count))
    require(
      value.rank >= eventShape.count && zip(last, eventShape).allSatisfy { $0 == $1 || $0 == 1 },
      "\(type(of: self)).logProb: a value of shape \(value.shape) does not end in event shape "
        + "\(eventShape)")
  }
}

/// The part of log k! beside the exponent of a Poisson probability, and infinity for what is no count.
///
/// It depends on the data alone, so loops over the same data compute it once, and what is impossible costs them nothing.
func logFactorialRest(_ count: Tensor, _ isOutside: Tensor) -> Tensor {
  let rest = (count + 1).stirlingRest()
  return `where`(isOutside, Tensor.infinity(rest.dtype), rest)
}

/// Draws one number after the other for each element of sample shape + batch shape.
///
/// - Parameters:
///   - shape: The sample shape.
///   - parameters: Tensors that broadcast to the batch shape; the first gives the draws their dtype
///     unless `dtype` does.
///   - distribution: The distribution that draws.
///   - isPossible: Whether there are draws from the parameters of a batch element, in the order of `parameters`.
///   - draw: Makes one draw from the parameters of its batch element.
func draws(
  _ shape: [Int], of parameters: [Tensor], by distribution: some Distribution, dtype: DType? = nil,
  _ isPossible: ([Double]) -> Bool, _ draw: ([Double]) -> Double
) -> Tensor {
  let batchShape = distribution.batchShape
  distribution.requireSampleShape(shape)
  let dtype = dtype ?? parameters[0].dtype
  let columns = parameters.map { $0.detached().expanded(to: batchShape) }
  do { try evaluate(columns) } catch {
    return Tensor(fault: error, shape: shape + batchShape, dtype: dtype)
  }
  let numbers = columns.map(\.scalars)
  let rows = batchShape.reduce(1, *)
  var row = [Double](repeating: 0, count: parameters.count)
  func take(_ element: Int) { for index in row.indices { row[index] = numbers[index][element] } }
  for element in 0..<rows {
    take(element)
    if !isPossible(row) { return distribution.impossibleDraws(shape, dtype: dtype) }
  }
  var element = 0
  return Tensor(shape: shape + batchShape, dtype: dtype) {
    take(element)
    element = element + 1 == rows ? 0 : element + 1
    return draw(row)
  }
}

/// Whether all parameters are finite and above 0.
func isPositive(_ parameters: [Double]) -> Bool {
  parameters.allSatisfy { $0 > 0 && $0 < .infinity }
}
