import Foundation
import Levin
import Testing

/// A distribution of a user's own, with closed divergences: log p(x) = -|x - loc| / scale - log(2 scale).
private struct DoubleExponential: Distribution {
  let loc: Tensor
  let scale: Tensor

  var batchShape: [Int] { (loc + scale).shape }
  var eventShape: [Int] { [] }
  var support: Constraint { .real }
  var mean: Tensor { loc.expanded(to: batchShape) }
  var variance: Tensor { (2 * scale.square()).expanded(to: batchShape) }

  func logProb(_ value: Tensor) -> Tensor { -abs(value - loc) / scale - log(2 * scale) }

  func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    let numbers = reparameterizedSample(shape, using: &generator).detached()
    try? evaluate(numbers)
    return numbers
  }
}

extension DoubleExponential: ReparameterizedDistribution {
  func reparameterizedSample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    let ends = (0..<2).map { _ in generator.standardExponential(shape: shape + batchShape) }
    return loc + scale * (ends[0] - ends[1])
  }
}

extension DoubleExponential: DivergentDistribution {
  // Swift numbers have names of their own: a product of two in an expression of tensors would be `float32`.
  private static let offset: Double = 0.5 * log(Double.pi / 2)
  private static let rootTwo = 2.0.squareRoot()
  private static let meanDistance = (2 / Double.pi).squareRoot()

  func divergence(to other: any Distribution) -> Tensor? {
    switch other {
    case let other as DoubleExponential:
      let distance = abs(loc - other.loc)
      return log(other.scale / scale) + distance / other.scale
        + scale / other.scale * exp(-distance / scale) - 1
    case let other as Normal:
      let square = (2 * scale.square() + (loc - other.loc).square()) / other.scale.square()
      return log(other.scale / scale) + 0.5 * square + Self.offset - 1
    default: return nil
    }
  }

  // The mean distance of a normal variable from `loc` is that of a folded normal distribution.
  func divergence(from other: any Distribution) -> Tensor? {
    guard let other = other as? Normal else { return nil }
    let z = (other.loc - loc) / other.scale
    let fold = Self.meanDistance * exp(-0.5 * z.square()) + z * erf(z / Self.rootTwo)
    return log(scale / other.scale) + other.scale / scale * fold - Self.offset - 0.5
  }
}

/// The example of `DivergentDistribution`'s page.
private struct Exponential: Distribution {
  let rate: Tensor

  var batchShape: [Int] { rate.shape }
  var eventShape: [Int] { [] }
  var support: Constraint { .positive }
  var mean: Tensor { 1 / rate }
  var variance: Tensor { 1 / rate.square() }

  func logProb(_ value: Tensor) -> Tensor { log(rate) - rate * value }

  func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    generator.standardExponential(shape: shape + batchShape) / rate.detached()
  }
}

extension Exponential: DivergentDistribution {
  // log(a / b) + b / a - 1
  func divergence(to other: any Distribution) -> Tensor? {
    guard let other = other as? Exponential else { return nil }
    return log(rate / other.rate) + other.rate / rate - 1
  }

  // An exponential is a gamma of shape 1.
  func divergence(from other: any Distribution) -> Tensor? {
    guard let gamma = other as? Gamma else { return nil }
    return klDivergence(gamma, Gamma(concentration: 1, rate: rate))
  }
}

/// A distribution that gives one divergence for all its batch elements.
private struct Careless: DivergentDistribution {
  var batchShape: [Int] { [2] }
  var eventShape: [Int] { [] }
  var support: Constraint { .real }
  var mean: Tensor { Tensor.zeros([2]) }
  var variance: Tensor { Tensor.ones([2]) }

  func logProb(_ value: Tensor) -> Tensor { Normal([0, 0], 1).logProb(value) }

  func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    Normal([0, 0], 1).sample(shape, using: &generator)
  }

  func divergence(to other: any Distribution) -> Tensor? { Tensor(0.5) }
}

/// The divergences that a distribution of a user's own gives, held against quadrature.
@Suite struct OwnDivergenceTests {
  private typealias LogDensity = (Double) -> Double

  private static func doubleExponential(_ loc: Double, _ scale: Double) -> LogDensity {
    { -abs($0 - loc) / scale - log(2 * scale) }
  }

