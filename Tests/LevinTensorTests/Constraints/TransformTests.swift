import LevinTensor
import LevinTestKit
import Testing

/// A transform with numbers to transform and what it leads to.
struct TransformCase: Sendable, CustomTestStringConvertible {
  let name: String
  let transform: any Transform
  /// The shape of an input, with independent axes in front.
  let shape: [Int]
  let constraint: Constraint

  var testDescription: String { name }

  func input(seed: Int = 3, scale: Double = 1.5) -> Tensor {
    var generator = PCG64(seed: seed)
    return generator.normal(scale: scale, shape: shape, dtype: .float64)
  }

  static let all: [TransformCase] = elementwise + vectors + combined

  static let elementwise = [
    TransformCase(
      name: "identity", transform: IdentityTransform(), shape: [2, 3], constraint: .real),
    TransformCase(name: "exp", transform: ExpTransform(), shape: [2, 3], constraint: .positive),
    TransformCase(
      name: "sigmoid", transform: SigmoidTransform(), shape: [2, 3], constraint: .unitInterval),
    TransformCase(
      name: "softplus", transform: SoftplusTransform(), shape: [2, 3], constraint: .positive),
    TransformCase(
      name: "affine", transform: AffineTransform(Tensor([1.0, 2, 3]), -2), shape: [2, 3],
      constraint: .real),
  ]

  static let vectors = [
    TransformCase(
      name: "stick-breaking", transform: StickBreakingTransform(), shape: [2, 4],
      constraint: .simplex),
    TransformCase(
      name: "ordered", transform: OrderedTransform(), shape: [2, 4], constraint: .ordered),
  ]

  static let combined = [
    TransformCase(
      name: "composed", transform: ComposedTransform([SoftplusTransform(), ExpTransform()]),
      shape: [4], constraint: .greaterThan(1)),
    TransformCase(
      name: "independent", transform: IndependentTransform(ExpTransform(), 1), shape: [2, 3],
      constraint: .independent(.positive, 1)),
    TransformCase(
      name: "composed of different ranks",
      transform: ComposedTransform([
        AffineTransform(0.5, 2), OrderedTransform(), IndependentTransform(ExpTransform(), 2),
      ]), shape: [2, 3], constraint: .independent(.positive, 2)),
    TransformCase(
      name: "nothing composed", transform: ComposedTransform([]), shape: [3], constraint: .real),
  ]
}

@Suite struct TransformTests {
  @Test(arguments: TransformCase.all)
  func theInverseGivesTheInputBack(_ example: TransformCase) {
    let x = example.input()
    let back = example.transform.inverse(example.transform(x))
    #expect(back.shape == x.shape)
    #expect((back - x).abs().max().item() < 1e-12)
    #expect(example.transform.isBijective)
  }

  @Test(arguments: TransformCase.all)
  func theJacobianDeterminantIsThatOfTheDerivatives(_ example: TransformCase) {
    let x = example.input().requiringGradient()
    let y = example.transform(x)
    // Proportions add up to 1, so the last of them is no coordinate.
    let coordinates = y.elementCount == x.elementCount ? y : y[.ellipsis, ..<x.shape[x.rank - 1]]
    let size = x.elementCount
    let derivatives = jacobian(of: coordinates, at: x).reshaped(to: [size, size])
    let mine = example.transform.logAbsDetJacobian(x, y)
    #expect(mine.shape == x.shape.dropLast(example.transform.inputEventRank))
    #expect(abs(mine.sum().item() - log(derivatives.determinant().abs()).item()) < 1e-10)
  }

  @Test(arguments: TransformCase.all)
  func shapesAreThoseThatTheyForetell(_ example: TransformCase) {
    let x = example.input()
    let y = example.transform(x)
    #expect(example.transform.forwardShape(x.shape) == y.shape)
    #expect(example.transform.inverseShape(y.shape) == x.shape)
    #expect(example.transform.inverse(y).shape == x.shape)
  }

