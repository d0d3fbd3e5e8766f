import LevinTestKit
import Testing

@testable import LevinTensor

/// A long run of real numbers that NumPy drew.
struct ContinuousRun: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let parameters: [Double]
  let seed: [UInt32]
  let count: Int
  let values: [Double]
  let mean: Double
  let variance: Double

  var testDescription: String { "\(name)\(parameters) from \(seed)" }

  func draw(from random: inout PCG64) -> Double {
    switch name {
    case "standardNormal": random.standardNormal()
    case "standardExponential": random.standardExponential()
    case "standardGamma": random.standardGamma(parameters[0])
    case "gamma": random.gamma(parameters[0], scale: parameters[1])
    case "beta": random.beta(parameters[0], parameters[1])
    default: .nan
    }
  }
}

/// A long run of integers that NumPy drew, its sums modulo 2⁶⁴.
struct IntegerRun: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let parameters: [Double]
  let bounds: [Int]
  let seed: [UInt32]
  let count: Int
  let values: [Int]
  let sum: Int
  let squares: Int

  var testDescription: String { "\(name)\(parameters)\(bounds) from \(seed)" }

  func draw(from random: inout PCG64) -> Int {
    switch name {
    case "binomial": random.binomial(trials: Int(parameters[0]), probability: parameters[1])
    case "poisson": random.poisson(parameters[0])
    case "integers": random.integers(in: bounds[0]..<bounds[1])
    default: .min
    }
  }
}

/// Permutations that NumPy drew in one stream, among other draws.
struct OrderRun: Decodable, Sendable, CustomTestStringConvertible {
  let seed: [UInt32]
  let orders: [[Int]]
  let normal: Double
  let letters: String
  let longSum: Int
  let integer: Int

  var testDescription: String { "seed of words \(seed)" }
}

private struct Runs: Decodable {
  let continuous: [ContinuousRun]
  let whole: [IntegerRun]
  let orders: [OrderRun]

  static let all = try! Fixture.load("random", as: Runs.self)
}

/// Returns the values of a run that the fixture keeps: the first six, then every so many.
func kept<Value>(_ run: [Value]) -> [Value] {
  let step = run.count / 12
  return run.prefix(6) + stride(from: step - 1, to: run.count, by: step).map { run[$0] }
}

