import Foundation
import Levin

/// A record as a line of JSON.
enum RecordLine {
  /// The bytes of the line, with its end.
  static func bytes(of record: MetricsRecord) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.name("epoch")
      writer.literal(record.epoch.description)
      writer.name("step")
      writer.literal(record.step.description)
      if let index = record.batchIndex {
        writer.name("validation_batch")
        writer.literal(index.description)
      }
      writer.name("metrics")
      writer.object { writer in
        for (name, value) in record.metrics {
          writer.name(name)
          value.value.isFinite
            ? writer.literal(value.description) : writer.string(value.description)
        }
      }
      if !record.media.isEmpty { write(record.media, to: &writer) }
    }
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  private static func write(
    _ media: [(name: String, value: LoggedMedia)], to writer: inout JSONWriter
  ) {
    writer.name("media")
    writer.object { writer in
      for (name, value) in media {
        writer.name(name)
        writer.object { write(value, to: &$0) }
      }
    }
  }

  private static func write(_ media: LoggedMedia, to writer: inout JSONWriter) {
    switch media {
    case .text(let text):
      writer.name("text")
      writer.string(text)
    case .histogram(let histogram):
      write("edges", histogram.edges.map(\.description), to: &writer)
      write("counts", histogram.counts.map(\.description), to: &writer)
    case .image(let bytes, let format):
      writer.name("format")
      writer.string(format)
      writer.name("base64")
      writer.string(Data(bytes).base64EncodedString())
    }
  }

  private static func write(_ name: String, _ numbers: [String], to writer: inout JSONWriter) {
    writer.name(name)
    writer.array { writer in
      for number in numbers { writer.literal(number) }
    }
  }
}
