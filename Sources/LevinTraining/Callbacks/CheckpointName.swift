#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The template of a file's name, with the names of metrics in braces.
struct CheckpointName {
  private enum Part {
    case text(String)
    case value(name: String, precision: Int?)
  }

  private var parts: [Part] = []
  /// The names in braces.
  private(set) var names: [String] = []

  /// Reads a template; nil with an opening brace that is not closed, or a format other than `.2f`.
  init?(_ template: String) {
    var rest = template[...]
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      guard let close = rest[open...].firstIndex(of: "}") else { return nil }
      let inside = rest[rest.index(after: open)..<close]
      let pieces = inside.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(pieces[0])
      var precision: Int?
      if pieces.count == 2 {
        guard pieces[1].first == ".", pieces[1].last == "f",
          let digits = Int(pieces[1].dropFirst().dropLast()), (0...15).contains(digits)
        else { return nil }
        precision = digits
      }
      if name.isEmpty { return nil }
      names.append(name)
      parts.append(.value(name: name, precision: precision))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
  }

  /// The name, with `name=value` in the place of each brace; nil with the name of a metric that is not known.
  func filled(epoch: Int, step: Int, _ value: (String) -> Double?) -> (
    name: String?, missing: String?
  ) {
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .value("epoch", _): result += "epoch=\(epoch)"
      case .value("step", _): result += "step=\(step)"
      case .value(let name, let precision):
        guard let number = value(name) else { return (nil, name) }
        let text = precision.map { Text.fixed(number, digits: $0) } ?? "\(Float(number))"
        // A slash would lead into another folder.
        result += name.replacing("/", with: "-") + "=" + text
      }
    }
    return (result, nil)
  }
}
