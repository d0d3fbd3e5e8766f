import LevinTestKit
import Testing

@testable import LevinTensor

/// In which dtype operands meet.
@Suite struct PromotionTests {
  private static func tensor(_ dtype: DType) -> Tensor { Tensor([1, 1]).cast(to: dtype) }

  /// PyTorch's table: rows and columns bool, int32, int64, float32, float64.
  private static let table: [[DType]] = [
    [.bool, .int32, .int64, .float32, .float64],
    [.int32, .int32, .int64, .float32, .float64],
    [.int64, .int64, .int64, .float32, .float64],
    [.float32, .float32, .float32, .float32, .float64],
    [.float64, .float64, .float64, .float64, .float64],
  ]

  private static let pairs = DType.allCases.flatMap { a in DType.allCases.map { (a, $0) } }

  private func mismatches(
    _ operation: (Tensor, Tensor) -> Tensor, _ expected: (DType) -> DType
  ) -> [String] {
    Self.pairs.compactMap { a, b in
      let found = operation(Self.tensor(a), Self.tensor(b))
      let wanted = expected(Self.table[Int(a.rawValue)][Int(b.rawValue)])
      let isRight = found.dtype == wanted && found.scalars.count == 2
      return isRight ? nil : "\(a) and \(b) give \(found.dtype) instead of \(wanted)"
    }
  }

  @Test func arithmeticMeetsInTheWiderDtype() {
    let sums = mismatches(+) { $0 }
    let products = mismatches(*) { $0 }
    let maxima = mismatches({ $0.maximum($1) }) { $0 }
    let choices = mismatches({ `where`($0 .== $1, $0, $1) }) { $0 }
    let lists = mismatches({ concatenate([$0[0..<1], $1[0..<1]]) }) { $0 }
    let all = sums + products + maxima + choices + lists
    #expect(all.isEmpty, "\(all.joined(separator: "\n"))")
  }

  @Test func divisionGivesRealNumbers() {
    let quotients = mismatches(/) { $0.isFloatingPoint ? $0 : .float32 }
    #expect(quotients.isEmpty, "\(quotients.joined(separator: "\n"))")
    #expect((Tensor([7, -7]) / 2).scalars == [3.5, -3.5])
  }

