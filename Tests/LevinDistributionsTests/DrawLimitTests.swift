import Levin
import LevinTestKit
import Testing

/// Draws that cannot be made: a fault of the numbers is an error, a shape that cannot be is a mistake.
@Suite struct DrawLimitTests {
  @Test func ratesWhoseCountsFitNoIntegerAreFaults() throws {
    var generator = PCG64(seed: 0)
    for rate in [1e19, 1e30, Double.infinity, -1, .nan] {
      let rates = Tensor([3, rate])
      for drawn in [
        Poisson(rate: rates).sample([2], using: &generator),
        ZeroInflatedPoisson(gate: 0.5, rate: rates).sample([2], using: &generator),
      ] {
        #expect(drawn.shape == [2, 2])
        #expect(throws: EvaluationError.self) { _ = try drawn.evaluated() }
      }
    }
    #expect(
      try Poisson(rate: Tensor([9e18])).sample([2], using: &generator).evaluated().shape == [2, 1])
  }

  private static let cases: [@Sendable () -> Tensor] = [
    { Dirichlet([1, 1]).sample([1 << 40, 1 << 40]) }, { Dirichlet([1, 1]).sample([-1]) },
    { Normal(0, 1).sample([1 << 40, 1 << 40]) }, { Normal(0, 1).sample([-1]) },
    { Gamma(1, 1).sample([1 << 40, 1 << 40]) }, { Poisson(rate: 1).sample([-1]) },
    { Categorical(probs: [0.5, 0.5]).sample([1 << 40, 1 << 40]) },
  ]

  @Test(arguments: cases.indices) func shapesThatCannotBeAreRefusedByName(index: Int) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in
      _ = DrawLimitTests.cases[index]()
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("error: ") && message.contains(".sample: "), "\(message)")
  }
}
