import LevinTensor
import Testing

/// Quotients of integers where a real tensor is expected.
@Suite struct LiteralQuotientTests {
  private let x: Tensor = Tensor([8, 27] as [Float])
  private let third = 1.0 / 3
  private let single: Float = 2
  private let double = 2.5

  private func expect(
    _ tensor: Tensor, _ expected: [Double], shape: [Int]? = nil,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(tensor.shape == shape ?? [expected.count], sourceLocation: location)
    #expect(tensor.dtype == .float32, sourceLocation: location)
    for (found, wanted) in zip(tensor.scalars, expected) {
      #expect(abs(found - wanted) <= 1e-6 * max(1, abs(wanted)), sourceLocation: location)
    }
  }

  @Test func anArrayLiteralDividesIntegersAsRealNumbers() {
    let w: Tensor = [1 / 3, 2 / 3]
    expect(w, [third, 2 * third])
    expect([1 / 2, 1 / 2], [0.5, 0.5])
    expect([-1 / 2, 3 / 2, 1], [-0.5, 1.5, 1])
    expect([7 / 2, 0.5], [3.5, 0.5])
  }

  @Test func rowsDivideLikewise() {
    expect([[1 / 3, 2 / 3], [0.5, 1 / 2]], [third, 2 * third, 0.5, 0.5], shape: [2, 2])
    let chain: Tensor = [
      [1 / 4, 1 / 4, 1 / 4, 1 / 4, 0], [1 / 5, 1 / 5, 1 / 5, 1 / 5, 1 / 5],
      [1 / 2, 0, x[0] / 16, 1 - 1.0, 0], [1 / 3, 1 / 3, 1 / 3, 0, 0], [0, 1, 0, 0, 0],
    ]
    expect(chain.sum(axis: 1), [1, 1, 1, 1, 1])
    expect([[[1 / 2], [1]], [[2], [1 / 4]]], [0.5, 1, 2, 0.25], shape: [2, 2, 1])
  }

  @Test func arithmeticAroundAQuotientIsReal() {
    expect([1 / 3 / 3, (1 / 3) / (2 / 3)], [third / 3, 0.5])
    expect([-(1 / 3), -(-1 / 3)], [-third, third])
    expect([1 - 1.0 / 3, 1 / 3], [2 * third, third])
  }

  @Test func quotientsStandBesideTensorsAndNumbers() {
    expect([1 / 2, x[0], 1 - x[0] / 2], [0.5, 8, -3])
    expect([[x[0], 1 / 2], [0.25, x[1]]], [8, 0.5, 0.25, 27], shape: [2, 2])
    expect([single, 1 / 2, double], [2, 0.5, 2.5])
    expect([single / 4, 1 / single, 2 * single + 1], [0.5, 0.5, 5])
    expect([1 - double, double / 2], [-1.5, 1.25])
  }

  @Test func anIntegerVariableIsDividedLikewise() {
    let n = 5
    expect([n / 2, 1], [2.5, 1])
    expect([Float(n), 1], [5, 1])
  }

  @Test func namesOfNumbersStandInLiterals() {
    let y: Tensor = [.pi, .infinity, 1 / 2]
    #expect(y.scalars == [Double(Float(Double.pi)), .infinity, 0.5])
    let z: Tensor = [[1 / 2, .nan]]
    #expect(z.shape == [1, 2] && z.scalars[1].isNaN)
  }

  @Test func aTensorOfOneQuotientIsReal() {
    let t: Tensor = 1 / 3
    expect(t, [third], shape: [])
    expect(Tensor(1 / 3), [third], shape: [])
    expect(Tensor([1 / 3, 2 / 3]), [third, 2 * third])
    expect(Tensor([1 / 4, 2 / 4], shape: [2, 1]), [0.25, 0.5], shape: [2, 1])
    expect(Tensor([[1 / 2, 1 / 2], [1 / 4, 3 / 4]]), [0.5, 0.5, 0.25, 0.75], shape: [2, 2])
  }

  @Test func arithmeticAroundAQuotientInATensorIsReal() {
    expect(Tensor(-(1 / 2)), [-0.5], shape: [])
    expect(Tensor(1 - 1 / 3), [2 * third], shape: [])
    expect(Tensor(2 / 3 * 2), [4 * third], shape: [])
    expect(Tensor([1 / 2, -1 / 2, 0]), [0.5, -0.5, 0])
    expect(Tensor([1, 1 / 2]), [1, 0.5])
    expect(Tensor([1 - 1 / 2, 2]), [0.5, 2])
    expect(Tensor([[1 / 2, 2], [3, 4]]), [0.5, 2, 3, 4], shape: [2, 2])
    expect(Tensor([[[1 / 2], [2]]]), [0.5, 2], shape: [1, 2, 1])
    let (a, b, c) = (Tensor(1 - 1 / 3), Tensor([1, 1 / 2]), Tensor([[1, 1 / 4]]))
    expect(a, [2 * third], shape: [])
    expect(b, [1, 0.5])
    expect(c, [1, 0.25], shape: [1, 2])
    #expect(Tensor([1, 1 / 2], dtype: .float64).dtype == .float64)
  }

