import Foundation

/// The round numbers of an axis, with their labels.
struct Ticks: Hashable, Sendable {
  /// A number that has a label.
  struct Tick: Hashable, Sendable {
    let value: Double
    let label: String
  }

  var major: [Tick]
  /// Numbers between them, without labels.
  var minor: [Double] = []

  /// The ticks of an axis.
  ///
  /// - Parameters:
  ///   - lower: The number at its beginning.
  ///   - upper: The number at its end, which is greater.
  ///   - most: The number of labels that there is room for.
  ///   - isIntegral: Whether the numbers that are shown are integers, which have no ticks between them.
  init(
    _ scale: AxisScale, from lower: Double, to upper: Double, atMost most: Int,
    isIntegral: Bool = false
  ) {
    switch scale {
    case .linear: self = Self.linear(lower, upper, most, isIntegral: isIntegral)
    case .log: self = LogTicks.ticks(lower, upper, most)
    case .time: self = TimeTicks.durations(lower, upper, most)
    case .date: self = TimeTicks.dates(lower, upper, most)
    }
  }

  init(major: [Tick], minor: [Double] = []) { (self.major, self.minor) = (major, minor) }

  static func linear(
    _ lower: Double, _ upper: Double, _ most: Int, isIntegral: Bool = false
  ) -> Ticks {
    let step = step(lower, upper, most)
    let values = multiples(of: isIntegral ? max(step, 1) : step, lower, upper)
    let labels = NumberLabels.labels(of: values)
    return Ticks(major: zip(values, labels).map(Tick.init))
  }

  /// The least of 1, 2 and 5 times a power of ten with which there are not too many multiples.
  static func step(_ lower: Double, _ upper: Double, _ most: Int) -> Double {
    let parts = Double(max(most, 1))
    let least = min(upper / parts - lower / parts, .greatestFiniteMagnitude)
    // Between neighbours among numbers there is nothing to label.
    if !least.isNormal { return .infinity }
    let exponent = Int(floor(log10(least)))
    for factor in [1, 2, 5, 10] {
      let step = power(Double(factor), exponent)
      if step >= least * (1 - 1e-9) { return step }
    }
    return power(1, exponent + 1)
  }

  // By a division, so that 0.1 is 1/10 to the last bit.
  private static func power(_ factor: Double, _ exponent: Int) -> Double {
    exponent < 0 ? factor / pow(10, Double(-exponent)) : factor * pow(10, Double(exponent))
  }

  /// The multiples of a step in an interval, its ends included.
  static func multiples(of step: Double, _ lower: Double, _ upper: Double) -> [Double] {
    let (first, last) = (ceil(lower / step - 1e-9), floor(upper / step + 1e-9))
    // Steps below the spacing of numbers have no multiples of their own.
    guard step.isFinite, first.isFinite, last.isFinite, last >= first, last - first < 1000,
      abs(first) < 9e15, abs(last) < 9e15
    else { return [] }
    let inverse = (1 / step).rounded()
    let isInverse = step < 1 && inverse.isFinite && inverse * step > 0.999999
    return (0...Int(last - first)).map { offset in
      let count = first + Double(offset)
      return isInverse ? count / inverse : count * step
    }.filter(\.isFinite)
  }
}
