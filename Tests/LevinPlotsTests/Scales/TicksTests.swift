import Testing

@testable import LevinPlots

@Suite struct TicksTests {
  private func labels(
    _ scale: AxisScale, _ lower: Double, _ upper: Double, _ most: Int, isIntegral: Bool = false
  ) -> [String] {
    Ticks(scale, from: lower, to: upper, atMost: most, isIntegral: isIntegral).major.map(\.label)
  }

  @Test func linearTicksAreRoundNumbers() {
    #expect(labels(.linear, 0, 1, 5) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels(.linear, -3.2, 3.9, 8) == ["−3", "−2", "−1", "0", "1", "2", "3"])
    #expect(labels(.linear, 3, 97, 5) == ["20", "40", "60", "80"])
    #expect(labels(.linear, 0.0012, 0.0038, 4) == ["0.002", "0.003"])
    #expect(labels(.linear, 12_000, 61_000, 5) == ["20000", "30000", "40000", "50000", "60000"])
  }

  @Test func veryLargeAndSmallNumbersHaveAPowerOfTen() {
    #expect(labels(.linear, 0, 3e6, 4) == ["0", "10⁶", "2×10⁶", "3×10⁶"])
    #expect(labels(.linear, 0, 1.1e-5, 3) == ["0", "0.5×10⁻⁵", "1.0×10⁻⁵"])
    #expect(labels(.linear, -2e9, 2e9, 5) == ["−2×10⁹", "−10⁹", "0", "10⁹", "2×10⁹"])
  }

  @Test func ticksAreTheNumbersThatTheirLabelsSay() {
    for (lower, upper) in [(0.0, 1.0), (-7.3, 2.1), (0.001, 0.0094), (1234, 5678)] {
      for tick in Ticks(.linear, from: lower, to: upper, atMost: 7).major {
        let text = tick.label.replacing("−", with: "-")
        #expect(Double(text) == tick.value && tick.value >= lower && tick.value <= upper)
      }
    }
  }

  @Test func integersHaveNoTicksBetweenThem() {
    #expect(labels(.linear, 0.9, 3.1, 8, isIntegral: true) == ["1", "2", "3"])
    #expect(labels(.linear, 0.9, 3.1, 5).contains("1.5"))
  }

  @Test func logarithmicTicksAreDecades() {
    #expect(labels(.log, 0.5, 2000, 6) == ["1", "10", "100", "1000"])
    #expect(labels(.log, 1e-9, 1e3, 6) == ["10⁻⁸", "10⁻⁶", "10⁻⁴", "0.01", "1", "100"])
    let ticks = Ticks(.log, from: 0.5, to: 2000, atMost: 6)
    #expect(ticks.minor.contains(20) && ticks.minor.contains(0.6) && !ticks.minor.contains(0.4))
  }

  @Test func fewDecadesHaveTicksWithinThem() {
    #expect(labels(.log, 1.5, 60, 6) == ["2", "5", "10", "20", "50"])
    #expect(labels(.log, 260, 540, 6) == ["300", "400", "500"])
  }

  @Test func timesAreRoundInTheirUnits() {
    #expect(labels(.time, 0, 10, 6) == ["0 s", "2 s", "4 s", "6 s", "8 s", "10 s"])
    #expect(labels(.time, 0, 95, 4) == ["0 s", "30 s", "1:00", "1:30"])
    #expect(labels(.time, 0, 3600, 5) == ["0 min", "15 min", "30 min", "45 min", "1:00 h"])
    #expect(labels(.time, 0, 20_000, 6) == ["0 h", "1 h", "2 h", "3 h", "4 h", "5 h"])
    #expect(labels(.time, 0, 400_000, 5) == ["0 d", "1 d", "2 d", "3 d", "4 d"])
    #expect(labels(.time, 0, 0.01, 3) == ["0.000 s", "0.005 s", "0.010 s"])
  }

  @Test func datesAreRoundTimesOfTheCalendar() {
    // From 2024-02-28 22:00 to 2024-02-29 06:00 UTC: a leap day.
    let start = 1_709_157_600.0
    #expect(
      labels(.date, start, start + 8 * 3600, 4) == ["22:00", "02-29", "02:00", "04:00", "06:00"])
    // From 2023-11-15 to 2024-03-20.
    #expect(
      labels(.date, 1_700_006_400, 1_710_892_800, 5) == [
        "2023-12", "2024-01", "2024-02", "2024-03",
      ])
  }

  @Test func axesOfOneNumberOrNoneHaveEnds() {
    func ends(_ values: [Double], _ scale: AxisScale = .linear) -> (Double, Double) {
      var limits = Limits(scale)
      for value in values { limits.addX(value) }
      return AxisMap.ends(limits.x, scale, pinsLower: false, pinsUpper: false)
    }
    #expect(ends([]) == (0, 1) && ends([], .log) == (1, 10))
    #expect(ends([0]) == (-0.5, 0.5) && ends([-4]) == (-4.2, -3.8))
    let one = ends([10], .log)
    #expect(one.0 < 10 && one.1 > 10)
    let far = ends([-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude])
    #expect(far.0.isFinite && far.1.isFinite)
  }

  @Test func positionsGoEvenlyFromEndToEnd() throws {
    let linear = AxisMap(scale: .linear, lower: -1, upper: 3, start: 100, end: 500)
    #expect(linear.position(0) == 200 && linear.position(3) == 500)
    let log = AxisMap(scale: .log, lower: 0.1, upper: 1000, start: 400, end: 0)
    let middle = try #require(log.position(10))
    #expect(abs(middle - 200) < 1e-9 && log.position(0) == nil && log.position(-1) == nil)
    #expect(linear.position(.nan) == nil && linear.position(.infinity) == nil)
    #expect(abs(log.value(at: 200) - 10) < 1e-9 && linear.value(at: 300) == 1)
  }
}
