import LevinDistributions
import LevinTensor
import Testing

@Suite struct SamplingTests {
  @Test(arguments: [
    ("normal", [[0.5, -2, 30], [1.5, 0.1, 7]]), ("beta", [[0.3, 2.5], [0.7, 9]]),
    ("poisson", [[0.2, 5, 80]]), ("logNormal", [[0.5, -2], [1.5, 0.1]]),
    ("gamma", [[0.3, 2.5], [2, 0.25]]), ("dirichlet", [[0.5, 1, 2]]),
    ("sparseDirichlet", [[0.05, 0.01, 0.09]]),
  ])
  func drawsAreThoseOfNumPy(_ name: String, _ parameters: [[Double]]) throws {
    let theirs = try #require(DistributionFixture.shared.samples[name])
    let mine = distribution(name, parameters.map { Tensor($0, dtype: .float32) })
    var generator = PCG64(seed: 7)
    let draws = mine.sample([theirs.shape[0]], using: &generator)
    #expect(draws.shape == theirs.shape)
    // NumPy had the parameters in double precision.
    #expect(agree(draws.scalars, theirs.doubles, within: 1e-6))
  }

  @Test func drawsAreMadeWhenTheyAreCalledFor() {
    let rate = Tensor([3.0] as [Float]).requiringGradient()
    let counts = Poisson(rate: rate * 2)
    let numbers = withSeed(3) { [counts.sample([50]).scalars, counts.sample([50]).scalars] }
    let draws = withSeed(3) { [counts.sample([50]), counts.sample([50])] }
    // Read in the other order, where another generator is in force.
    #expect(draws[1].scalars == numbers[1])
    #expect(draws[0].scalars == numbers[0])
    #expect(!draws[0].requiresGradient)
    #expect((draws[0] * rate).requiresGradient)
  }

  @Test func equalSeedsGiveEqualDraws() {
    let normal = Normal(0, 1)
    var generator = PCG64(seed: 4)
    let explicit = normal.sample([10], using: &generator).scalars
    #expect(withSeed(4) { normal.sample([10]) }.scalars == explicit)
    withSeed(9) {
      seedEverything(4)
      #expect(normal.sample([10]).scalars == explicit)
      #expect(normal.sample([10]).scalars != explicit)
    }
  }

  @Test func aScopeLeavesTheGeneratorOutsideAlone() {
    let normal = Normal(0, 1)
    let undisturbed = withSeed(1) { normal.sample([4]).scalars }
    let disturbed = withSeed(1) {
      let first = normal.sample([2]).scalars
      _ = withSeed(2) { normal.sample([100]) }
      return first + normal.sample([2]).scalars
    }
    #expect(disturbed == undisturbed)
  }

  @Test func tasksOfAScopeShareItsGenerator() async {
    let normal = Normal(0, 1)
    let alone = withSeed(6) { normal.sample([64]).scalars }
    let shared = await withSeed(6) {
      Task {
        await withTaskGroup(of: [Double].self) { group in
          for _ in 0..<8 { group.addTask { normal.sample([8]).scalars } }
          return await group.reduce(into: []) { $0 += $1 }
        }
      }
    }.value
    #expect(shared.sorted() == alone.sorted())
  }

  @Test func proportionsStayInsideTheSupport() {
    let beta = Beta(Tensor([1e-3, 5e3] as [Float]), Tensor([1e-3, 1e-3] as [Float]))
    let draws = withSeed(0) { beta.sample([2000]) }
    #expect(beta.support.check(draws).all().item(as: Bool.self))
  }

  @Test func gatesOfZeroAndOneDecideForCertain() {
    let never = withSeed(0) { ZeroInflatedPoisson(gate: 0, rate: 50).sample([500]) }
    #expect(!(never .== 0).any().item(as: Bool.self))
    let always = withSeed(0) { ZeroInflatedPoisson(gate: 1, rate: 50).sample([500]) }
    #expect((always .== 0).all().item(as: Bool.self))
  }

  @Test func aSamplerThatForgetsItsGeneratorIsTold() async {
    await #expect(processExitsWith: .failure) { _ = Forgetful().sample([2]) }
    var generator = PCG64(seed: 0)
    #expect(Forgetful().sample([2], using: &generator).shape == [2])
  }
}

/// A distribution whose sampler draws from the default generator, not from the one it is given.
private struct Forgetful: Distribution {
  var batchShape: [Int] { [] }
  var eventShape: [Int] { [] }
  var support: Constraint { .real }
  var mean: Tensor { 0 }
  var variance: Tensor { 1 }

  func logProb(_ value: Tensor) -> Tensor { Normal(0, 1).logProb(value) }

  func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor { Normal(0, 1).sample(shape) }
}
