import LevinTensor
import Testing

// Kernels of integers and Booleans, and casts between these and real numbers.

@Suite struct KernelIntegerTests {
  private func wrapsOff<Element: FixedWidthInteger & TensorScalar>(_ type: Element.Type) -> [String]
  {
    let x: [Element] = [.max, .min, .max - 1, .min + 1, 12_345, -77, 0, -1]
    let y: [Element] = [1, -1, .max, .min, 99_999_999, .min, .max, .min]
    let (a, b) = (Tensor(x), Tensor(y))
    let pairs: [(String, Tensor, [Element])] = [
      ("add", a + b, zip(x, y).map { $0 &+ $1 }), ("subtract", a - b, zip(x, y).map { $0 &- $1 }),
      ("multiply", a * b, zip(x, y).map { $0 &* $1 }), ("square", a.square(), x.map { $0 &* $0 }),
      ("negate", -a, x.map { 0 &- $0 }), ("abs", a.abs(), x.map { $0 < 0 ? 0 &- $0 : $0 }),
      ("sign", a.sign(), x.map { $0.signum() }),
    ]
    return pairs.filter { $0.1.scalars(as: Element.self) != $0.2 }.map(\.0)
  }

  @Test func arithmeticWrapsAround() {
    let off = wrapsOff(Int32.self) + wrapsOff(Int.self)
    #expect(off.isEmpty)
  }

  private func quotientsOff<Element: FixedWidthInteger & TensorScalar>(_ type: Element.Type)
    -> [Int]
  {
    let numbers: [Element] = [-9, -8, -1, 0, 1, 7, 8, .max, .min, .max - 3, .min + 1]
    let divisors = numbers.filter { $0 != 0 }
    let pairs = numbers.flatMap { a in divisors.map { (a, $0) } }
    let (a, b) = (Tensor(pairs.map(\.0)), Tensor(pairs.map(\.1)))
    let quotients = a.floorDivided(by: b).scalars(as: Element.self)
    let rests = (a % b).scalars(as: Element.self)
    return pairs.indices.filter { index in
      let (a, b) = pairs[index]
      let (quotient, rest) = (
        a.dividedReportingOverflow(by: b), a.remainderReportingOverflow(dividingBy: b)
      )
      let isBelow = rest.partialValue != 0 && (rest.partialValue < 0) != (b < 0)
      return quotients[index] != quotient.partialValue - (isBelow ? 1 : 0)
        || rests[index] != rest.partialValue + (isBelow ? b : 0)
    }
  }

  @Test func quotientsRoundDownAndRemaindersTakeTheDivisorsSign() {
    #expect(quotientsOff(Int32.self).isEmpty && quotientsOff(Int.self).isEmpty)
  }

