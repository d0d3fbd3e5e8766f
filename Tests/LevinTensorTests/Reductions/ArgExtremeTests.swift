import LevinTestKit
import Testing

@testable import LevinTensor

/// Indices of the largest and the smallest elements.
@Suite struct ArgExtremeTests {
  @Test(arguments: OrderFixture.cases("argMax", "argMin"))
  func indicesAreThoseOfPyTorch(_ known: OrderFixture.Case) {
    let failures = known.mismatches { x in
      let keeps = known.keeping ?? false
      return known.operation == "argMax"
        ? [x.argMax(axis: known.axis, keepingDimensions: keeps)]
        : [x.argMin(axis: known.axis, keepingDimensions: keeps)]
    }
    #expect(failures.isEmpty, "\(failures)")
  }

  @Test func theFirstOfEqualElementsIsTaken() {
    let x = Tensor([1, 3, 3, 0, 0] as [Float])
    #expect(x.argMax().item() == 1 && x.argMin().item() == 3)
    #expect(Tensor([-0.0, 0.0]).argMax().item() == 0)
  }

  @Test func theFirstUndefinedNumberIsBothExtremes() {
    let x = Tensor([Double.infinity, .nan, -.infinity, .nan])
    #expect(x.argMax().item() == 1 && x.argMin().item() == 1)
  }

  @Test func viewsAreSearchedInTheirOwnOrder() {
    let x = Tensor([0.0, 5, 1, 9, 2, 7], shape: [2, 3])
    #expect(x.transposed().argMax(axis: 0).scalars == [1, 0])
    #expect(x.transposed().argMax().item() == 1 && x[.all, 1...].argMax().item() == 3)
  }

  @Test func aChoiceHasNoGradient() {
    let x = Tensor([1.0, 2.0]).requiringGradient()
    #expect(!x.argMax().requiresGradient)
  }

  @Test func manyRowsAreSearchedAlikeOnAnyNumberOfThreads() {
    var random = PCG64(seed: 1)
    let x = random.uniform(shape: [3001, 67])
    let rows = x.scalars
    let expected = (0..<3001).map { row -> Double in
      let line = rows[(row * 67)..<((row + 1) * 67)]
      return Double((line.firstIndex(of: line.max() ?? 0) ?? 0) - row * 67)
    }
    #expect(x.argMax(axis: 1).scalars == expected)
  }
}
