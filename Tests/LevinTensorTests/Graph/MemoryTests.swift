import Foundation
import LevinTestKit
import Testing

@testable import LevinTensor

/// The memory that evaluations take and leave behind.
@Suite struct MemoryTests {
  #if os(Linux)
  // The pages of this process that are in memory, in bytes.
  private static func residentBytes() -> Int {
    let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = text?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return (pages ?? 0) * sysconf(Int32(_SC_PAGESIZE))
  }

  // In a process of its own, where no other test allocates.
  @Test func aMillionEvaluationsLeaveNothingBehind() async {
    await #expect(processExitsWith: .success) {
      let data = Tensor((0..<300).map { Float($0) })
      var x = Tensor([0.5] as [Float]).requiringGradient()
      func run(_ count: Int) {
        for _ in 0..<count {
          let loss = (x * data - 1).square().sum()
          let gradient = gradients(of: loss, at: [x])[0] ?? x
          x = withoutGradient { x - gradient * 1e-9 }.asGradientLeaf()
        }
      }
      run(20_000)
      let before = MemoryTests.residentBytes()
      run(1_000_000)
      let growth = MemoryTests.residentBytes() - before
      guard x.item().isFinite, before > 0, growth < 4 << 20 else {
        fatalError("\(growth) bytes more after 1,000,000 evaluations, of \(before)")
      }
    }
  }
  #endif

  @Test func tensorsOfMoreThanTwoGigabytesAreAddressedToTheirEnd() {
    let count = (1 << 31) + 1000
    let flags = Tensor.full([count], 1, dtype: .bool)
    evaluateOrStop(flags)
    let indices = [0, count / 2, count - 1]
    #expect(flags[(count - 3)...].scalars == [1, 1, 1])
    #expect(flags[Tensor(indices)].scalars == [1, 1, 1])
    #expect(flags.sum().item(as: Int.self) == count)
  }
}
