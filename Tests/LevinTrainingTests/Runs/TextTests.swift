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
    (0.0, "0.0"), (1.7549444, "1.755"), (-12.3456, "-12.35"), (123.456, "123.5"),
    (54321.5, "54322"), (0.01234, "0.0123"), (1e-5, "1e-05"), (3e7, "3e+07"), (.nan, "nan"),
  ]) func shortNumbersHaveFourDigits(_ value: Double, _ text: String) {
    #expect(Text.short(value) == text)
  }

  @Test func wordsFollowTheirNumber() {
    #expect([0, 1, 2].map { Text.counted($0, "step") } == ["0 steps", "1 step", "2 steps"])
  }
}
