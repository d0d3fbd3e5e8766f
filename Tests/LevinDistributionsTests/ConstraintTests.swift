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
}
