#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// Running totals. A line is one chain of additions in order, so its bits follow from its elements alone;
// threads take lines. Real numbers are added up and multiplied in double precision.
extension Routines {
  /// Sums, products and logarithms of sums of exponentials.
  static func scan(_ operation: ScanOperation, _ call: RoutineCall) {
    switch (operation, call.result.dtype) {
    case (.cumulativeSum, .float32): scan(RunningSum<Float>.self, call)
    case (.cumulativeSum, .float64): scan(RunningSum<Double>.self, call)
    case (.cumulativeSum, _): scan(RunningIntegerSum.self, call)
    case (.cumulativeProduct, .float32): scan(RunningProduct<Float>.self, call)
    case (.cumulativeProduct, .float64): scan(RunningProduct<Double>.self, call)
    case (.cumulativeProduct, _): scan(RunningIntegerProduct.self, call)
    case (.logCumulativeSumExp, .float32): scan(RunningLogSumExp<Float>.self, call)
    case (.logCumulativeSumExp, _): scan(RunningLogSumExp<Double>.self, call)
    case (.recurrence, .float32): recur(Float.self, call)
    case (.recurrence, _): recur(Double.self, call)
    }
  }

  private static func scan<Total: RunningTotal>(_ type: Total.Type, _ call: RoutineCall) {
    let order = ScanOrder(call.attributes)
    let lines = Lines(call.result.shape, axis: order.axis)
    let from = call.operands[0].elements(as: Total.Element.self)
    let to = call.result.elements(as: Total.Element.self)
    @inline(__always) func advance(_ total: inout Total, _ offset: Int) {
      if order.isExclusive {
        to[offset] = total.value
        total.take(from[offset])
      } else {
        total.take(from[offset])
        to[offset] = total.value
      }
    }
    lines.share(cost: Total.cost) { range in
      lines.forEachGroup(of: range, order, from: Total()) { start, step, totals in
        if totals.count == 1 {
          var total = Total()
          for index in 0..<lines.length { advance(&total, start &+ index &* step) }
          return
        }
        for index in 0..<lines.length {
          let row = start &+ index &* step
          for column in totals.indices { advance(&totals[column], row &+ column) }
        }
      }
    }
  }

  // s_i = b_i + a_i s_(i-1), where an s of 0 absorbs an infinite a.
  private static func recur<Element: TensorScalar>(_ type: Element.Type, _ call: RoutineCall) {
    let order = ScanOrder(call.attributes)
    let lines = Lines(call.result.shape, axis: order.axis)
    let a = call.operands[0].elements(as: type)
    let b = call.operands[1].elements(as: type)
    let to = call.result.elements(as: type)
    lines.share(cost: 4) { range in
      lines.forEachGroup(of: range, order, from: 0.0) { start, step, totals in
        for index in 0..<lines.length {
          let row = start &+ index &* step
          for column in totals.indices {
            let last = totals[column]
            let product = last == 0 ? 0 : a[row &+ column].doubleValue * last
            totals[column] = b[row &+ column].doubleValue + product
            to[row &+ column] = Element(tensorElement: totals[column])
          }
        }
      }
    }
  }
}

extension Lines {
  /// Calls `body` with up to 8 adjacent lines: the offset of the first, the stride to the next element in
  /// the order of the scan, and a total for each.
  @inline(__always)
  fileprivate func forEachGroup<Total>(
    of range: Range<Int>, _ order: ScanOrder, from initial: Total,
    _ body: (Int, Int, UnsafeMutableBufferPointer<Total>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Total.self, capacity: 8) { memory in
      var line = range.lowerBound
      while line < range.upperBound {
        let width = Swift.min(range.upperBound - line, stride - line % stride, 8)
        let totals = UnsafeMutableBufferPointer(rebasing: memory[..<width])
        totals.initialize(repeating: initial)
        let first = start(line) + (order.isReversed ? (length - 1) * stride : 0)
        body(first, order.isReversed ? -stride : stride, totals)
        line += width
      }
    }
  }
}

/// The total that a scan carries along a line.
private protocol RunningTotal {
  associatedtype Element: TensorScalar
  /// The time for an element, in nanoseconds or so.
  static var cost: Int { get }
  /// The total of nothing.
  init()
  /// The total of what was taken so far.
  var value: Element { get }
  mutating func take(_ element: Element)
}

private struct RunningSum<Element: TensorScalar>: RunningTotal {
  static var cost: Int { 2 }
  private var total = 0.0
  var value: Element { Element(tensorElement: total) }
  mutating func take(_ element: Element) { total += element.doubleValue }
}

private struct RunningProduct<Element: TensorScalar>: RunningTotal {
  static var cost: Int { 2 }
  private var total = 1.0
  var value: Element { Element(tensorElement: total) }
  mutating func take(_ element: Element) { total *= element.doubleValue }
}

private struct RunningIntegerSum: RunningTotal {
  static var cost: Int { 1 }
  var value = 0
  mutating func take(_ element: Int) { value &+= element }
}

private struct RunningIntegerProduct: RunningTotal {
  static var cost: Int { 1 }
  var value = 1
  mutating func take(_ element: Int) { value &*= element }
}

/// The sum of exponentials as a multiple of the largest one so far, which rescales the sum when it gives
/// way to a larger one: no exponential exceeds 1, and the logarithm is of a number that is at least 1.
private struct RunningLogSumExp<Element: TensorScalar>: RunningTotal {
  static var cost: Int { 15 }
  private var largest = -Double.infinity
  private var sum = 0.0

  var value: Element { Element(tensorElement: sum == 1 ? largest : largest + log(sum)) }

  mutating func take(_ element: Element) {
    let x = element.doubleValue
    if x == -.infinity { return }
    if x == largest {
      sum += 1
    } else if x < largest {
      sum += exp(x - largest)
    } else {
      // A NaN also comes here, and stays: no comparison with it holds.
      sum = sum * exp(largest - x) + 1
      largest = x
    }
  }
}
