import LevinTensor
import Testing

@Suite struct ConstraintTests {
  static let numbers: [Double] = [-.infinity, -1, 0, 0.5, 1, 2, 3, .infinity, .nan]
  static let single = numbers.map { Float($0) }

  static let expected: [(Constraint, [Double])] = [
    (.real, [0, 1, 1, 1, 1, 1, 1, 0, 0]),
    (.positive, [0, 0, 0, 1, 1, 1, 1, 0, 0]),
    (.unitInterval, [0, 0, 0, 1, 0, 0, 0, 0, 0]),
    (.nonNegativeInteger, [0, 0, 1, 0, 1, 1, 1, 0, 0]),
    (.integers(in: 0..<3), [0, 0, 1, 0, 1, 1, 0, 0, 0]),
    (.nonNegative, [0, 0, 1, 1, 1, 1, 1, 0, 0]),
    (.greaterThan(0.5), [0, 0, 0, 0, 1, 1, 1, 0, 0]),
    (.lessThan(1), [0, 1, 1, 1, 0, 0, 0, 0, 0]),
    (.interval(0, 2), [0, 0, 1, 1, 1, 1, 0, 0, 0]),
    (.boolean, [0, 0, 1, 0, 1, 0, 0, 0, 0]),
    (Constraint("a number above 1") { $0 .> 1 }, [0, 0, 0, 0, 0, 1, 1, 1, 0]),
  ]

  @Test(arguments: expected.indices)
  func constraintsHoldWhereTheySay(_ index: Int) {
    let (constraint, holds) = Self.expected[index]
    #expect(constraint.check(Tensor(Self.numbers)).scalars == holds)
    #expect(constraint.check(Tensor(Self.single)).scalars == holds)
    #expect(constraint.check(Tensor(Self.single)).dtype == .bool)
  }

  @Test func wholeNumbersAreChecked() {
    let counts = Tensor([-1, 0, 4])
    #expect(Constraint.nonNegativeInteger.check(counts).scalars == [0, 1, 1])
    #expect(Constraint.integers(in: 0..<4).check(counts).scalars == [0, 1, 0])
    #expect(Constraint.real.check(counts).scalars == [1, 1, 1])
  }

  @Test func vectorsAreCheckedAsAWhole() {
    let vectors: Tensor = [
      [0.2, 0.3, 0.5], [-0.1, 0.6, 0.5], [0, 0, 1], [0.2, 0.3, .nan], [1, 1, 1],
    ]
    #expect(Constraint.simplex.check(vectors).scalars == [1, 0, 1, 0, 0])
    #expect(Constraint.ordered.check(vectors).scalars == [1, 0, 0, 0, 0])
    #expect(Constraint.realVector.check(vectors).scalars == [1, 1, 1, 0, 1])
    #expect(Constraint.independent(.nonNegative, 1).check(vectors).scalars == [1, 0, 1, 0, 1])
    #expect(Constraint.independent(.simplex, 1).check(vectors).scalars == [0])
    #expect(Constraint.independent(.simplex, 1).eventRank == 2)
  }

  @Test func proportionsMayBeRounded() {
    let thirds = Tensor([Float](repeating: 1 / 3, count: 3))
    #expect(Constraint.simplex.check(thirds).item(as: Bool.self))
    #expect(!Constraint.simplex.check([0.333, 0.333, 0.333]).item(as: Bool.self))
  }

  @Test func boundsMayDifferFromPlaceToPlace() {
    let above = Constraint.greaterThan([0, 1, 2])
    #expect(above.check([1, 1, 3]).scalars == [1, 0, 1])
    #expect("\(above)" == "a number above a bound of shape [3]")
    #expect("\(Constraint.interval(0, 2))" == "a number from 0.0 to 2.0")
    #expect("\(Constraint.independent(.boolean, 1))" == "0 or 1 at each index")
  }

  @Test func aVectorConstraintRefusesSingleNumbers() async {
    await #expect(processExitsWith: .failure) { _ = Constraint.simplex.check(1) }
  }
}
