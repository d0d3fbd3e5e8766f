public import Levin

extension JSONLinesLogger {
  /// The lines of a file that a logger has written, as records; a last line without its end is left out, and so are
  /// histograms, texts and images.
  ///
  /// All numbers are in double precision.
  ///
  /// - Parameter path: The path of a `metrics.jsonl`.
  /// - Throws: `RunFileError`, also for a file that is none, with the number of the line.
  public static func records(at path: String) throws(RunFileError) -> [MetricsRecord] {
    let content = try RunFile(reopening: path).content()
    var (records, rest) = ([MetricsRecord](), content[...])
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      do throws(JSONScanner.Failure) {
        records.append(try record(Array(rest[..<end])))
      } catch {
        throw RunFileError(
          path: path, action: .read, reason: "line \(records.count + 1): \(error.reason)")
      }
      rest = rest[(end + 1)...]
    }
    return records
  }

  private static func record(
    _ line: [UInt8]
  ) throws(JSONScanner.Failure) -> MetricsRecord {
    var scanner = JSONScanner(line)
    var (integers, metrics) = ([String: Int](), [(name: String, value: MetricValue)]())
    try scanner.object { (scanner, name) throws(JSONScanner.Failure) in
      switch name {
      case "epoch", "step", "validation_batch": integers[name] = Int(try scanner.number())
      case "metrics":
        try scanner.object { (scanner, name) throws(JSONScanner.Failure) in
          let text = try scanner.kind() == .string ? scanner.string() : scanner.number()
          guard let value = Double(text) else {
            throw scanner.failure("'\(name)' is \(text), which is no number")
          }
          metrics.append((name, MetricValue(value, .float64)))
        }
      default: try scanner.skipValue()
      }
    }
    try scanner.end()
    guard let epoch = integers["epoch"], let step = integers["step"] else {
      throw scanner.failure("it has no epoch or no step")
    }
    return MetricsRecord(
      epoch: epoch, step: step, batchIndex: integers["validation_batch"], metrics: metrics)
  }
}
