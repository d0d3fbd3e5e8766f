import LevinTestKit
import Testing

@testable import LevinTensor

/// Draws of PyTorch's generator of one seed, in one sequence of calls.
struct TorchStream: Decodable, Sendable, CustomTestStringConvertible {
  /// A call, with multiples of 2⁻²⁴ of `rand` or values of `randn`.
  struct Call: Decodable, Sendable {
    let count: Int
    let rand: [Int]?
    let randn: [Float]?
  }

  let seed: Int
  let calls: [Call]
  let randSum: Int
  let randLater: [Int]
  let randnMean: Double
  let randnVariance: Double
  let randnLater: [Float]
  let shortMean: Double
  let shortVariance: Double

  var testDescription: String { "seed \(seed)" }

  static let all = try! Fixture.load("random", as: Streams.self).twisters

  struct Streams: Decodable {
    let twisters: [TorchStream]
  }
}

@Suite struct MersenneTwisterTests {
  @Test(arguments: TorchStream.all) func callsInSequenceAgreeWithPyTorch(_ stream: TorchStream) {
    var random = MersenneTwister(seed: stream.seed)
    let mismatches = stream.calls.enumerated().filter { _, call in
      guard let normals = call.randn else {
        return random.rand(call.count).map { Int($0 * 0x1p24) } != call.rand
      }
      return !agree(random.randn(call.count), normals)
    }
    #expect(mismatches.isEmpty, "calls \(mismatches.map(\.offset))")
    checkLongRuns(&random, stream)
  }

  private func checkLongRuns(_ random: inout MersenneTwister, _ stream: TorchStream) {
    let uniforms = random.rand(100_000).map { Int($0 * 0x1p24) }
    #expect(uniforms.reduce(0, +) == stream.randSum)
    #expect(kept(uniforms) == stream.randLater)

    let normals = random.randn(100_001)
    let (mean, variance) = moments(normals)
    #expect(agree(kept(normals), stream.randnLater))
    #expect(abs(mean - stream.randnMean) < 1e-6 && abs(variance - stream.randnVariance) < 1e-6)

    let (shortMean, shortVariance) = moments((0..<400).flatMap { _ in random.randn(15) })
    #expect(abs(shortMean - stream.shortMean) < 1e-7)
    #expect(abs(shortVariance - stream.shortVariance) < 1e-7)
  }

  private func agree(_ values: [Float], _ expected: [Float]) -> Bool {
    values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) <= 2e-6 }
  }

  private func moments(_ values: [Float]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (mean, squares / Double(values.count))
  }

  @Test func keptNormalMakesGeneratorsDiffer() {
    var random = MersenneTwister(seed: 7)
    var other = random
    _ = random.randn(1)
    _ = other.randn(2)
    #expect(random != other)
    _ = random.randn(1)
    #expect(random == other)
  }
}