  @Test func powersOfIntegersAreIntegers() {
    let base = Tensor([0, 1, -1, 2, -3, 7, 3] as [Int32])
    let power = base.power(Tensor([0, 9, 9, 31, 3, 13, 20] as [Int32]))
    #expect(power.dtype == .int32)
    #expect(
      power.scalars(as: Int32.self) == [
        1, 1, -1, .min, -27, Int32(truncatingIfNeeded: 96_889_010_407),
        Int32(truncatingIfNeeded: 3_486_784_401),
      ])
    #expect(pow(Tensor([3, -2]), 5).scalars(as: Int.self) == [243, -32])
    #expect((Tensor([2, 3]).power(0.5)).dtype == .float32)
  }

  @Test func powersBelowZeroOfIntegersAreTruncated() {
    let power = Tensor([1, -1, -1, 2, -5, 0]).power(Tensor([-3, -3, -4, -1, -2, -1]))
    #expect(power.scalars(as: Int.self) == [1, -1, 1, 0, 0, 0])
  }

  @Test func sumsOfNarrowNumbersAreWide() {
    let x = [Int32](repeating: .max, count: 100)
    #expect(Tensor(x).sum().item(as: Int.self) == 100 * Int(Int32.max))
    #expect(Tensor(x.map { $0 > 0 }).sum().item(as: Int.self) == 100)
    #expect(Tensor([Int.max, 1] + [Int](repeating: 0, count: 99)).sum().item(as: Int.self) == .min)
  }

  @Test func realNumbersAreTruncatedToIntegers() {
    let x = [0.9, -0.9, 1.5, -1.5, 2e9, -2e9, -0.0] + [.nan, .infinity, -.infinity, 1e30, -1e30]
    let (single, double) = (Tensor(x.map { Float($0) }), Tensor(x))
    let narrow: [Int32] = [
      0, 0, 1, -1, 2_000_000_000, -2_000_000_000, 0, 0, .max, .min, .max, .min,
    ]
    let wide = narrow.enumerated().map { $0 < 8 ? Int($1) : $1 == .max ? Int.max : .min }
    #expect(
      [single, double].allSatisfy { $0.cast(to: .int32).scalars(as: Int32.self) == narrow })
    #expect([single, double].allSatisfy { $0.cast(to: .int64).scalars(as: Int.self) == wide })
  }

  @Test func castsStopAtTheBoundsOfTheType() {
    let x = [2147483647.5, 2147483648, -2147483648.9, -2147483649]
    #expect(Tensor(x).cast(to: .int32).scalars(as: Int32.self) == [.max, .max, .min, .min])
    let edge = [0x1p63, 0x1.fffffffffffffp62, -0x1p63]
    let integers = [Int.max, 0x7fff_ffff_ffff_fc00, .min]
    #expect(Tensor(edge).cast(to: .int64).scalars(as: Int.self) == integers)
  }

  @Test func wideNumbersStopAtTheBoundsOfNarrowOnes() {
    let x = [1 << 40, -(1 << 40), Int(Int32.max) + 1, .min, -7]
    let narrow: [Int32] = [.max, .min, .max, .min, -7]
    #expect(Tensor(x).cast(to: .int32).scalars(as: Int32.self) == narrow)
    #expect(x.map { Tensor($0).cast(to: .int32).item(as: Int32.self) } == narrow)
  }

  @Test func integersBecomeTheNearestRealNumbers() {
    let x = [Int.max, .min, (1 << 53) + 1, (1 << 24) + 1, -(1 << 24) - 3, 0x7fff_ff40_0000_0001]
    #expect(Tensor(x).cast(to: .float32).scalars(as: Float.self) == x.map { Float($0) })
    #expect(Tensor(x).cast(to: .float64).scalars == x.map { Double($0) })
  }

  @Test func allButZeroIsTrue() {
    let reals = [0, -0.0, 0x1p-1060, -1, .nan, .infinity]
    let expected = [false, false, true, true, true, true]
    #expect(Tensor(reals).cast(to: .bool).scalars(as: Bool.self) == expected)
    let booleans = Tensor([0, 256, 1 << 32, -1]).cast(to: .bool)
    #expect(booleans.scalars(as: Bool.self) == [false, true, true, true])
    let back = [DType.int32, .int64, .float32, .float64].map { booleans.cast(to: $0).scalars }
    #expect(back.allSatisfy { $0 == [0, 1, 1, 1] })
  }

  @Test func integersAreTheirOwnRounding() {
    let x = Tensor([Int.max, .min, (1 << 53) + 1])
    let found = [x.floor(), x.ceil(), x.round(), x.trunc()]
    #expect(found.allSatisfy { $0.scalars(as: Int.self) == x.scalars(as: Int.self) })
  }

  @Test func questionsAboutIntegersLookAtTheirValues() {
    let x = Tensor([0, 1, 256, -1] as [Int32])
    let found = stack([.!x, x.isNaN, x.isFinite, (x .> 0).isFinite]).scalars(as: Bool.self)
    let all = [Bool](repeating: true, count: 4)
    #expect(found == [true, false, false, false] + all.map { !$0 } + all + all)
  }
}
