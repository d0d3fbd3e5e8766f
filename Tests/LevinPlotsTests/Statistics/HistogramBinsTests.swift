import Testing

@testable import LevinPlots

@Suite struct HistogramBinsTests {
  @Test func integersHaveABinEach() {
    let found = HistogramBins.automatic.count([0, 0, 3, 1, 0, .nan, .infinity])
    #expect(found.edges == [-0.5, 0.5, 1.5, 2.5, 3.5] && found.counts == [3, 1, 0, 1])
    #expect(found.densities == [0.6, 0.2, 0, 0.2])
  }

  @Test func integersFarApartHaveAFewBins() {
    let found = HistogramBins.automatic.count((0..<1000).map { Double($0 * 7) })
    #expect(found.counts.count < 50 && found.counts.reduce(0, +) == 1000)
  }

  @Test func negativeAndFractionalNumbersCountForTheNearestInteger() {
    let found = HistogramBins.integers.count([-2.4, -1.6, 0.4])
    #expect(found.edges == [-2.5, -1.5, -0.5, 0.5] && found.counts == [2, 0, 1])
  }

  @Test func theLastBinIncludesItsUpperEdge() {
    let found = HistogramBins.edges([0, 1, 2]).count([0, 1, 2, 2.5, -1])
    #expect(found.counts == [1, 2])
  }

  @Test func equalNumbersAndNoneHaveABin() {
    #expect(HistogramBins.automatic.count([0.3, 0.3]).counts == [2])
    #expect(HistogramBins.automatic.count([]).counts == [0])
    #expect(HistogramBins.count(4).count([]).counts == [0, 0, 0, 0])
  }

  @Test func densitiesHaveAnAreaOfOne() {
    let found = HistogramBins.edges([0, 0.5, 3]).count([0.1, 0.2, 1, 2, 2.5])
    let areas = zip(found.densities, zip(found.edges, found.edges.dropFirst())).map {
      $0 * ($1.1 - $1.0)
    }
    #expect(abs(areas.reduce(0, +) - 1) < 1e-15)
  }
}