@Suite struct PCG64DistributionTests {
  @Test(arguments: Runs.all.continuous) func realNumbersAgreeWithNumPy(_ run: ContinuousRun) {
    var random = PCG64(seed: run.seed)
    let values = (0..<run.count).map { _ in run.draw(from: &random) }
    let off = zip(kept(values), run.values).filter { abs($0 - $1) > 1e-13 * max(1, abs($1)) }
    #expect(off.isEmpty, "\(off)")

    let mean = values.reduce(0, +) / Double(run.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(run.count)
    #expect(abs(mean - run.mean) <= 1e-12 * max(1, abs(run.mean)))
    #expect(abs(variance - run.variance) <= 1e-11 * max(1, run.variance))
  }

  @Test(arguments: Runs.all.whole) func integersEqualNumPys(_ run: IntegerRun) {
    var random = PCG64(seed: run.seed)
    let values = (0..<run.count).map { _ in run.draw(from: &random) }
    #expect(kept(values) == run.values)
    #expect(values.reduce(0, &+) == run.sum)
    #expect(values.reduce(0) { $0 &+ $1 &* $1 } == run.squares)
  }

  @Test(arguments: Runs.all.orders) func ordersEqualNumPys(_ run: OrderRun) {
    var random = PCG64(seed: run.seed)
    #expect([0, 1, 2, 3, 10, 33, 100].map { random.permutation($0) } == run.orders)
    #expect(abs(random.standardNormal() - run.normal) < 1e-13)
    var letters = Array("abcdefghijk")
    random.shuffle(&letters)
    #expect(String(letters) == run.letters)
    let long = random.permutation(70_000)
    #expect(long.indices.reduce(0) { $0 + $1 * long[$1] } == run.longSum)
    #expect(random.integers(in: 0..<1000) == run.integer)
  }

  @Test func emptyAndSingleOnesTakeNoDraw() {
    var random = PCG64(seed: 1)
    _ = random.binomial(trials: 0, probability: 0.5)
    _ = random.binomial(trials: 9, probability: 0)
    _ = random.poisson(0)
    _ = random.standardGamma(0)
    _ = random.integers(in: 4..<5)
    _ = random.permutation(1)
    #expect(random == PCG64(seed: 1))
  }
}

/// A call with a parameter out of its range, and what its message names.
enum Mistake: String, CaseIterable, Codable, Sendable {
  case seed = "PCG64(seed:): seed must be at least 0, but is -1"
  case spawn = "PCG64.spawn: count must be at least 0, but is -2"
  case uniform = "PCG64.uniform(in:): range must have a finite width"
  case normal = "PCG64.normal: scale must be finite and at least 0, but is -0.5"
  case standardGamma = "PCG64.standardGamma: shape must be finite and at least 0, but is -1.0"
  case gammaShape = "PCG64.gamma: shape must be finite and at least 0, but is nan"
  case gammaScale = "PCG64.gamma: scale must be finite and above 0, but is 0.0"
  case betaFirst = "PCG64.beta: a must be finite and above 0, but is 0.0"
  case betaSecond = "PCG64.beta: b must be finite and above 0, but is nan"
  case rateSign = "PCG64.poisson: rate must be from 0 to 9.22e18, but is -1.0"
  case rateNaN = "PCG64.poisson: rate must be from 0 to 9.22e18, but is nan"
  case rateSize = "PCG64.poisson: rate must be from 0 to 9.22e18, but is 1e+19"
  case trials = "PCG64.binomial: trials must be at least 0, but is -1"
  case probability = "PCG64.binomial: probability must be from 0 to 1, but is 1.5"
  case probabilityNaN = "PCG64.binomial: probability must be from 0 to 1, but is nan"
  case integers = "PCG64.integers(in:): range must not be empty, but is 3..<3"
  case permutation = "PCG64.permutation: n must be at least 0, but is -1"
  case rand = "MersenneTwister.rand: count must be at least 0, but is -1"
  case randn = "MersenneTwister.randn: count must be at least 0, but is -1"

  func make() {
    var random = PCG64(seed: 0)
    switch self {
    case .seed: _ = PCG64(seed: -1)
    case .spawn: _ = random.spawn(-2)
    case .uniform: _ = random.uniform(in: 0..<Double.infinity)
    case .normal: _ = random.normal(loc: 0, scale: -0.5)
    case .standardGamma: _ = random.standardGamma(-1)
    case .gammaShape: _ = random.gamma(.nan, scale: 1)
    case .gammaScale: _ = random.gamma(1, scale: 0)
    case .betaFirst: _ = random.beta(0, 1)
    case .betaSecond: _ = random.beta(1, .nan)
    case .rateSign: _ = random.poisson(-1)
    case .rateNaN: _ = random.poisson(.nan)
    case .rateSize: _ = random.poisson(1e19)
    case .trials: _ = random.binomial(trials: -1, probability: 0.5)
    case .probability: _ = random.binomial(trials: 1, probability: 1.5)
    case .probabilityNaN: _ = random.binomial(trials: 1, probability: .nan)
    case .integers: _ = random.integers(in: 3..<3)
    case .permutation: _ = random.permutation(-1)
    case .rand, .randn: makeOfTwister()
    }
  }

  private func makeOfTwister() {
    var random = MersenneTwister(seed: 0)
    _ = self == .rand ? random.rand(-1) : random.randn(-1)
  }
}

@Suite struct RandomMistakeTests {
  @Test(arguments: Mistake.allCases) func mistakesEndTheProcessByName(_ mistake: Mistake) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [mistake] in
      mistake.make()
    }
    #if DEBUG
    // Builds for release leave the messages of preconditions out.
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains(mistake.rawValue))
    #else
    _ = result
    #endif
  }
}
