import Testing

@testable import LevinTraining

@Suite struct TextTests {
  @Test(arguments: [
    (1.0, 3, "1.000"), (0.0004, 3, "0.000"), (-0.0004, 3, "0.000"), (-1.25, 1, "-1.3"),
    (12.5, 0, "13"), (999.9996, 3, "1000.000"), (.nan, 2, "nan"), (-.infinity, 2, "-inf"),
  ]) func numbersHaveTheDecimalsAskedFor(_ value: Double, _ digits: Int, _ text: String) {
    #expect(Text.fixed(value, digits: digits) == text)
  }

  @Test(arguments: [
    (0.41421356, "0.4142"), (-0.41421356, "-0.4142"), (12.3, "12.30"), (1.7549444, "1.755"),
    (-12.3456, "-12.35"), (123.456, "123.5"), (1234.5, "1235"), (54321.5, "54322"),
    (123_456.7, "123457"), (0.01234, "0.01234"), (0.0012345, "0.001235"), (0.5, "0.5000"),
    (9.9996, "10.00"), (0.99996, "1.000"), (0.000999996, "0.001000"), (9999.96, "10000"),
    (1.2344e-5, "1.234e-05"), (-1e-5, "-1.000e-05"), (3e7, "3.000e+07"), (1e6, "1.000e+06"),
    (999_999.9, "1.000e+06"), (.leastNonzeroMagnitude, "5.000e-324"),
    (-1.7976931348623157e308, "-1.798e+308"),
    (0, "0.0000"), (-0.0, "0.0000"), (.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf"),
  ]) func shortNumbersHaveFourSignificantDigits(_ value: Double, _ text: String) {
    #expect(Text.short(value) == text)
  }

  @Test(arguments: [
    (0.0, "0:00"), (7.9, "0:07"), (60, "1:00"), (754, "12:34"), (3599.99, "59:59"),
    (3723, "1:02:03"), (360_000, "100:00:00"), (-1, "0:00"), (.nan, "nan"), (.infinity, "inf"),
  ]) func durationsHaveHoursMinutesAndSeconds(_ seconds: Double, _ text: String) {
    #expect(Text.duration(seconds) == text)
  }

  @Test func wordsFollowTheirNumber() {
    #expect([0, 1, 2].map { Text.counted($0, "step") } == ["0 steps", "1 step", "2 steps"])
  }
}
