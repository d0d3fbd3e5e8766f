#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// Numbers that follow a rule, and tensors that look like others. Elements are worked out in double
// precision, or as integers, each from its index alone, so that no error adds up.
extension Tensor {
  // MARK: Steps

  /// The integers from 0 up to, not including, `end`.
  public static func arange(_ end: Int, dtype: DType = .int64) -> Tensor {
    arange(0, end, dtype: dtype)
  }

  /// The integers from `start` up to, not including, `end`, in steps of `step`.
  ///
  /// - Parameters:
  ///   - start: The first number.
  ///   - end: The bound, which is left out; on the side to which the step leads, or equal to `start`.
  ///   - step: The distance from one to the next, which may be negative but not 0.
  ///   - dtype: Another dtype to hold them in.
  public static func arange(
    _ start: Int, _ end: Int, step: Int = 1, dtype: DType = .int64
  ) -> Tensor {
    require(step != 0, "arange: the step from \(start) to \(end) is 0")
    require(
      step > 0 ? start <= end : start >= end,
      "arange: steps of \(step) do not lead from \(start) to \(end)")
    let count = steps(from: start, to: end, step)
    Shape.requireCountable([count], for: "arange")
    let storage = Storage(byteCount: count * DType.int64.byteCount)
    let elements = storage.pointer.bindMemory(to: Int.self, capacity: count)
    for index in 0..<count { (elements + index).initialize(to: start + index * step) }
    return Tensor(storage: storage, shape: [count], dtype: .int64).inMemory(as: dtype)
  }

  // The distance of two integers may be none itself.
  private static func steps(from start: Int, to end: Int, _ step: Int) -> Int {
    let (lower, upper) = step > 0 ? (start, end) : (end, start)
    let distance = UInt(bitPattern: upper &- lower)
    let (whole, rest) = distance.quotientAndRemainder(dividingBy: step.magnitude)
    return Int(clamping: whole + (rest > 0 ? 1 : 0))
  }

  /// The numbers from 0 up to, not including, `end`, in steps of 1.
  public static func arange(_ end: Double, dtype: DType = .float32) -> Tensor {
    arange(0, end, dtype: dtype)
  }

  /// The numbers `start + i step` before `end`, ceil((end - start) / step) of them.
  ///
  /// Whether rounding lets the last of them reach `end` is open, as it is in PyTorch and NumPy; where the
  /// number of elements matters, ``linspace(_:_:count:dtype:)`` states it.
  public static func arange(
    _ start: Double, _ end: Double, step: Double = 1, dtype: DType = .float32
  ) -> Tensor {
    let length = ((end - start) / step).rounded(.up)
    require(
      length >= 0 && length < 0x1p62,
      "arange: steps of \(step) do not lead from \(start) to \(end)")
    return formula(count: Int(length), dtype, for: "arange") { start + Double($0) * step }
  }

  /// `count` numbers evenly spaced from `start` to `end`, both included.
  public static func linspace(
    _ start: Double, _ end: Double, count: Int, dtype: DType = .float32
  ) -> Tensor {
    formula(count: count, dtype, for: "linspace", evenly(start, end, count, for: "linspace"))
  }

  /// `count` numbers whose logarithms to `base` are evenly spaced from `start` to `end`.
  public static func logspace(
    _ start: Double, _ end: Double, count: Int, base: Double = 10, dtype: DType = .float32
  ) -> Tensor {
    let exponent = evenly(start, end, count, for: "logspace")
    return formula(count: count, dtype, for: "logspace") { pow(base, exponent($0)) }
  }

  private static func evenly(
    _ start: Double, _ end: Double, _ count: Int, for operation: String
  ) -> (Int) -> Double {
    require(count >= 0, "\(operation): the count is \(count), and must not be negative")
    let step = count > 1 ? (end - start) / Double(count - 1) : 0
    return { $0 > 0 && $0 == count - 1 ? end : start + Double($0) * step }
  }

  private static func formula(
    count: Int, _ dtype: DType, for operation: String, _ element: (Int) -> Double
  ) -> Tensor {
    var index = 0
    return Tensor(shape: [count], dtype: dtype, for: operation) {
      defer { index += 1 }
      return element(index)
    }
  }

  private func inMemory(as dtype: DType) -> Tensor {
    let result = cast(to: dtype)
    evaluateOrStop(result)
    return result
  }

  // MARK: Diagonals

  /// Ones on the diagonal and zeros elsewhere, of shape [rows, columns].
  ///
  /// - Parameters:
  ///   - rows: The size of the first axis.
  ///   - columns: The size of the second, that of the first when left out.
  ///   - dtype: The dtype of the elements.
  public static func eye(_ rows: Int, _ columns: Int? = nil, dtype: DType = .float32) -> Tensor {
    let columns = columns ?? rows
    require(
      rows >= 0 && columns >= 0, "eye: the shape \([rows, columns]) has a negative size")
    Shape.requireCountable([rows, columns], for: "eye")
    let ones = Tensor.ones([Swift.min(rows, columns)], dtype: dtype)
    let flat = Node.embed(ones.node, starts: [0], steps: [columns + 1], in: [rows * columns])
    return Tensor(flat).reshaped(to: [rows, columns])
  }

  // MARK: Like another

  /// Zeros of another tensor's shape and, unless told otherwise, its dtype.
  public static func zeros(like other: Tensor, dtype: DType? = nil) -> Tensor {
    zeros(other.shape, dtype: dtype ?? other.dtype)
  }

  /// Ones of another tensor's shape and, unless told otherwise, its dtype.
  public static func ones(like other: Tensor, dtype: DType? = nil) -> Tensor {
    ones(other.shape, dtype: dtype ?? other.dtype)
  }

  /// Elements equal to `value`, of another tensor's shape and, unless told otherwise, its dtype.
  public static func full(like other: Tensor, _ value: Tensor, dtype: DType? = nil) -> Tensor {
    full(other.shape, value, dtype: dtype ?? other.dtype)
  }

  /// Elements equal to `value`, of another tensor's shape and, unless told otherwise, its dtype.
  @_disfavoredOverload
  public static func full<S: TensorScalar>(
    like other: Tensor, _ value: S, dtype: DType? = nil
  ) -> Tensor {
    full(other.shape, value, dtype: dtype ?? other.dtype)
  }
}
