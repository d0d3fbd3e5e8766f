import LevinTestKit
import Testing

@testable import LevinTensor

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The engine against the reference evaluator on graphs drawn from seeds.
///
/// `LEVIN_FUZZ` sets how many graphs are drawn, and `LEVIN_FUZZ_SEED` from which seed on.
@Suite struct RandomGraphTests {
  private static let batch = 50

  private static func number(_ name: String, otherwise: Int) -> Int {
    getenv(name).flatMap { Int(String(cString: $0)) } ?? otherwise
  }

  static let batches: [Range<Int>] = {
    let first = number("LEVIN_FUZZ_SEED", otherwise: 0)
    let count = number("LEVIN_FUZZ", otherwise: 2000)
    return stride(from: first, to: first + count, by: batch).map {
      $0..<min($0 + batch, first + count)
    }
  }()

  @Test(arguments: batches) func engineAgreesWithReference(seeds: Range<Int>) {
    var failures: [String] = []
    var skipped = 0
    for seed in seeds {
      switch GraphComparison(RandomGraph(seed: seed)).run() {
      case .agrees: break
      case .isIllConditioned: skipped += 1
      case .differs(let report): failures.append(report)
      }
    }
    #expect(failures.isEmpty, "\(failures.joined(separator: "\n\n"))")
    #expect(
      skipped <= max(1, seeds.count / 4), "\(skipped) of \(seeds.count) graphs are ill-conditioned")
  }

  @Test(arguments: batches) func everyNodeAgreesWithReferenceOnTheEnginesInputs(
    seeds: Range<Int>
  ) {
    let failures = seeds.filter { $0 % 4 == 0 }.compactMap { seed in
      NodeComparison(RandomGraph(seed: seed)).firstMismatch()
    }
    #expect(failures.isEmpty, "\(failures.joined(separator: "\n\n"))")
  }
}
