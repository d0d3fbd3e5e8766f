import Foundation
import LevinTensor

/// A function in single precision, what it is exactly, and how far it may lie from that.
struct MeasuredFunction: Sendable {
  enum Kind: Sendable {
    case one(@Sendable (Tensor) -> Tensor, @Sendable (Double) -> Double)
    case two(@Sendable (Tensor, Tensor) -> Tensor, @Sendable (Double, Double) -> Double)
  }

  let name: String
  let bound: Double
  let unit: ErrorUnit
  let kind: Kind
  var domain: @Sendable (UInt64) -> (Float, Float) = MeasuredFunction.anyPair

  typealias Unary = @Sendable (Tensor) -> Tensor
  typealias Binary = @Sendable (Tensor, Tensor) -> Tensor

  init(
    _ name: String, _ bound: Double, unit: ErrorUnit = .ulp, _ compute: @escaping Unary,
    _ exact: @escaping @Sendable (Double) -> Double
  ) {
    (self.name, self.bound, self.unit, kind) = (name, bound, unit, .one(compute, exact))
  }

  init(
    ofTwo name: String, _ bound: Double, unit: ErrorUnit = .ulp,
    from domain: @escaping @Sendable (UInt64) -> (Float, Float) = MeasuredFunction.anyPair,
    _ compute: @escaping Binary, _ exact: @escaping @Sendable (Double, Double) -> Double
  ) {
    (self.name, self.bound, self.unit, kind) = (name, bound, unit, .two(compute, exact))
    self.domain = domain
  }

  /// A pair of any bits, and in half of the cases the second near the first's magnitude.
  @Sendable static func anyPair(_ bits: UInt64) -> (Float, Float) {
    let (x, y) = (UInt32(truncatingIfNeeded: bits), UInt32(truncatingIfNeeded: bits >> 32))
    let near = x & 0x7f80_0000 ^ y & 0x80ff_ffff
    return (Float(bitPattern: x), Float(bitPattern: bits.leadingZeroBitCount & 1 == 0 ? y : near))
  }

  /// A pair of numbers from 2^-16 to 2^16 in magnitude.
  @Sendable static func moderatePair(_ bits: UInt64) -> (Float, Float) {
    func number(_ bits: UInt32) -> Float {
      Float(bitPattern: bits & 0x807f_ffff | (111 + (bits >> 23 & 31)) << 23)
    }
    return (
      number(UInt32(truncatingIfNeeded: bits)), number(UInt32(truncatingIfNeeded: bits >> 32))
    )
  }
}

/// All functions that have a kernel of their own.
let functions = elementary() + circular() + special() + exact() + ofTwo()

private func elementary() -> [MeasuredFunction] {
  var all: [MeasuredFunction] = []
  all.append(MeasuredFunction("exp", 2, { $0.exp() }, { Foundation.exp($0) }))
  all.append(MeasuredFunction("expm1", 2, { $0.expm1() }, { Foundation.expm1($0) }))
  all.append(MeasuredFunction("log", 2, { $0.log() }, { Foundation.log($0) }))
  all.append(MeasuredFunction("log1p", 2, { $0.log1p() }, { Foundation.log1p($0) }))
  all.append(MeasuredFunction("tanh", 2, { $0.tanh() }, { Foundation.tanh($0) }))
  all.append(MeasuredFunction("sigmoid", 2, { $0.sigmoid() }, Exact.sigmoid))
  all.append(MeasuredFunction("softplus", 2, { $0.softplus() }, Exact.softplus))
  all.append(MeasuredFunction("logSigmoid", 2, { $0.logSigmoid() }, { -Exact.softplus(-$0) }))
  all.append(MeasuredFunction("logGamma", 1, unit: .scaled, { $0.logGamma() }, Exact.logGamma))
  all.append(MeasuredFunction("digamma", 1, unit: .scaled, { $0.digamma() }, Exact.digamma))
  all.append(
    MeasuredFunction("trigamma", 1, unit: .scaled, { $0.polygamma(order: 1) }, Exact.trigamma))
  all.append(MeasuredFunction("log2", 1.2, { $0.log2() }, { Foundation.log2($0) }))
  all.append(MeasuredFunction("log10", 1, { $0.log10() }, { Foundation.log10($0) }))
  return all
}

