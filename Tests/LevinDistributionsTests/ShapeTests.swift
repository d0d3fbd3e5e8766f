import LevinDistributions
import LevinTensor
import Testing

/// Vectors of which each draw is the location, and the log-probability that of a normal around it.
private struct Points: Distribution {
  let locs: Tensor

  var batchShape: [Int] { locs.shape.dropLast() }
  var eventShape: [Int] { locs.shape.suffix(1) }
  var support: Constraint { .real }
  var mean: Tensor { locs }
  var variance: Tensor { Tensor.zeros(locs.shape) }

  func logProb(_ value: Tensor) -> Tensor { Normal(locs, 1).logProb(value).sum(axis: -1) }

  func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    locs.expanded(to: shape + locs.shape)
  }
}

@Suite struct ShapeTests {
  @Test func parametersBroadcastToTheBatchShape() {
    let normal = Normal(Tensor.zeros([3, 1]), Tensor.ones([2]))
    #expect(normal.batchShape == [3, 2])
    #expect(normal.eventShape == [])
    #expect(normal.mean.shape == [3, 2])
    #expect(normal.variance.shape == [3, 2])
    #expect(normal.logProb(Tensor.zeros([5, 1, 1])).shape == [5, 3, 2])
    #expect(withSeed(0) { normal.sample([4]) }.shape == [4, 3, 2])
  }

  @Test func aMixtureTakesTheLastBatchAxisAway() {
    let mixture = MixtureSameFamily(
      Categorical(probs: [0.2, 0.3, 0.5]), Normal(Tensor.zeros([4, 3]), 1))
    #expect(mixture.batchShape == [4])
    #expect(mixture.logProb(Tensor.zeros([7, 4])).shape == [7, 4])
    #expect(mixture.mean.shape == [4])
    #expect(mixture.variance.shape == [4])
    #expect(withSeed(0) { mixture.sample([2]) }.shape == [2, 4])
  }

  @Test func aMixtureKeepsTheAxesOfAnEvent() {
    let points = Points(locs: [[[0, 1, 2], [3, 4, 5]], [[10, 11, 12], [13, 14, 15]]])
    let mixture = MixtureSameFamily(Categorical(probs: [0.25, 0.75]), points)
    #expect(mixture.batchShape == [2])
    #expect(mixture.eventShape == [3])
    #expect(mixture.logProb(Tensor.zeros([4, 2, 3])).shape == [4, 2])
    #expect(mixture.mean.scalars == [2.25, 3.25, 4.25, 12.25, 13.25, 14.25])
    #expect(mixture.variance.shape == [2, 3])
    let draws = withSeed(8) { mixture.sample([1000]) }
    #expect(draws.shape == [1000, 2, 3])
    // Each draw is one component's, all of it.
    #expect((draws[.all, .all, 1] - draws[.all, .all, 0]).scalars.allSatisfy { $0 == 1 })
    let shares = (draws[.all, 0, 0] .== 3).cast(to: .float32).mean().item()
    #expect(abs(shares - 0.75) < 0.05)
  }

  @Test func aColumnOfDataGivesAColumnOfLogProbabilities() {
    let mixture = MixtureSameFamily(Categorical(probs: [0.5, 0.5]), Poisson(rate: [0, 5]))
    #expect(mixture.batchShape == [])
    #expect(mixture.logProb(Tensor.zeros([10, 1])).shape == [10, 1])
  }

  @Test func numbersBesideTensorsTakeTheirDType() {
    let data = Tensor([0.1, 0.2] as [Double])
    #expect(Normal(0, 0.1).logProb(data).dtype == .float64)
    let exact = Normal(Tensor(0.0), Tensor(0.1)).logProb(data)
    #expect(agree(Normal(0, 0.1).logProb(data).scalars, exact.scalars, within: 1e-15))
    #expect(Normal(0, 0.1).logProb([0.1, 0.2]).dtype == .float32)
    let exactBeta = Beta(Tensor(0.5), Tensor(1.7)).logProb(data)
    #expect(agree(Beta(0.5, 1.7).logProb(data).scalars, exactBeta.scalars, within: 1e-15))
  }

  @Test func wholeNumbersServeAsValuesAndParameters() {
    let counts = Tensor([0, 3, 7])
    let real = Tensor([0, 3, 7] as [Double])
    let rate = Tensor([2.5] as [Double])
    #expect(Poisson(rate: rate).logProb(counts).dtype == .float64)
    let mine = Poisson(rate: rate).logProb(counts).scalars
    #expect(mine == Poisson(rate: rate).logProb(real).scalars)
    #expect(Poisson(rate: 5).logProb(counts).dtype == .float32)
    #expect(Poisson(rate: 5).sample([3]).dtype == .float32)
  }

  @Test func supportsSayWhatAValueMustBe() {
    #expect("\(Normal(0, 1).support)" == "a finite number")
    #expect("\(Beta(1, 1).support)" == "a number between 0 and 1, both excluded")
    #expect("\(Poisson(rate: 1).support)" == "an integer from 0 up")
    #expect("\(ZeroInflatedPoisson(gate: 0.5, rate: 1).support)" == "an integer from 0 up")
    #expect("\(Categorical(probs: [1, 1, 1]).support)" == "an integer from 0 to 2")
    let mixture = MixtureSameFamily(Categorical(probs: [1, 1]), Beta([1, 2], 2))
    #expect("\(mixture.support)" == "a number between 0 and 1, both excluded")
  }

  @Test func mistakesAboutShapesEndTheProcessWithTheirNames() async {
    await #expect(processExitsWith: .failure) {
      _ = MixtureSameFamily(Categorical(probs: [0.5, 0.5]), Normal([0, 1, 2], 1))
    }
    await #expect(processExitsWith: .failure) { _ = Categorical(probs: 0.5) }
  }
}
