import LevinTensor
import Testing

/// Swift integers beyond 2^53, which a double does not hold, beside tensors of `int64`.
@Suite struct LargeIntegerTests {
  private static let large = 9_007_199_254_740_993  // 2^53 + 1
  private let large = Self.large
  private let ids = Tensor([Self.large - 1, Self.large, Self.large + 1])

  private func integers(_ x: Tensor) -> [Int] { x.scalars(as: Int.self) }

  @Test func comparisonsAreExact() {
    #expect((ids .== 9_007_199_254_740_993).scalars(as: Bool.self) == [false, true, false])
    #expect((ids .== large).scalars(as: Bool.self) == [false, true, false])
    #expect((ids .!= large).scalars(as: Bool.self) == [true, false, true])
    #expect((ids .< large).scalars(as: Bool.self) == [true, false, false])
    #expect((ids .<= large).scalars(as: Bool.self) == [true, true, false])
    #expect((ids .> 9_007_199_254_740_993).scalars(as: Bool.self) == [false, false, true])
    #expect((ids .>= large).scalars(as: Bool.self) == [false, true, true])
    #expect(ids[1] >= large && !(ids[0] >= large))
  }

  @Test func arithmeticIsExact() {
    #expect(integers(ids - large) == [-1, 0, 1])
    #expect(integers(ids - 9_007_199_254_740_993) == [-1, 0, 1])
    #expect(integers(large - ids) == [1, 0, -1])
    #expect(integers(Tensor([1, 2]) + large) == [large + 1, large + 2])
    #expect(integers(Tensor([1, 3]) * large) == [large, 3 * large])
    #expect(integers((ids * 3) % large) == [large - 3, 0, 3])
    #expect(integers((ids * 3).floorDivided(by: large)) == [2, 3, 3])
    #expect(integers(ids.maximum(9_007_199_254_740_993)) == [large, large, large + 1])
    #expect(integers(ids - Int.max) == integers(ids).map { $0 - Int.max })
  }

  @Test func assignmentAndChoiceAreExact() {
    var t = Tensor([0, 0, 0])
    t[0] = 9_007_199_254_740_993
    t[1] = Tensor(large)
    t[2...] = [Tensor(large)]
    #expect(integers(t) == [large, large, large])
    #expect(
      integers(`where`(Tensor([true, false, true]), ids, 9_007_199_254_740_993)) == [
        large - 1, large, large + 1,
      ])
    #expect(integers(ids.clip(min: 9_007_199_254_740_993)) == [large, large, large + 1])
    #expect(integers(ids.clip(max: Tensor(large))) == [large - 1, large, large])
    #expect(
      integers(ids.replacing(where: ids .== large, with: 9_007_199_254_740_995)) == [
        large - 1, large + 2, large + 1,
      ])
  }

  @Test func newTensorsAreExact() {
    #expect(integers(.full([2], 9_007_199_254_740_993, dtype: .int64)) == [large, large])
    #expect(integers(.full([1], large, dtype: .int64)) == [large])
    #expect(integers(.full(like: ids, large)) == [large, large, large])
    #expect(integers(Tensor(large)) == [large])
    #expect(integers(.arange(large, large + 2)) == [large, large + 1])
    #expect(integers(.arange(Int.max - 3, Int.max, step: 2)) == [Int.max - 3, Int.max - 1])
  }

  @Test func besideRealNumbersTheyAreRounded() {
    #expect((Tensor([1.0]) * large).scalars == [9_007_199_254_740_992])
    #expect((Tensor([1.0]) * large).dtype == .float64)
    #expect((Tensor([1] as [Float]) + large).dtype == .float32)
  }

  @Test func anIntegerThatInt32LacksMakesInt64() {
    let small = Tensor([Int32.max, 1])
    #expect((small .== 5_000_000_000).scalars(as: Bool.self) == [false, false])
    #expect((small .< 5_000_000_000).scalars(as: Bool.self) == [true, true])
    #expect(integers(small + 5_000_000_000) == [5_000_000_000 + Int(Int32.max), 5_000_000_001])
    #expect((small + 1).dtype == .int32)
  }

  @Test func meansOfIntegersAreNotRoundedBefore() {
    let numbers = Tensor([16_777_217, -16_777_216, 16_777_217, -16_777_216])
    #expect(numbers.mean().item() == 0.5)
    #expect(Tensor([16_777_217, 16_777_219]).variance().item() == 2)
  }
}
