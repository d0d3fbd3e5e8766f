import Foundation

/// Ticks of a logarithmic axis.
enum LogTicks {
  static func ticks(_ lower: Double, _ upper: Double, _ most: Int) -> Ticks {
    let (low, high) = (log10(lower), log10(upper))
    guard low.isFinite, high.isFinite else { return Ticks(major: []) }
    let decades = multiples(Int(ceil(low - 1e-9)), Int(floor(high + 1e-9)), most)
    if decades.count >= 3 {
      return Ticks(
        major: decades.map { Ticks.Tick(value: pow(10, Double($0)), label: label($0)) },
        minor: high - low <= 12 ? between(low, high) : [])
    }
    return within(lower, upper, most)
  }

  // Every decade, or every second, third, fifth and so on, so that there are not too many.
  private static func multiples(_ first: Int, _ last: Int, _ most: Int) -> [Int] {
    guard last >= first else { return [] }
    func multiples(of step: Int) -> [Int] {
      let start = Int((Double(first) / Double(step)).rounded(.up)) * step
      return Array(stride(from: start, through: last, by: step))
    }
    let steps = [1, 2, 3, 5, 10, 20, 30, 50, 100]
    return steps.lazy.map(multiples).first { $0.count <= most } ?? multiples(of: 200)
  }

  // Two to nine times the powers of ten.
  private static func between(_ low: Double, _ high: Double) -> [Double] {
    products(of: 2...9, low, high).filter { log10($0) >= low && log10($0) <= high }
  }

  private static func products(
    of factors: some Sequence<Int>, _ low: Double, _ high: Double
  ) -> [Double] {
    var products: [Double] = []
    for exponent in Int(floor(low))...Int(floor(high)) {
      // By a division, so that 0.6 is 6/10 to the last bit.
      let power: Double = pow(10, Double(abs(exponent)))
      for factor in factors {
        products.append(exponent < 0 ? Double(factor) / power : Double(factor) * power)
      }
    }
    return products.filter(\.isNormal)
  }

  // Of less than three decades: 1, 2 and 5 times powers of ten, or else multiples as on a linear axis.
  private static func within(_ lower: Double, _ upper: Double, _ most: Int) -> Ticks {
    let (least, greatest) = (lower * (1 - 1e-9), upper * (1 + 1e-9))
    let values = products(of: [1, 2, 5], log10(lower), log10(upper)).filter {
      $0 >= least && $0 <= greatest
    }
    if values.count < 3 || values.count > most + 2 {
      return Ticks(major: Ticks.linear(lower, upper, min(most, 5)).major.filter { $0.value > 0 })
    }
    return Ticks(
      major: values.map { Ticks.Tick(value: $0, label: label($0)) },
      minor: between(log10(lower), log10(upper)).filter { !values.contains($0) })
  }

  private static func label(_ exponent: Int) -> String {
    if (-3...4).contains(exponent) { return label(pow(10, Double(exponent))) }
    return "10" + NumberLabels.superscript(exponent)
  }

  private static func label(_ value: Double) -> String {
    let exponent = Int(floor(log10(value) + 1e-9))
    if (-3...4).contains(exponent) { return NumberLabels.fixed(value, max(-exponent, 0)) }
    let factor = Int((value / pow(10, Double(exponent))).rounded())
    let power = "10" + NumberLabels.superscript(exponent)
    return factor == 1 ? power : "\(factor)×\(power)"
  }
}
