import Levin
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Forms that people who know PyTorch and Pyro write, as they write them.
@Suite struct WrittenFormsTests {
  private let x = Tensor([0.5, 1.5] as [Float])

  @Test func aComparisonOfNumbersIsACondition() {
    var passed: [String] = []
    if x.mean() > 0 { passed.append("a number") }
    if x.mean() > 1 / 2 { passed.append("a quotient") }
    if x.sum() <= x.max() * 2 { passed.append("a tensor") }
    let limit: Float = 3
    if x.sum() < limit { passed.append("a variable") }
    while x[0] >= 1 { passed.append("never") }
    #expect(passed == ["a number", "a quotient", "a tensor", "a variable"])
    #expect(!(Tensor(Float.nan) > 0) && !(Tensor(Float.nan) <= 0))
  }

  @Test func aComparisonOfManyElementsIsNoCondition() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      if Tensor([1, 2]) > 0 { print("both") }
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("[2]") && message.contains(".>"), "\(message)")
  }

  @Test func nestedArraysAreMatrices() {
    let m = Tensor([[1, 2], [3, 4]])
    #expect(m.shape == [2, 2] && m.scalars == [1, 2, 3, 4])
    #expect(m.matmul(Tensor([[1, 0], [0, 1]])).scalars == m.scalars)
    #expect(Tensor([[0.5, 1], [1, 0.5]]).dtype == .float64)
  }

  @Test func piTakesTheTypeOfItsNeighbour() {
    let pi = Float(Double.pi)
    #expect((2 * .pi * x).scalars == x.scalars.map { Double(2 * pi * Float($0)) })
    let entropy = 0.5 * log(2 * .pi * x.square()) + 1 / 2
    #expect(abs(entropy.scalars[1] - (0.5 * 2.6488 + 0.5)) < 1e-3)
    let angle: Tensor = .pi / 2
    let angles: Tensor = [.pi, angle]
    #expect(angles.scalars == [Double(pi), Double(pi / 2)])
  }

  @Test func aBijectionIsCalledWhereItIsMade() {
    let y = biject(to: .positive)(x)
    #expect(y.scalars == x.exp().scalars)
    #expect(transform(to: .unitInterval)(x).scalars == x.sigmoid().scalars)
    let bijection = biject(to: .positive)
    #expect(bijection.inverse(y).scalars.count == 2)
    #expect(bijection.logAbsDetJacobian(x, y).scalars == x.scalars)
    let stored: any Transform = biject(to: .simplex)
    #expect(stored.forwardShape([2]) == [3])
  }

  @Test func transformsOfConstraintsAreThoseOfTheirKind() {
    let shifted = TransformedDistribution(Normal(0, 1), [biject(to: .real), AffineTransform(2, 3)])
    #expect(shifted.mean.item() == 2 && shifted.variance.item() == 9)
    #expect(biject(to: .positive).base is ExpTransform)
  }

  @Test func aPlateOfOneSampleIsAStatement() throws {
    let n = 3
    let data: Tensor = [1, 2, 3]
    let model: () -> Void = {
      plate("d", n) { sample("x", Normal(0, 1), observed: data) }
    }
    let indexed: () -> Void = {
      plate("d", n) { indices in sample("x", Normal(0, 1), observed: data[indices]) }
    }
    func written() {
      plate("d", n) { sample("x", Normal(0, 1), observed: data) }
    }
    for run in [model, indexed, written] {
      #expect(abs(withTrace(run).trace.logProbSum.item() + 9.756_815_6) < 1e-5)
    }
    let masked: () -> Void = {
      withMask(Tensor([true, false, true])) { sample("x", Normal(0, 1), observed: data) }
    }
    #expect(abs(withTrace(masked).trace.logProbSum.item() + 6.837_877) < 1e-5)
    let locations = plate("k", n) { sample("loc", Normal(0, 1)) }
    #expect(locations.shape == [3])
  }

  @Test func distributionsOfUnknownTypeAreTransformed() {
    let base = Normal(Tensor.zeros([3]), 1)
    let d = base.toEvent(1).transformed(by: [ExpTransform()])
    #expect(d.eventShape == [3] && d.batchShape == [])
    let known = TransformedDistribution(Independent(base, 1), [ExpTransform()])
    #expect(d.logProb([1, 2, 3]).item() == known.logProb([1, 2, 3]).item())
    #expect(d is any ReparameterizedDistribution)
  }

  @Test func quotientsOfIntegersAreParameters() {
    #expect(Dirichlet([1 / 2, 1 / 2]).concentration.scalars == [0.5, 0.5])
    let third = Categorical(probs: [1 / 3, 1 / 3, 1 / 3]).probs.scalars
    #expect(third.allSatisfy { abs($0 - 1 / 3) < 1e-6 })
    #expect(Normal(1 / 4, 1 / 2).scale.item() == 0.5)
    #expect(Normal(loc: [1 / 4, 0], scale: 1 / 2).loc.scalars == [0.25, 0])
    #expect(Bernoulli(probs: 3 / 4).probs.item() == 0.75)
    #expect(Beta(1 / 2, 1 / 2).mean.item() == 0.5)
  }

  @Test func textPrintedBeforeAnErrorThatNobodyCatchesIsThere() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardOutputContent]) {
      print("epoch 7")
      _ = try? Trainer(maxEpochs: -1).fit(
        Mean(), train: DataLoader(TensorDataset(Tensor.ones([1])), batchSize: 1))
      // As a trap ends the process: without writing out.
      raise(SIGKILL)
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    #expect(output.hasSuffix("epoch 7\n"))
  }
}

private final class Mean: LightningModule {
  @Parameter var mean: Tensor = 0

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { (mean - batch).square().mean() }
  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 1)) }
}
