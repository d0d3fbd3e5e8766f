import LevinTensor
import Testing

@Suite struct TransformEqualityTests {
  private let bound = Tensor([1.0, 2])

  @Test func transformsOfOneTypeWithoutParametersAreEqual() {
    #expect(ExpTransform() == ExpTransform())
    #expect(StickBreakingTransform().isSame(as: StickBreakingTransform()))
    #expect(!ExpTransform().isSame(as: SoftplusTransform()))
  }

  @Test func affineTransformsOfTheSameTensorsOrNumbersAreEqual() {
    #expect(AffineTransform(bound, 2) == AffineTransform(bound, 2.0))
    #expect(AffineTransform([0, 1], 2) == AffineTransform([0, 1], 2))
    #expect(AffineTransform(bound, 2) != AffineTransform(bound, 3))
    #expect(AffineTransform([0, 1], 2) != AffineTransform([[0, 1]], 2))
    // Nothing is computed to find out.
    #expect(AffineTransform(bound, 2) != AffineTransform(Tensor([1.0, 2]), 2))
  }

  @Test func compositionsAreEqualPartByPart() {
    let parts: [any Transform] = [AffineTransform(bound, 2), SigmoidTransform()]
    #expect(ComposedTransform(parts) == ComposedTransform(parts))
    #expect(ComposedTransform(parts) != ComposedTransform(parts.reversed()))
    #expect(ComposedTransform(parts) != ComposedTransform([parts[0]]))
    let independent = IndependentTransform(ExpTransform(), 1)
    #expect(independent == IndependentTransform(ExpTransform(), 1))
    #expect(independent != IndependentTransform(ExpTransform(), 2))
    #expect(independent != IndependentTransform(SigmoidTransform(), 1))
  }

  @Test func aTransformOfOnesOwnTakesPartByBeingEquatable() {
    struct Shift: Transform, Equatable {
      var distance: Double
      var inputEventRank: Int { 0 }
      var outputEventRank: Int { 0 }

      func callAsFunction(_ x: Tensor) -> Tensor { x + distance }

      func inverse(_ y: Tensor) -> Tensor { y - distance }

      func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor { Tensor.zeros(x.shape) }
    }
    #expect(ComposedTransform([Shift(distance: 1)]) == ComposedTransform([Shift(distance: 1)]))
    #expect(ComposedTransform([Shift(distance: 1)]) != ComposedTransform([Shift(distance: 2)]))
  }
}
