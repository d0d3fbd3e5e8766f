import LevinTensor
import Testing

/// Integers that are divided by a 0 in the data.
@Suite struct IntegerDivisionTests {
  private let numbers = Tensor([7, -7, 9])
  private let divisors = Tensor([2, 0, 3])

  @Test func aZeroAmongDivisorsIsAFault() throws {
    let quotient = #expect(throws: EvaluationError.self) {
      _ = try numbers.floorDivided(by: divisors).evaluated()
    }
    let text = try #require(quotient).description
    #expect(text.contains("floorDivided: an integer is divided by 0, at [1]"), "\(text)")
    #expect(text.contains("IntegerDivisionTests.swift:"), "\(text)")
    #expect(quotient?.position == [1] && quotient?.shape == [3])
    let remainder = #expect(throws: EvaluationError.self) {
      _ = try (numbers % divisors).evaluated()
    }
    #expect(remainder?.operation == "remainder" && remainder?.position == [1])
    #expect(remainder?.origin == nil)
  }

  @Test func shortIntegersAndSinglesLikewise() {
    let table = Tensor([[1, 2], [3, 0]] as [[Int32]])
    let error = #expect(throws: EvaluationError.self) {
      _ = try (Tensor([5, 6] as [Int32]) % table).evaluated()
    }
    #expect(error?.position == [1, 1] && error?.shape == [2, 2])
    #expect(throws: EvaluationError.self) { _ = try (numbers % divisors[1]).evaluated() }
    #expect(throws: EvaluationError.self) { _ = try (numbers % [1, 0, 2]).evaluated() }
  }

  @Test func otherDivisorsDivide() throws {
    let divisors = Tensor([2, 2, -4])
    #expect(numbers.floorDivided(by: divisors).scalars(as: Int.self) == [3, -4, -3])
    #expect((numbers % divisors).scalars(as: Int.self) == [1, 1, -3])
    #expect((Tensor([1.0, 2.0]) % Tensor([0, 1])).scalars[1] == 0)
  }
}
