import LevinTestKit
import Testing

@testable import LevinTensor

/// The tensors that PyTorch makes of the same arguments.
private struct MakingFixture: Decodable {
  struct Range: Decodable {
    var of: [Double]
    var values: [Double]
  }
  struct Promotion: Decodable {
    var operation: String
    var first: String
    var second: String
    /// Nothing where PyTorch refuses the operands.
    var result: String?
  }

  var ranges: [String: [Range]]
  var tensors: [Promotion]
  var numbers: [Promotion]
}

@Suite struct TensorCreationTests {
  private let fixture: MakingFixture

  init() throws { fixture = try Fixture.load("making") }

  // MARK: Ranges

  @Test func rangesOfIntegersAreThoseOfPyTorch() throws {
    for row in try #require(fixture.ranges["whole"]) {
      let (start, end, step) = (Int(row.of[0]), Int(row.of[1]), Int(row.of[2]))
      let range = Tensor.arange(start, end, step: step)
      #expect(range.dtype == .int64 && range.scalars == row.values)
      #expect(Tensor.arange(start, end, step: step, dtype: .float32).scalars == row.values)
    }
    #expect(Tensor.arange(3).scalars == [0, 1, 2] && Tensor.arange(0).shape == [0])
    let far = Int.max - 2
    #expect(Tensor.arange(far, .max).scalars(as: Int.self) == [far, far + 1])
  }

  @Test(arguments: ["real", "linspace", "logspace", "logspace of base 2"])
  func rangesOfRealNumbersAreThoseOfPyTorch(_ kind: String) throws {
    for row in try #require(fixture.ranges[kind]) {
      let (start, end) = (row.of[0], row.of[1])
      func range(_ dtype: DType) -> Tensor {
        switch kind {
        case "real": .arange(start, end, step: row.of[2], dtype: dtype)
        case "linspace": .linspace(start, end, count: Int(row.of[2]), dtype: dtype)
        case "logspace": .logspace(start, end, count: Int(row.of[2]), dtype: dtype)
        default: .logspace(start, end, count: Int(row.of[2]), base: 2, dtype: dtype)
        }
      }
      let found = range(.float64).scalars
      #expect(found.count == row.values.count)
      // PyTorch counts the second half of linspace from its end, which differs in the last bits.
      for (a, b) in zip(found, row.values) { #expect(abs(a - b) <= 8e-16 * max(1, abs(b))) }
      #expect(range(.float32).scalars(as: Float.self) == found.map { Float($0) })
    }
  }

  @Test func rangesWithoutDtypeAreIntegersOrSinglePrecision() {
    #expect(Tensor.arange(1, 4).dtype == .int64 && Tensor.arange(0, 1, step: 0.5).dtype == .float32)
    #expect(
      Tensor.arange(2.5).scalars == [0, 1, 2] && Tensor.linspace(0, 1, count: 2).dtype == .float32)
  }

  // MARK: Diagonals and likenesses

  @Test func identitiesHaveOnesOnTheDiagonal() {
    #expect(Tensor.eye(2).scalars == [1, 0, 0, 1] && Tensor.eye(2).dtype == .float32)
    let wide = Tensor.eye(2, 3, dtype: .int64)
    #expect(wide.shape == [2, 3] && wide.scalars == [1, 0, 0, 0, 1, 0] && wide.dtype == .int64)
    #expect(Tensor.eye(3, 1).scalars == [1, 0, 0] && Tensor.eye(0).shape == [0, 0])
    #expect(Tensor.eye(2, 0).shape == [2, 0])
  }

  @Test(arguments: DType.allCases) func likenessesTakeShapeAndDtype(_ dtype: DType) {
    let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]).cast(to: dtype)
    let made = [Tensor.zeros(like: x), .ones(like: x), .full(like: x, 2.5)]
    #expect(made.allSatisfy { $0.shape == [2, 3] && $0.dtype == dtype })
    #expect(made[0].scalars == .init(repeating: 0, count: 6))
    #expect(made[1].scalars == .init(repeating: 1, count: 6))
    #expect(made[2].scalars == .init(repeating: 2.5.rounded(to: dtype), count: 6))
    #expect(Tensor.full(like: x, 2.5, dtype: .float64).scalars[0] == 2.5)
  }

  // MARK: Random

  @Test func drawsAreThoseOfTheDefaultGenerator() {
    var generator = PCG64(seed: 9)
    let expected = [
      generator.uniform(in: -1..<2, shape: [2, 3]), generator.normal(loc: 1, scale: 2, shape: [4]),
      generator.integers(in: 3..<9, shape: [5]), Tensor(generator.permutation(6)),
    ]
    let drawn = withSeed(9) {
      [
        Tensor.uniform([2, 3], in: -1..<2), .normal([4], loc: 1, scale: 2),
        .integers([5], in: 3..<9), .permutation(6),
      ]
    }
    for (a, b) in zip(drawn, expected) {
      #expect(a.shape == b.shape && a.dtype == b.dtype && a.scalars == b.scalars)
    }
    #expect(Tensor.uniform([3], dtype: .float64).dtype == .float64)
  }

  // MARK: Literals

  @Test func literalsHoldWhatIsNotFinite() {
    let bounds: Tensor = [.nan, 1, .infinity]
    let beside = Tensor([2.0, 2.0]) + [-Float.infinity, .nan]
    #expect(bounds.dtype == .float32 && bounds.description == "[nan,  1., inf]")
    #expect(beside.dtype == .float64 && beside.description == "[-inf,  nan]")
  }

  // MARK: Dtypes of mixed operands

  private static let operations: [String: @Sendable (Tensor, Tensor) -> Tensor] = [
    "add": { $0 + $1 }, "multiply": { $0 * $1 }, "divide": { $0 / $1 }, "subtract": { $0 - $1 },
    "maximum": { $0.maximum($1) }, "minimum": { $0.minimum($1) }, "equal": { $0 .== $1 },
    "less": { $0 .< $1 }, "and": { $0 .& $1 },
    "where": { `where`(Tensor([true, false]), $0, $1) }, "concatenate": { concatenate([$0, $1]) },
    "xlogy": { xlogy($0, $1) },
  ]

  private static func tensor(_ name: String) -> Tensor? {
    DType.allCases.first { "\($0)" == name }.map { Tensor.ones([2], dtype: $0) }
  }

  @Test func operandsMeetInPyTorchsDtype() throws {
    #expect(fixture.tensors.count == Self.operations.count * 25)
    for row in fixture.tensors {
      guard let expected = row.result else { continue }
      let operation = try #require(Self.operations[row.operation])
      let (a, b) = (try #require(Self.tensor(row.first)), try #require(Self.tensor(row.second)))
      let found = operation(a, b)
      #expect("\(found.dtype)" == expected, "\(row)")
      #expect(found.scalars.count == found.elementCount)
    }
  }

  private static func apply<S: TensorScalar>(_ name: String, _ x: Tensor, _ number: S) -> Tensor? {
    switch name {
    case "add": x + number
    case "multiply": x * number
    case "divide": x / number
    case "subtract": number - x
    case "less": x .< number
    case "where": `where`(Tensor([true, false]), x, Tensor.number(number))
    default: nil
    }
  }

  @Test func numbersMeetTensorsInPyTorchsDtype() throws {
    for row in fixture.numbers {
      guard let expected = row.result else { continue }
      let x = try #require(Self.tensor(row.first))
      let found =
        switch row.second {
        case "Bool": Self.apply(row.operation, x, true)
        case "Int": Self.apply(row.operation, x, 2)
        default: Self.apply(row.operation, x, 2.5)
        }
      #expect((found?.dtype).map { "\($0)" } == expected, "\(row)")
    }
  }
}