  private static func normal(_ loc: Double, _ scale: Double) -> LogDensity {
    { normalLogDensity($0, loc, scale) }
  }

  // ∫ p (log p - log q) by Simpson's rule; kinks at multiples of 1/64 are ends of its panels.
  private static func divergence(
    _ p: LogDensity, _ q: LogDensity, from lower: Double = -40, to upper: Double = 40
  ) -> Double {
    let count = Int((upper - lower) * 64)
    func term(_ x: Double) -> Double { exp(p(x)) * (p(x) - q(x)) }
    return (0..<count).reduce(0) { sum, panel in
      let x = lower + Double(panel) / 64
      return sum + (term(x) + 4 * term(x + 1.0 / 128) + term(x + 1.0 / 64)) / 384
    }
  }

  private let locs = [0.5, -1.25, 2]
  private let scales = [0.75, 1.5, 0.5]
  private var own: DoubleExponential {
    DoubleExponential(loc: Tensor(locs), scale: Tensor(scales))
  }
  private var densities: [LogDensity] { zip(locs, scales).map { Self.doubleExponential($0, $1) } }

  private func expectEqual(
    _ mine: Tensor?, _ exact: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let mine = try #require(mine, sourceLocation: sourceLocation).scalars
    #expect(mine.count == exact.count, sourceLocation: sourceLocation)
    let worst = zip(mine, exact).map { abs($0 - $1) }.max() ?? 0
    #expect(worst < 1e-8, "\(mine) and \(exact)", sourceLocation: sourceLocation)
  }

  @Test func theOwnKindIsKnown() throws {
    let exact = densities.map { Self.divergence($0, Self.doubleExponential(-0.5, 1.25)) }
    let other = DoubleExponential(loc: number(-0.5), scale: number(1.25))
    try expectEqual(klDivergence(own, other), exact)
  }

  @Test func anotherKindIsKnownInBothDirections() throws {
    let normal = Normal(loc: number(0.25), scale: number(1.5))
    let density = Self.normal(0.25, 1.5)
    try expectEqual(klDivergence(own, normal), densities.map { Self.divergence($0, density) })
    try expectEqual(klDivergence(normal, own), densities.map { Self.divergence(density, $0) })
  }

  @Test func whatTheDistributionDoesNotKnowIsNil() {
    #expect(klDivergence(own, Gamma(1, 1)) == nil)
    #expect(klDivergence(Gamma(1, 1), own) == nil)
    #expect(klDivergence(Exponential(rate: 1), own) == nil)
    #expect(klDivergence(Normal(0, 1), Exponential(rate: 1)) == nil)
  }

  @Test func theExampleOfThePageHolds() throws {
    let own = Exponential(rate: number(0.75))
    let density: LogDensity = { log(0.75) - 0.75 * $0 }
    let other = Self.divergence(density, { log(2) - 2 * $0 }, from: 0, to: 60)
    try expectEqual(klDivergence(own, Exponential(rate: number(2))), [other])
    // Γ(5) = 24.
    let gamma: LogDensity = { 5 * log(1.5) + 4 * log(max($0, 1e-300)) - 1.5 * $0 - log(24) }
    let exact = Self.divergence(gamma, density, from: 0, to: 60)
    try expectEqual(klDivergence(Gamma(number(5), number(1.5)), own), [exact])
  }

  @Test func wrappersOfTheDistributionAddUpRepeatAndLeaveOut() throws {
    let normal = Normal(number(0.25), number(1.5))
    let exact = densities.map { Self.divergence($0, Self.normal(0.25, 1.5)) }
    let wide = normal.expanded(to: [3])
    try expectEqual(klDivergence(own.toEvent(1), wide.toEvent(1)), [exact.reduce(0, +)])
    let back = densities.map { Self.divergence(Self.normal(0.25, 1.5), $0) }
    try expectEqual(klDivergence(wide.toEvent(1), own.toEvent(1)), [back.reduce(0, +)])
    try expectEqual(klDivergence(own.expanded(to: [2, 3]), normal), exact + exact)
    let mask = Tensor([true, false, true])
    try expectEqual(klDivergence(own.masked(by: mask), normal), [exact[0], 0, exact[2]])
    let event = own.expanded(to: [2, 3]).toEvent(1)
    let masked = klDivergence(event.masked(by: Tensor([false, true])), wide.toEvent(1))
    try expectEqual(masked, [0, exact.reduce(0, +)])
  }