  @Test func integersInATensorStayIntegers() {
    let n = 7
    let made = [
      Tensor([1 + 2, 3]), Tensor([n, 2 * 3]), Tensor([n - 1, n / 2]),
      Tensor([-1, 9_007_199_254_740_993]),
    ]
    let expected = [[3, 3], [7, 6], [6, 3], [-1, 9_007_199_254_740_993]]
    for (tensor, numbers) in zip(made, expected) {
      #expect(tensor.dtype == .int64 && tensor.scalars(as: Int.self) == numbers)
    }
    #expect(Tensor(1 + 2).dtype == .int64 && Tensor(1 + 2).item() == 3)
    #expect(Tensor.full([n / 2], 1).shape == [3])
  }

  @Test func functionsAndOperatorsTakeQuotients() {
    expect(pow(x, 1 / 3), [2, 3])
    expect(x.power(1 / 3), [2, 3])
    expect(x * (1 / 2), [4, 13.5])
    expect(1 / 2 * x, [4, 13.5])
    expect(x - 1 / 2, [7.5, 26.5])
    expect(maximum(x, 17 / 2), [8.5, 27])
    expect(x.clip(max: 17 / 2), [8, 8.5])
    expect(.full([2], 1 / 4), [0.25, 0.25])
    #expect((x .> 53 / 2).scalars(as: Bool.self) == [false, true])
    expect(`where`(x .> 10, 1 / 2, 1 / 4), [0.25, 0.5])
  }

  @Test func aQuotientHasThePrecisionOfTheTensorBesideIt() {
    let wide = Tensor([1.0, 2.0])
    #expect((wide * (1 / 3)).scalars == [third, 2 * third])
    #expect((wide * -(1 / 3)).scalars == [-third, -2 * third])
    #expect((wide + [1 / 3, 2 / 3]).scalars == [1 + third, 2 + 2.0 / 3])
    #expect((2 * .pi * wide).scalars == [2 * Double.pi, 4 * Double.pi])
  }

  @Test func integersThatAreNoLiteralsKeepTheirType() {
    #expect(Tensor([1, 2]).dtype == .int64)
    #expect(Tensor(7 as Int).dtype == .int64)
    let (n, indices) = (7, [0, 2])
    #expect(Tensor(n / 2).item(as: Int.self) == 3 && Tensor(n / 2).dtype == .int64)
    #expect(Tensor(indices).dtype == .int64)
    #expect((Tensor([1, 2]) * 2).dtype == .int64)
    #expect((Tensor([1, 2]) - n).scalars(as: Int.self) == [-6, -5])
  }

  @Test func arithmeticWithoutTensorsIsSwiftsOwn() {
    let (n, a, b) = (7, [1.0, 2.0], [3.0])
    #expect(7 / 2 == 3 && n / 2 * 2 == 6)
    #expect((a + b).count == 3 && a + [3.0] == [1, 2, 3])
    let third: Double = 1 / 3
    #expect(third == 1.0 / 3)
    #expect([5, 7].map { $0 / 2 } == [2, 3])
    let scaled = x.clip(min: x.max() > 3 ? 1 : 2) * Double(n)
    #expect(scaled.shape == [2])
  }

  @Test func matricesAreMadeOfNestedArrays() {
    let m = Tensor([[1, 2], [3, 4]])
    #expect(m.shape == [2, 2] && m.dtype == .int64 && m.scalars == [1, 2, 3, 4])
    let rows: [[Float]] = [[1, 2, 3], [4, 5, 6]]
    #expect(Tensor(rows).shape == [2, 3] && Tensor(rows).dtype == .float32)
    #expect(Tensor([[true], [false]]).dtype == .bool)
    #expect(Tensor([[[1, 2]], [[3, 4]], [[5, 6]]]).shape == [3, 1, 2])
    #expect(Tensor([[1, 2], [3, 4]], dtype: .float64).dtype == .float64)
    #expect(Tensor([[Float]]()).shape == [0, 0])
    #expect(Tensor([[[Float]]]()).shape == [0, 0, 0])
  }
}
