import Dispatch
import LevinTensor
import Synchronization

/// The unit in which an error is counted.
enum ErrorUnit: String, Sendable {
  /// The distance of the floats around the exact value.
  case ulp
  /// A millionth of the exact value's magnitude, or of 1 where that is smaller.
  case scaled = "1e-6 max(1, abs f)"

  /// The error of a result; infinity stands for 2^128, and one NaN meets only another.
  @inline(__always)
  func error(of found: Float, exact: Double) -> Double {
    let value = Double(found)
    if value == exact { return 0 }
    if value.isNaN || exact.isNaN { return value.isNaN && exact.isNaN ? 0 : .infinity }
    let limit = 0x1p128
    let distance = abs(max(-limit, min(limit, value)) - max(-limit, min(limit, exact)))
    switch self {
    case .ulp: return distance / Self.spacing(at: exact)
    case .scaled: return distance / (1e-6 * max(1, abs(exact)))
    }
  }

  /// The distance of neighbouring floats at the magnitude of a double.
  @inline(__always)
  private static func spacing(at exact: Double) -> Double {
    let exponent = Int64(bitPattern: exact.bitPattern >> 52 & 2047) - 1023
    let unitExponent = max(-126, min(127, exponent)) - 23
    return Double(bitPattern: UInt64(bitPattern: unitExponent + 1023) << 52)
  }
}

/// The largest error that was found, and where.
struct WorstError: Sendable {
  var error = -1.0
  var arguments: [Float] = []
  var result: Float = 0
  var count: UInt64 = 0

  mutating func merge(_ other: WorstError) {
    let total = count + other.count
    if !(other.error <= error) { self = other }
    count = total
  }
}

/// Runs a function's kernel over its arguments, chunk by chunk on several threads, and compares.
struct Measurement: Sendable {
  private static let chunk: UInt64 = 1 << 16

  private let function: MeasuredFunction
  private let options: Options

  init(_ function: MeasuredFunction, _ options: Options) {
    (self.function, self.options) = (function, options)
  }

  func run() -> WorstError {
    let total =
      switch function.kind {
      case .one: ((1 << 32) + options.every - 1) / options.every
      case .two: options.pairs
      }
    let chunks = (total + Self.chunk - 1) / Self.chunk
    let worst = Mutex(WorstError())
    let threads = options.threads
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      var own = WorstError()
      for chunk in stride(from: UInt64(thread), to: chunks, by: threads) {
        let start = chunk * Self.chunk
        measure(start..<min(start + Self.chunk, total), &own)
      }
      worst.withLock { $0.merge(own) }
    }
    return worst.withLock { $0 }
  }

  private func measure(_ samples: Range<UInt64>, _ worst: inout WorstError) {
    switch function.kind {
    case .one(let compute, let exact):
      let x = samples.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0 * options.every)) }
      let results = compute(Tensor(x)).scalars(as: Float.self)
      for index in x.indices {
        let error = function.unit.error(of: results[index], exact: exact(Double(x[index])))
        if !(error <= worst.error) {
          worst = WorstError(
            error: error, arguments: [x[index]], result: results[index], count: worst.count)
        }
      }
    case .two(let compute, let exact):
      var random = SplitMix64(state: samples.lowerBound)
      let x = samples.map { _ in function.domain(random.next()).0 }
      random = SplitMix64(state: samples.lowerBound)
      let y = samples.map { _ in function.domain(random.next()).1 }
      let results = compute(Tensor(x), Tensor(y)).scalars(as: Float.self)
      for index in x.indices {
        let value = exact(Double(x[index]), Double(y[index]))
        let error = function.unit.error(of: results[index], exact: value)
        if !(error <= worst.error) {
          worst = WorstError(
            error: error, arguments: [x[index], y[index]], result: results[index],
            count: worst.count)
        }
      }
    }
    worst.count += UInt64(samples.count)
  }
}

/// Steele, Lea and Flood's generator: any state will do, so each chunk begins one of its own.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
