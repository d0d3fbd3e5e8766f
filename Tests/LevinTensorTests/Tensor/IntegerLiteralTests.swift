import LevinTensor
import Testing

/// Array literals of integers beside tensors, whose dtype they take as numbers do.
@Suite struct IntegerLiteralTests {
  private let first = 9_007_199_254_740_992
  private let ids = Tensor([9_007_199_254_740_992, 9_007_199_254_740_993, 9_007_199_254_740_995])

  private func expect(
    _ tensor: Tensor, _ numbers: [Int], _ dtype: DType = .int64,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(tensor.dtype == dtype, sourceLocation: location)
    #expect(tensor.scalars(as: Int.self) == numbers, sourceLocation: location)
  }

  @Test func besideLongIntegersTheyAreExact() {
    expect(ids + [1, 2, 3], [first + 1, first + 3, first + 6])
    expect([-1, 0, 1] + ids, [first - 1, first + 1, first + 4])
    expect(`where`(Tensor([true, false, true]), [1, 2, 3], ids), [1, first + 1, 3])
    expect(maximum(ids, [1, 2, 9_007_199_254_740_999]), [first, first + 1, first + 7])
    expect(concatenate([ids, [1]]), [first, first + 1, first + 3, 1])
    expect([ids[1], 5], [first + 1, 5])
    expect([ids, [1, 2, 3]], [first, first + 1, first + 3, 1, 2, 3])
    expect(stack([ids[1], 5]), [first + 1, 5])
    expect([[1, 2], [3, 4]] * Tensor([1, 2]), [1, 4, 3, 8])
    let equal = ids .== [9_007_199_254_740_992, 9_007_199_254_740_992, 9_007_199_254_740_995]
    #expect(equal.scalars(as: Bool.self) == [true, false, true])
  }

  @Test func besideShortIntegersTheyStayShortWhereTheyFit() {
    let short = Tensor([1, 2] as [Int32])
    #expect((short + [3, 4]).dtype == .int32)
    expect(short + [3, 4_000_000_000], [4, 4_000_000_002])
    expect(concatenate([short, [5_000_000_000]]), [1, 2, 5_000_000_000])
  }

  @Test func besideRealNumbersAndAloneTheyAreReal() {
    let alone: Tensor = [1, 2]
    #expect(alone.dtype == .float32 && (alone + [3, 4]).dtype == .float32)
    #expect((alone + Tensor([0.5, 1] as [Float])).dtype == .float32)
    #expect((alone + Tensor([0.5, 1])).dtype == .float64)
    #expect((Tensor([1, 2]) + [0.5, 1]).dtype == .float32)
    #expect((Tensor([4, 2]) / [2, 4]).scalars == [2, 0.5])
    expect(alone.cast(to: .int64), [1, 2])
  }
}
