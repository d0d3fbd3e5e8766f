internal import LevinTensor

extension RunOutcome {
  /// The fields of a document but the metrics, as texts; those that are null are left out.
  static func fields(at path: String) throws(RunFileError) -> [String: String] {
    var fields: [String: String] = [:]
    try read(path) { (scanner, name) throws(JSONScanner.Failure) in
      switch try scanner.kind() {
      case .string: fields[name] = try scanner.string()
      case .number: fields[name] = try scanner.number()
      default: try scanner.skipValue()
      }
    }
    return fields
  }

  /// The metrics of a document.
  static func metrics(at path: String) throws(RunFileError) -> [(name: String, value: Double)] {
    var metrics: [(name: String, value: Double)] = []
    try read(path) { (scanner, name) throws(JSONScanner.Failure) in
      guard name == "metrics" else { return try scanner.skipValue() }
      try scanner.object { (scanner, name) throws(JSONScanner.Failure) in
        let text = try scanner.kind() == .string ? scanner.string() : scanner.number()
        guard let value = Double(text) else {
          throw scanner.failure("'\(name)' is \(text), which is no number")
        }
        metrics.append((name, value))
      }
    }
    return metrics
  }

  private static func read(
    _ path: String,
    _ field: (inout JSONScanner, String) throws(JSONScanner.Failure) -> Void
  ) throws(RunFileError) {
    let content = try RunFile(reopening: path).content()
    var scanner = JSONScanner(content)
    do throws(JSONScanner.Failure) {
      try scanner.object(field)
      try scanner.end()
    } catch {
      throw RunFileError(
        path: path, action: .read, reason: "\(error.reason), at byte \(error.offset)")
    }
  }
}