private func circular() -> [MeasuredFunction] {
  var all: [MeasuredFunction] = []
  all.append(MeasuredFunction("sin", 0.9, { $0.sin() }, { Foundation.sin($0) }))
  all.append(MeasuredFunction("cos", 0.9, { $0.cos() }, { Foundation.cos($0) }))
  all.append(MeasuredFunction("tan", 2.5, { $0.tan() }, { Foundation.tan($0) }))
  all.append(MeasuredFunction("asin", 0.51, { $0.asin() }, { Foundation.asin($0) }))
  all.append(MeasuredFunction("acos", 0.51, { $0.acos() }, { Foundation.acos($0) }))
  all.append(MeasuredFunction("atan", 0.51, { $0.atan() }, { Foundation.atan($0) }))
  all.append(MeasuredFunction("sinh", 0.51, { $0.sinh() }, { Foundation.sinh($0) }))
  all.append(MeasuredFunction("cosh", 0.51, { $0.cosh() }, { Foundation.cosh($0) }))
  all.append(MeasuredFunction("asinh", 0.51, { $0.asinh() }, { Foundation.asinh($0) }))
  all.append(MeasuredFunction("acosh", 0.51, { $0.acosh() }, { Foundation.acosh($0) }))
  all.append(MeasuredFunction("atanh", 0.51, { $0.atanh() }, { Foundation.atanh($0) }))
  return all
}

private func special() -> [MeasuredFunction] {
  var all: [MeasuredFunction] = []
  all.append(MeasuredFunction("erf", 1.5, { $0.erf() }, { Foundation.erf($0) }))
  all.append(MeasuredFunction("erfc", 5.2, { $0.erfc() }, { Foundation.erfc($0) }))
  all.append(MeasuredFunction("erfInverse", 0.51, { $0.erfInverse() }, Exact.erfInverse))
  all.append(MeasuredFunction("log1mExp", 0.6, { $0.log1mExp() }, Exact.log1mExp))
  all.append(MeasuredFunction("logNormalCDF", 0.6, { $0.logNormalCDF() }, Exact.logNormalCDF))
  return all
}

private func exact() -> [MeasuredFunction] {
  var all: [MeasuredFunction] = []
  all.append(MeasuredFunction("sqrt", 0.5, { $0.sqrt() }, { $0.squareRoot() }))
  all.append(MeasuredFunction("rsqrt", 1.5, { $0.rsqrt() }, { 1 / $0.squareRoot() }))
  all.append(MeasuredFunction("reciprocal", 0.5, { $0.reciprocal() }, { 1 / $0 }))
  all.append(MeasuredFunction("square", 0.5, { $0.square() }, { $0 * $0 }))
  all.append(MeasuredFunction("floor", 0, { $0.floor() }, { $0.rounded(.down) }))
  all.append(MeasuredFunction("ceil", 0, { $0.ceil() }, { $0.rounded(.up) }))
  all.append(MeasuredFunction("round", 0, { $0.round() }, { $0.rounded(.toNearestOrEven) }))
  all.append(MeasuredFunction("trunc", 0, { $0.trunc() }, { $0.rounded(.towardZero) }))
  return all
}

private func ofTwo() -> [MeasuredFunction] {
  var all: [MeasuredFunction] = []
  all.append(MeasuredFunction(ofTwo: "divide", 0.5, { $0 / $1 }, { $0 / $1 }))
  all.append(MeasuredFunction(ofTwo: "power", 0.51, { $0.power($1) }, { Foundation.pow($0, $1) }))
  all.append(
    MeasuredFunction(
      ofTwo: "power of moderate numbers", 0.51, from: MeasuredFunction.moderatePair,
      { $0.power($1) }, { Foundation.pow($0, $1) }))
  all.append(
    MeasuredFunction(ofTwo: "atan2", 0.51, { atan2($0, $1) }, { Foundation.atan2($0, $1) }))
  all.append(MeasuredFunction(ofTwo: "remainder", 0.5, { $0 % $1 }, Exact.remainder))
  all.append(
    MeasuredFunction(ofTwo: "floorDivided", 0.5, { $0.floorDivided(by: $1) }, Exact.floorQuotient))
  all.append(
    MeasuredFunction(
      ofTwo: "logAddExp", 0.2, unit: .scaled, from: MeasuredFunction.moderatePair,
      { $0.logAddExp($1) },
      Exact.logAddExp))
  all.append(MeasuredFunction(ofTwo: "xlogy", 3, { xlogy($0, $1) }, Exact.xlogy))
  all.append(MeasuredFunction(ofTwo: "xlog1py", 4, { xlog1py($0, $1) }, Exact.xlog1py))
  return all
}
