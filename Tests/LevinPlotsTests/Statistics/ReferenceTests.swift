import LevinTestKit
import Testing

@testable import LevinPlots

/// Bins, quantiles and densities beside those of NumPy and SciPy, which `Fixtures/plots.py` has recorded.
@Suite struct ReferenceTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let values: [Double]
    let counts: [Int]
    let edges: [Double]
    let autoCounts: [Int]
    let autoEdges: [Double]
    let givenEdges: [Double]
    let givenCounts: [Int]
    let shares: [Double]
    let quantiles: [Double]
    let positions: [Double]
    let density: [Double]
    let narrowDensity: [Double]

    var testDescription: String { name }
  }

  static let cases = (try? Fixture.load("plots", as: [Case].self)) ?? []

  private func expectClose(_ found: [Double], _ expected: [Double], _ tolerance: Double) {
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= tolerance * max(abs(b), 1)) }
  }

  @Test func thereAreCases() { #expect(Self.cases.count == 7) }

  @Test(arguments: cases) func aNumberOfBinsHasNumPysEdgesAndCounts(_ reference: Case) {
    let found = HistogramBins.count(50).count(reference.values)
    #expect(found.counts == reference.counts)
    expectClose(found.edges, reference.edges, 1e-14)
  }

  @Test(arguments: cases) func automaticBinsAreNumPys(_ reference: Case) {
    let found = HistogramBins.automatic.count(reference.values)
    #expect(found.counts == reference.autoCounts)
    expectClose(found.edges, reference.autoEdges, 1e-14)
  }

  @Test(arguments: cases) func givenEdgesHaveNumPysCounts(_ reference: Case) {
    let found = HistogramBins.edges(reference.givenEdges).count(reference.values)
    #expect(found.counts == reference.givenCounts)
  }

  @Test(arguments: cases) func quantilesAreNumPys(_ reference: Case) {
    expectClose(
      quantiles(of: reference.values, at: reference.shares), reference.quantiles, 1e-15)
  }

  // Of numbers around 1e9 SciPy itself has lost the digits that are compared.
  @Test(arguments: cases.filter { $0.name != "large" }) func densitiesAreSciPys(_ reference: Case) {
    let scott = KernelDensity(reference.values).density(at: reference.positions)
    for (a, b) in zip(scott, reference.density) { #expect(abs(a - b) <= 1e-7 * b + 1e-300) }
    let narrow = KernelDensity(reference.values, bandwidth: 0.1).density(at: reference.positions)
    for (a, b) in zip(narrow, reference.narrowDensity) { #expect(abs(a - b) <= 1e-7 * b + 1e-300) }
  }
}
