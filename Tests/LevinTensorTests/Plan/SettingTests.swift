import LevinTestKit
import Testing

@testable import LevinTensor

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Settings of the environment, and values of them that mean nothing.
@Suite struct SettingTests {
  private static let mistakes = [
    ["LEVIN_ISA", "sse9"], ["LEVIN_THREADS", "many"], ["LEVIN_THREADS", "0"],
    ["LEVIN_BLAS", "yes"], ["LEVIN_STEP_MEMORY", "-1"], ["LEVIN_STEP_MEMORY", "1 GB"],
    ["LEVIN_STEP_MEMORY", "1.5"], ["LEVIN_THREADS", "1e9"],
    ["LEVIN_THREADS", "99999999999999999999"],
  ]

  @Test(arguments: mistakes.indices) func aValueThatMeansNothingIsRefused(index: Int) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in
      let mistake = SettingTests.mistakes[index]
      setenv(mistake[0], mistake[1], 1)
      let x = Tensor((0..<10_000).map { Float($0) }, shape: [100, 100])
      for _ in 0..<3 { evaluateOrStop(matmul(x, x).exp() + x.log1p()) }
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    let (name, value) = (Self.mistakes[index][0], Self.mistakes[index][1])
    #expect(message.contains("\(name) is '\(value)'; it may be"))
  }

  @Test(arguments: [
    "LEVIN_ISA", "LEVIN_THREADS", "LEVIN_BLAS", "LEVIN_STEP_MEMORY", "LEVIN_BACKTRACE",
  ])
  func anEmptyValueIsNone(name: String) async {
    await #expect(processExitsWith: .success) { [name] in
      setenv(name, "", 1)
      let x = Tensor((0..<10_000).map { Float($0) }, shape: [100, 100])
      for _ in 0..<3 { evaluateOrStop(matmul(x, x).exp() + x.log1p()) }
      precondition(StepMemory.shared.budget > 0)
    }
  }

  @Test func aStepMemoryLargerThanAnyIsAsLargeAsCanBe() {
    #expect(StepMemory.budget("off") == 0 && StepMemory.budget("0") == 0)
    #expect(StepMemory.budget("100") == 100 << 20)
    let most = (Int.max >> 20) << 20
    #expect(StepMemory.budget("8796093022207") == most)
    #expect(StepMemory.budget("8796093022208") == most)
    #expect(StepMemory.budget("\(Int.max)") == most)
    #expect(StepMemory.budget("99999999999999999999") == most)
    for mistake in ["", "-1", "+1", "1.5", "one", "1 ", "0x10"] {
      #expect(StepMemory.budget(mistake) == nil)
    }
  }

  @Test func textPrintedBeforeASettingIsRefusedIsNotLost() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardOutputContent]) {
      print("step 7")
      setenv("LEVIN_ISA", "sse9", 1)
      evaluateOrStop(Tensor([1, 2] as [Float]).exp())
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    #expect(output.hasSuffix("step 7\n"))
  }
}
