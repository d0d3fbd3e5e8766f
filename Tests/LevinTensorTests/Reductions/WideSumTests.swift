import LevinTensor
import Testing

/// Sums of `float32` meet in double precision, however many terms there are and however they lie.
@Suite struct WideSumTests {
  private static let terms: [Float] = [1e8, 1, 1, 1, 1, 1, 1, 1, -1e8]

  @Test func aShortSumLosesNothing() {
    #expect(Tensor(Self.terms).sum().item() == 7)
    #expect(Tensor([1e8, 1, -1e8] as [Float]).sum().item() == 1)
    #expect(Tensor(Self.terms.dropLast() + [0]).sum().item() == 100_000_008)
  }

  @Test(arguments: [1, 2, 3, 16, 17, 100, 3000])
  func rowsOfAnyNumberAddUpAlike(_ rows: Int) {
    let table = Tensor(
      (0..<rows).flatMap { _ in Self.terms }, shape: [rows, Self.terms.count])
    let sevens = [Double](repeating: 7, count: rows)
    #expect(table.sum(axis: 1).scalars == sevens)
    #expect(table.transposed().sum(axis: 0).scalars == sevens)
    #expect(table.sum().item() == 7 * Double(rows))
    #expect(table.transposed().sum(axes: [0, 1]).item() == 7 * Double(rows))
    #expect((table * 1).sum(axis: 1).scalars == sevens)
    #expect(table[.all, .range(nil, nil, step: -1)].sum(axis: 1).scalars == sevens)
    #expect(table.cumulativeSum(axis: 1)[.all, -1].scalars == sevens)
  }

  @Test func sumsOverSeveralAxesAddUpAlike() {
    let table = Tensor((0..<500).flatMap { _ in Self.terms }, shape: [500, 3, 3])
    #expect(table.sum(axes: [1, 2]).scalars == [Double](repeating: 7, count: 500))
    #expect((table + 0).sum(axes: [0, 1, 2]).item() == 3500)
    #expect(table.permuted([1, 0, 2]).sum().item() == 3500)
  }

  @Test func alongBothAxesOfATableThatIsComputedNothingIsLost() {
    // Each row's large terms cancel with those of the next.
    let rows = (0..<1000).flatMap { [$0 % 2 == 0 ? 1e8 : -1e8, 1, 1] as [Float] }
    let table = Tensor(rows, shape: [1000, 3])
    #expect((table * 1).sum().item() == 2000)
    #expect(table.transposed().square().sqrt().sum().item() == Double(Float(1000 * 1e8 + 2000)))
  }

  @Test func meansVariancesAndNormsRestOnSuchSums() {
    #expect(Tensor(Self.terms).mean().item() == Double(7 / Float(9)))
    #expect(
      Tensor([4096, 1, 1, 1, 1] as [Float]).norm().item() == Double(Float(16_777_220).squareRoot()))
    #expect(Tensor([1e8, 1, 1, 1, -1e8] as [Float]).norm(1).item() == Double(Float(200_000_003)))
    let spread = Tensor([4096, 1, -1, 1, -1, -4096] as [Float])
    #expect(spread.variance(correction: 0).item() == Double(Float(33_554_436) / 6))
  }

  @Test func aNumberThatIsAddedManyTimesIsRoundedOnce() {
    let tenth = Tensor([0.1] as [Float])
    #expect(tenth.expanded(to: [1000]).sum().item() == Double(Float(Double(Float(0.1)) * 1000)))
    let row = Tensor(Self.terms).expanded(to: [50, 9])
    #expect(row.sum().item() == 350)
  }

  @Test func shortProductsDoNotOverflowOnTheirWay() {
    let factors = Tensor([1e30, 1e30, 1e-30, 1e-30] as [Float])
    #expect(abs(factors.product().item() - 1) < 1e-6)
    let table = factors.expanded(to: [100, 4]) * 1
    #expect(table.product(axis: 1).scalars.allSatisfy { abs($0 - 1) < 1e-6 })
  }

  @Test func gradientsOfShortSumsAreUnchanged() {
    let x = Tensor(Self.terms).requiringGradient()
    let slope = gradients(of: (x * x).sum(), at: [x])[0]
    #expect(slope?.scalars == Self.terms.map { Double(2 * $0) })
  }
}