  @Test(arguments: TransformCase.all)
  func gradientsAgreeWithDifferences(_ example: TransformCase) {
    let (transform, points) = (example.transform, [example.input().scalars])
    let values = CentralDifferences(at: points, shapes: [example.shape]) { transform($0[0]) }
    #expect(values.first().error < 1e-8)
    let determinants = CentralDifferences(at: points, shapes: [example.shape]) {
      // That of the identity depends on nothing; a term of 0 gives it a gradient.
      transform.logAbsDetJacobian($0[0], transform($0[0])) + 0 * $0[0].sum()
    }
    #expect(determinants.first().error < 1e-8)
  }

  @Test(arguments: TransformCase.all)
  func anyRealNumbersLandInTheConstraint(_ example: TransformCase) {
    let y = example.transform(example.input(seed: 8, scale: 4).cast(to: .float32))
    #expect(y.dtype == .float32 || example.name == "affine")
    #expect(example.constraint.check(y).all().item(as: Bool.self))
  }

  @Test func noRealNumbersAreMovedInsideAnInterval() {
    let logits = SigmoidTransform().inverse(Tensor([0.0, 1, 1e-300, -0.5]))
    #expect(logits.scalars[..<2] == [-.infinity, .infinity])
    #expect(abs(logits.scalars[2] + 690.7755278982137) < 1e-9)
    #expect(logits.scalars[3].isNaN)
  }

  @Test func softplusComesBackFromSmallNumbersAndLargeOnes() {
    let back = SoftplusTransform().inverse(Tensor([1e-10, 1, 700.0])).scalars
    #expect(abs(back[0] + 23.025850929890457) < 1e-12)
    #expect(abs(back[1] - 0.5413248546129181) < 1e-14)
    #expect(back[2] == 700)
  }

  @Test func breakingAStickAtZeroGivesEqualPieces() {
    let pieces = StickBreakingTransform()(Tensor.zeros([2, 4], dtype: .float64))
    #expect(pieces.scalars.allSatisfy { abs($0 - 0.2) < 1e-15 })
    #expect(StickBreakingTransform()(Tensor.zeros([0])).scalars == [1])
  }

  @Test(arguments: [60.0, -60, 600, -600])
  func breakingAStickFarOutKeepsSmallPieces(_ far: Double) {
    let x = Tensor([far, 0, far])
    let y = StickBreakingTransform()(x)
    #expect(y.isFinite.all().item(as: Bool.self))
    let logDeterminant = StickBreakingTransform().logAbsDetJacobian(x, y).item()
    #expect(logDeterminant.isFinite && logDeterminant < -abs(far))
  }

  @Test func theSoftmaxHasOneOfManyInverses() {
    let softmax = SoftmaxTransform()
    let y = softmax(Tensor([0.5, -1, 2, 0, 0, 0], shape: [2, 3]))
    #expect((softmax(softmax.inverse(y)) - y).abs().max().item() < 1e-15)
    #expect(softmax.inverse(y).scalars == y.log().scalars)
    #expect(!softmax.isBijective)
    #expect(!ComposedTransform([ExpTransform(), softmax]).isBijective)
    #expect(!IndependentTransform(softmax, 1).isBijective)
  }

  @Test func aCompositionTakesTogetherWhatItsPartsDo() {
    let vectorFirst = ComposedTransform([OrderedTransform(), ExpTransform()])
    #expect(vectorFirst.inputEventRank == 1 && vectorFirst.outputEventRank == 1)
    let matrixLast = ComposedTransform([ExpTransform(), IndependentTransform(ExpTransform(), 2)])
    #expect(matrixLast.inputEventRank == 2 && matrixLast.outputEventRank == 2)
  }

  @Test func mistakesEndTheProcessWithTheirNames() async {
    await #expect(processExitsWith: .failure) {
      _ = SoftmaxTransform().logAbsDetJacobian([0, 1], [0.3, 0.7])
    }
    await #expect(processExitsWith: .failure) { _ = StickBreakingTransform()(0.5) }
    await #expect(processExitsWith: .failure) { _ = IndependentTransform(ExpTransform(), 2)([1]) }
    await #expect(processExitsWith: .failure) { _ = AffineTransform([1, 2], 1)([1, 2, 3]) }
  }
}