  @Test func comparisonsGiveBooleans() {
    let found = mismatches({ $0 .< $1 }) { _ in .bool }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test func realFunctionsOfIntegersGiveSinglePrecision() {
    let results = [DType.bool, .int32, .int64].flatMap { dtype -> [DType] in
      let x = Self.tensor(dtype)
      return [x.exp(), x.sqrt(), x.logGamma(), x.mean(), x.logSumExp(), x.softmax(axis: 0)].map(
        \.dtype)
    }
    #expect(results.allSatisfy { $0 == .float32 })
  }

  @Test func comparisonsOfIntegersAreExact() {
    let large = Tensor([1 << 60, (1 << 60) + 1])
    #expect((large .== (large[0..<1])).scalars == [1, 0])
    #expect((large .< large[1..<2]).scalars == [1, 0])
  }

  // MARK: Swift numbers

  /// A number beside a tensor of a dtype, and the dtype of their sum.
  private static let numbers: [(String, @Sendable (Tensor) -> Tensor, [DType])] = [
    ("Bool", { $0 * true }, [.bool, .int32, .int64, .float32, .float64]),
    ("Int", { $0 + 2 }, [.int64, .int32, .int64, .float32, .float64]),
    ("Double", { $0 + 0.1 }, [.float32, .float32, .float32, .float32, .float64]),
    ("Float", { $0 + (0.1 as Float) }, [.float32, .float32, .float32, .float32, .float64]),
    ("Double first", { 0.1 - $0 }, [.float32, .float32, .float32, .float32, .float64]),
    ("power", { $0.power(0.5) }, [.float32, .float32, .float32, .float32, .float64]),
    ("literal", { $0 * [0.5, 2] }, [.float32, .float32, .float32, .float32, .float64]),
  ]

  @Test func swiftNumbersTakeTheTensorsDtype() {
    let mismatches = Self.numbers.flatMap { name, apply, expected in
      zip(DType.allCases, expected).compactMap { dtype, wanted in
        let found = apply(Self.tensor(dtype)).dtype
        return found == wanted ? nil : "\(name) beside \(dtype): \(found), not \(wanted)"
      }
    }
    #expect(mismatches.isEmpty, "\(mismatches.joined(separator: "\n"))")
  }

  @Test func swiftNumbersBesideDoublePrecisionStayExact() {
    let x = Tensor([0.0, 0.0])
    let y = Tensor([1.0, 1.0])
    let tenth: Tensor = 0.1
    let results = [
      x + 0.1, 0.1 + x, x - -0.1, y * 0.1, x.maximum(0.1), x.clip(min: 0.1),
      `where`(x .== 0, 0.1, x), `where`(x .== 0, tenth, x), x + tenth, x + [0.1, 0.1],
      (Tensor(0.1) + x), concatenate([[0.1], x[0..<1]])[0..<1], stack([tenth, x[0]])[0..<1],
    ]
    let different = results.indices.filter { results[$0].scalars[0] != 0.1 }
    #expect(different.isEmpty && results.allSatisfy { $0.dtype == .float64 })
  }

  @Test func comparisonsWithSwiftNumbersAreExact() {
    let x = Tensor([0.1, Double(Float(0.1))])
    #expect((x .== 0.1).scalars == [1, 0] && (x .> 0.1).scalars == [0, 1])
    #expect((Tensor([3, 4]) .< 3.5).scalars == [1, 0])
  }

  @Test func singlePrecisionNumbersAreRounded() {
    let number = 0.1
    let strong = Tensor(number).cast(to: .float32).cast(to: .float64)
    let full = Tensor.full([], 0.1).cast(to: .float64)
    let rounded = Double(Float(0.1))
    #expect([strong, full].map { $0.item() } == [rounded, rounded])
  }

  @Test func literalsMixedWithTensorsTakeTheirDtype() {
    let x = Tensor([2.5])[0]
    let mixed: Tensor = [0.1, x]
    let integers: Tensor = [1, Tensor([5, 6])[1]]
    let nested: Tensor = [[0.1, x], [x, 3]]
    #expect(mixed.dtype == .float64 && mixed.scalars == [0.1, 2.5])
    #expect(nested.shape == [2, 2] && nested.scalars == [0.1, 2.5, 2.5, 3])
    #expect(integers.scalars == [1, 6])
  }

  @Test func literalsOfNumbersAreSinglePrecision() {
    let vector: Tensor = [1, 2.5]
    let matrix: Tensor = [[1, 2], [3, 4], [5, 6]]
    let empty: Tensor = []
    let number: Tensor = 2.5
    let dtypes = [vector, matrix, empty, number].map(\.dtype)
    #expect(dtypes.allSatisfy { $0 == .float32 })
    #expect([vector, matrix, empty, number].map(\.shape) == [[2], [3, 2], [0], []])
    #expect(matrix.scalars == [1, 2, 3, 4, 5, 6])
  }

  @Test func arraysKeepTheirElementsType() {
    let tensors = [
      Tensor([true, false]), Tensor([1, 2] as [Int32]), Tensor([1, 2]),
      Tensor([1.5, 2] as [Float]), Tensor([1.5, 2]),
    ]
    #expect(tensors.map(\.dtype) == DType.allCases)
  }

  // MARK: Reductions and casts

  @Test func sumsOfBooleansAndIntegersAreInt64() {
    let sums = [
      Tensor([true, true]).sum(), Tensor([Int32.max, Int32.max]).sum(), Tensor([1, 2]).sum(),
    ]
    #expect(sums.map(\.dtype) == [.int64, .int64, .int64])
    #expect(sums.map { $0.item() } == [2, 2 * Double(Int32.max), 3])
  }

  @Test func extremesAndSumsOfRealNumbersKeepTheDtype() {
    let kept = DType.allCases.map { Self.tensor($0).max().dtype }
    let sums = [DType.float32, .float64].map { Self.tensor($0).sum().dtype }
    #expect(kept == DType.allCases && sums == [.float32, .float64])
  }

  @Test func castsTruncateAndKeepToTheRange() {
    let x = Tensor([-2.7, 2.7, 1e30, -1e30, .nan, .infinity, 0.3])
    let integers = x.cast(to: .int32).scalars(as: Int32.self)
    let wide = x.cast(to: .int64).scalars(as: Int.self)
    let booleans = x.cast(to: .bool).scalars(as: Bool.self)
    #expect(
      integers == [-2, 2, .max, .min, 0, .max, 0] && wide == [-2, 2, .max, .min, 0, .max, 0])
    #expect(booleans == [true, true, true, true, true, true, true])
  }

  @Test func notAndTestsTakeAnyDtype() {
    let results = [
      .!Tensor([256, 0]), .!Tensor([0.5, 0]), Tensor([1, 2]).isFinite .& [0, 0],
      .!Tensor([1, 2]).isNaN .& [1, 0], Tensor([true, false]).isFinite .!= [1, 0],
    ]
    #expect(results.map(\.scalars) == [[0, 1], [0, 1], [0, 0], [1, 0], [0, 1]])
  }
}
