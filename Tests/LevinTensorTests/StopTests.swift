import LevinTensor
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A step of a model, whose mistake is on the line after its opening.
private struct Visits {
  static let line = #line + 3

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    batch + Tensor.ones([3])
  }
}

extension Tensor {
  fileprivate static let mistakeLine = #line + 1
  fileprivate func mistaken() -> Tensor { matmul(Tensor.ones([5])) }

  fileprivate static let faultLine = #line + 1
  fileprivate func element(_ index: Int) -> Tensor { self[Tensor([index])] }
}

@Suite struct StopTests {
  private func lines(_ result: ExitTest.Result?) -> [String] {
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func theMessageAndTheUsersLineAreAllThatIsSaid() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      setenv("SWIFT_BACKTRACE", "", 1)
      _ = withoutGradient { Visits().trainingStep(.ones([2]), batchIndex: 0) }
    }
    let lines = lines(result)
    #expect(lines.count == 3 && lines.last == "", "\(lines)")
    #expect(lines[0].hasPrefix("error: ") && lines[0].contains("[2]"))
    #if os(Linux)
    #expect(lines[1].hasPrefix("  at ") && lines[1].contains("StopTests.swift:\(Visits.line), in "))
    #expect(lines[1].hasSuffix("Visits.trainingStep(_:batchIndex:)"), "\(lines[1])")
    #endif
  }

  @Test func anExtensionOfTensorIsTheUsersToo() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      setenv("SWIFT_BACKTRACE", "", 1)
      _ = Tensor.ones([2, 3]).mistaken()
    }
    let lines = lines(result)
    #if os(Linux)
    #expect(lines.last == "" && lines.count == 3)
    #expect(lines[1].contains("StopTests.swift:\(Tensor.mistakeLine), in Tensor.mistaken()"))
    #endif
  }

  @Test func whereTheMessageNamesTheLineNoOtherIsGiven() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.ones([2]).element(5).scalars
    }
    let lines = lines(result)
    #expect(
      lines.count == 2 && lines[0].contains("StopTests.swift:\(Tensor.faultLine)"), "\(lines)")
  }

  #if os(Linux)
  @Test(arguments: [["LEVIN_BACKTRACE", "1"], ["SWIFT_BACKTRACE", "enable=yes,color=no"]])
  func aBacktraceThatWasAskedForComesBeforeTheMessage(_ setting: [String]) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [setting] in
      setenv(setting[0], setting[1], 1)
      _ = Visits().trainingStep(.ones([2]), batchIndex: 0)
    }
    let lines = lines(result)
    let call = lines.firstIndex { $0.contains("Visits.trainingStep") } ?? .max
    #expect(lines.count > 5 && call < lines.count - 3, "\(lines)")
    #expect(lines[lines.count - 3].hasPrefix("error: "))
    #expect(lines[lines.count - 2].hasPrefix("  at "))
  }
  #endif

  @Test func textPrintedBeforeIsNotLost() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardOutputContent]) {
      print("step 7")
      stop("a mistake")
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    #expect(output.hasSuffix("step 7\n"))
  }
}
