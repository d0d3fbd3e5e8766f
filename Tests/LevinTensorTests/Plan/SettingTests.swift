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
    ["LEVIN_BLAS", "yes"], ["LEVIN_STEP_MEMORY", "-1"],
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
}