  @Test func theSameBijectionOfBothLeavesTheDivergence() throws {
    let normal = Normal(number(0.25), number(1.5))
    let exact = densities.map { Self.divergence($0, Self.normal(0.25, 1.5)) }
    let transforms: [any Transform] = [AffineTransform(1, 2), ExpTransform()]
    let (p, q) = (
      TransformedDistribution(base: own, transforms: transforms),
      TransformedDistribution(base: normal, transforms: [AffineTransform(1, 2), ExpTransform()])
    )
    try expectEqual(klDivergence(p, q), exact)
    #expect(klDivergence(p, TransformedDistribution(normal, [ExpTransform()])) == nil)
    let other = TransformedDistribution(normal, [AffineTransform(1, 3), ExpTransform()])
    #expect(klDivergence(p, other) == nil)
    #expect(klDivergence(p, normal) == nil)
    // Softmax gives the same proportions for many inputs.
    let proportions = TransformedDistribution(own, [SoftmaxTransform()])
    #expect(klDivergence(proportions, proportions) == nil)
    let sticks = TransformedDistribution(own, [StickBreakingTransform()])
    let wide = Expanded(base: normal, batchShape: [3])
    let others = TransformedDistribution(wide, [StickBreakingTransform()])
    try expectEqual(klDivergence(sticks, others), [exact.reduce(0, +)])
  }

  @Test func aDivergenceOfAnotherShapeEndsTheProcessWithBothShapes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = klDivergence(Careless(), Normal(0, 1))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("Careless.divergence(to:): the result has shape []"))
    #expect(message.contains("need [2]"))
  }
}

/// The mean-field objective with divergences of a user's own: without data they are all of the loss.
@Suite struct OwnMeanFieldTests {
  private static func loss(
    prior: any Distribution, guide: any Distribution, seed: Int = 0
  ) throws -> Tensor {
    try withSeed(seed) {
      try TraceMeanFieldELBO().loss(
        model: { _ = plate("groups", 3) { sample("z", prior) } },
        guide: { _ = plate("groups", 3) { sample("z", guide) } })
    }
  }

  // KL(DoubleExponential(0.5, b) ‖ N(0.25, 1.5)), as `OwnDivergenceTests` holds it against quadrature.
  private func exact(_ b: Double) -> Double {
    let logHalfPi: Double = log(Double.pi / 2)
    return log(1.5 / b) + (2 * b * b + 0.0625) / 4.5 + 0.5 * logHalfPi - 1
  }

  @Test func theDivergenceOfAGuidesOwnDistributionIsTheLoss() throws {
    let scale = Tensor([0.75]).requiringGradient()
    let guide = DoubleExponential(loc: number(0.5), scale: scale)
    for seed in 0..<3 {
      let loss = try Self.loss(prior: Normal(number(0.25), number(1.5)), guide: guide, seed: seed)
      #expect(abs(loss.item() - 3 * exact(0.75)) < 1e-12)
      let slope = try #require(gradients(of: loss, at: [scale])[0]).item()
      #expect(abs(slope - 3 * (4 * 0.75 / 4.5 - 1 / 0.75)) < 1e-12)
    }
  }

  @Test func theDivergenceFromAPriorsOwnDistributionIsTheLoss() throws {
    let prior = DoubleExponential(loc: number(0.5), scale: number(0.75))
    let guide = Normal(number(0.25), number(1.5))
    let one = try #require(klDivergence(guide, prior)).item()
    for seed in 0..<3 {
      let loss = try Self.loss(prior: prior, guide: guide, seed: seed)
      #expect(abs(loss.item() - 3 * one) < 1e-12)
    }
  }

  @Test func withoutAClosedFormTheLossIsThatOfTheDraws() throws {
    let prior = Exponential(rate: number(0.75))
    let guide = LogNormal(number(0), number(0.5))
    let losses = try (0..<2).map { try Self.loss(prior: prior, guide: guide, seed: $0).item() }
    #expect(losses[0] != losses[1])
  }
}
