import Foundation
internal import LevinTensor

/// The end of a fit as a file, `result.json` in the folder of the run.
///
/// It is there once the fit is over: a run without it goes on, or was killed. Numbers that JSON has no words for are
/// strings, `"nan"`, `"inf"` and `"-inf"`.
enum RunOutcome {
  static let fileName = "result.json"

  /// The document of a fit that has ended, by an error if there was one.
  static func document(_ result: FitResult, _ error: (any Error)?) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      field("stop_reason", .text(result.stopReason.rawValue), &writer)
      field("stop_detail", result.stopDetail.map(HyperparameterValue.text) ?? .null, &writer)
      field("error", error.map { .text("\($0)") } ?? .null, &writer)
      field("epochs", .number(Double(result.epochs)), &writer)
      field("steps", .number(Double(result.steps)), &writer)
      field("seconds", .number(result.seconds), &writer)
      field("finished", .text(Date().formatted(.iso8601)), &writer)
      field("loss", result.loss.map { .number($0.value) } ?? .null, &writer)
      writer.name("metrics")
      writer.object { writer in
        for metric in result.metrics { field(metric.name, .number(metric.value.value), &writer) }
      }
    }
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  private static func field(
    _ name: String, _ value: HyperparameterValue, _ writer: inout JSONWriter
  ) {
    writer.name(name)
    switch value {
    case .text(let text): writer.string(text)
    case .number(let number) where !number.isFinite: writer.string("\(number)")
    default: writer.literal("\(value)")
    }
  }
}
