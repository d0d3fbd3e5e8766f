import Foundation
import Levin
import Testing

private final class Rates: Module {
  @Parameter(constraint: .positive) var rate: Tensor = [1, 4]
  @Parameter var shares: Tensor
  @Parameter var free: Tensor = [-1]

  init(groups: Int) {
    _shares = Parameter(wrappedValue: .full([groups], 1 / Double(groups)), constraint: .simplex)
  }
}

/// Parameters that keep within a constraint.
@Suite struct ConstrainedParameterTests {
  private func isNear(_ mine: [Double], _ theirs: [Double], within tolerance: Double = 1e-6) -> Bool
  {
    mine.count == theirs.count && zip(mine, theirs).allSatisfy { abs($0 - $1) <= tolerance }
  }

  @Test func theFirstValueComesBack() {
    let rates = Rates(groups: 4)
    #expect(isNear(rates.rate.scalars, [1, 4]))
    #expect(isNear(rates.shares.scalars, [0.25, 0.25, 0.25, 0.25]))
    #expect(rates.free.scalars == [-1])
  }

  @Test func theOptimizersNumbersAreUnconstrained() {
    let rates = Rates(groups: 4)
    #expect(isNear(rates.$rate.unconstrained.scalars, [0, log(4)]))
    #expect(rates.$shares.unconstrained.shape == [4])
    #expect(rates.$free.unconstrained.scalars == [-1])
  }

  @Test func anAssignedValueComesBack() {
    let rates = Rates(groups: 2)
    rates.rate = [3, 0.5]
    rates.shares = [0.1, 0.9]
    #expect(isNear(rates.rate.scalars, [3, 0.5]))
    #expect(isNear(rates.$rate.unconstrained.scalars, [log(3), log(0.5)]))
    #expect(isNear(rates.shares.scalars, [0.1, 0.9]))
  }

  @Test func integersBecomeFloat32AndDoublesStay() {
    #expect(
      Parameter(wrappedValue: Tensor([1, 2]), constraint: .positive).wrappedValue.dtype == .float32)
    let double = Parameter(wrappedValue: Tensor([0.1]), constraint: .positive)
    #expect(double.wrappedValue.dtype == .float64)
    #expect(isNear(double.wrappedValue.scalars, [0.1], within: 1e-15))
  }

  @Test func eachParameterIsListedOnce() {
    let rates = Rates(groups: 2)
    #expect(rates.namedParameters.map(\.name) == ["rate", "shares", "free"])
    #expect(rates.parameters[0] === rates.$rate)
  }

  @Test func gradientsReachTheUnconstrainedNumbers() throws {
    let rates = Rates(groups: 2)
    let slope = gradients(of: rates.rate.sum(), at: [rates.$rate.unconstrained])[0]
    // The derivative of exp is exp.
    #expect(isNear(try #require(slope).scalars, [1, 4]))
  }

  @Test func aStepIsTakenInTheUnconstrainedSpace() throws {
    let rate = Parameter(wrappedValue: Tensor([2.0]), constraint: .positive)
    let optimizer = SGD([rate], learningRate: 0.5)
    let slope = gradients(of: rate.wrappedValue.sum() * 3, at: [rate.unconstrained])[0]
    optimizer.step([slope])
    // log 2 - 0.5 · 3 · 2.
    #expect(isNear(rate.wrappedValue.scalars, [exp(log(2.0) - 3)], within: 1e-12))
  }

  @Test func stepsOfAnySizeKeepTheConstraint() {
    let rates = Rates(groups: 3)
    let optimizer = Adam(rates.parameters, learningRate: 0.7)
    for _ in 0..<30 {
      let loss = (rates.rate * 5 + 1).sum() + (rates.shares * [3, 2, 1]).sum() + rates.free.sum()
      optimizer.step(gradients(of: loss, at: rates.parameters.map(\.unconstrained)))
      #expect(rates.rate.scalars.allSatisfy { $0 > 0 })
      #expect(abs(rates.shares.sum().item() - 1) < 1e-6)
    }
    #expect(rates.rate.scalars.allSatisfy { $0 < 0.1 })
    #expect(rates.shares.scalars[2] > 0.9)
    #expect(rates.free.item() < -5)
  }

  @Test func aFirstValueOutsideTheConstraintEndsTheProcess() async throws {
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Parameter(wrappedValue: [1, -1], constraint: .positive)
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(message.contains("Parameter: the first value [ 1., -1.] is not a positive number"))
  }
}
