import LevinTensor
import Testing

@Suite struct BijectionTests {
  static let constraints: [(Constraint, inputs: [Int], outputs: [Int])] = [
    (.real, [5], [5]), (.positive, [5], [5]), (.nonNegative, [5], [5]), (.unitInterval, [5], [5]),
    (.greaterThan(Tensor(2.0)), [5], [5]), (.lessThan(Tensor(-1.0)), [5], [5]),
    (.interval(Tensor(-1.0), Tensor([1.0, 2, 3, 4, 5])), [5], [5]), (.simplex, [3, 4], [3, 5]),
    (.realVector, [3, 4], [3, 4]), (.ordered, [3, 4], [3, 4]),
    (.independent(.positive, 2), [3, 4], [3, 4]),
    (.independent(.simplex, 1), [3, 4], [3, 5]),
  ]

  @Test(arguments: constraints.indices)
  func realNumbersLandInTheConstraintAndComeBack(_ index: Int) {
    let (constraint, inputs, outputs) = Self.constraints[index]
    var generator = PCG64(seed: 21)
    let x = generator.normal(scale: 2, shape: inputs, dtype: .float64)
    let bijection = biject(to: constraint)
    let y = bijection(x)
    #expect(constraint.hasBijection && !constraint.isDiscrete)
    #expect(y.shape == outputs)
    #expect(constraint.check(y).shape == outputs.dropLast(constraint.eventRank))
    #expect(constraint.check(y).all().item(as: Bool.self))
    #expect((bijection.inverse(y) - x).abs().max().item() < 1e-11)
    #expect(bijection.outputEventRank == constraint.eventRank)
  }

  @Test func theSimplexHasATransformOfAllItsProportions() {
    #expect(biject(to: .simplex).base is StickBreakingTransform)
    #expect(transform(to: .simplex).base is SoftmaxTransform)
    #expect(transform(to: .positive).base is ExpTransform)
    #expect(!transform(to: .independent(.simplex, 1)).isBijective)
    #expect(biject(to: .independent(.simplex, 1)).isBijective)
  }

  @Test(arguments: [Constraint.boolean, .nonNegativeInteger, .integers(in: 0..<3)])
  func whatIsDiscreteHasNoBijection(_ constraint: Constraint) {
    #expect(constraint.isDiscrete && !constraint.hasBijection)
    #expect(Constraint.independent(constraint, 1).isDiscrete)
    #expect(!Constraint.independent(constraint, 1).hasBijection)
  }

  @Test func askingForABijectionThatIsNotThereEndsTheProcess() async {
    await #expect(processExitsWith: .failure) { _ = biject(to: .boolean) }
    await #expect(processExitsWith: .failure) { _ = transform(to: .nonNegativeInteger) }
    await #expect(processExitsWith: .failure) {
      _ = biject(to: Constraint("a number above 1") { $0 .> 1 })
    }
  }

  @Test func aConstraintOfOnesOwnBringsItsTransform() {
    let above = ComposedTransform([ExpTransform(), AffineTransform(1, 1)])
    let own = Constraint("a number above 1", transform: above) { $0 .> 1 }
    #expect(own.hasBijection)
    let bijection = biject(to: own)
    #expect(bijection(Tensor([0.0])).scalars == [2])
    let soft = Constraint("proportions", eventRank: 1, transform: SoftmaxTransform()) {
      ($0 .>= 0).all(axis: -1)
    }
    #expect(!soft.hasBijection)
    let softmax = transform(to: soft)
    #expect(softmax([0, 0]).scalars == [0.5, 0.5])
  }
}
