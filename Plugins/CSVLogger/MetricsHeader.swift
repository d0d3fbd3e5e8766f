import Levin

/// The first line of `metrics.csv`, which names the columns.
///
/// It is that of RFC 4180: quotes around a name that holds a comma, a quote or a line end, and quotes inside doubled.
/// All is done by bytes or scalars: with a mark that combines, a quote is another character.
struct MetricsHeader {
  /// The names, in the order of their code points.
  let columns: [ExactName]
  /// The bytes of the line, with its end.
  let bytes: [UInt8]

  /// The header of some columns.
  init(_ columns: [ExactName]) {
    self.columns = columns
    bytes = Array((columns.map { Self.quoted($0.text) }.joined(separator: ",") + "\n").utf8)
  }

  /// The header that a table begins with; nil if it begins with something else.
  init?(of table: [UInt8]) {
    var names: [[UInt8]] = [[]]
    var (index, isQuoted) = (0, false)
    while index < table.count, isQuoted || table[index] != UInt8(ascii: "\n") {
      let byte = table[index]
      if byte == UInt8(ascii: "\"") {
        // The second of two quotes stands for one.
        if !isQuoted, index > 0, table[index - 1] == byte { names[names.count - 1].append(byte) }
        isQuoted.toggle()
      } else if byte == UInt8(ascii: ","), !isQuoted {
        names.append([])
      } else {
        names[names.count - 1].append(byte)
      }
      index += 1
    }
    self.init(names.map { ExactName(String(decoding: $0, as: UTF8.self)) })
    // Columns in another order, or names written in another way, are not from here.
    guard index < table.count, table[...index].elementsEqual(bytes),
      zip(columns, columns.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
  }

  private static func quoted(_ name: String) -> String {
    let scalars = name.unicodeScalars
    guard scalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else { return name }
    var text = "\"".unicodeScalars
    for scalar in scalars {
      if scalar == "\"" { text.append(scalar) }
      text.append(scalar)
    }
    text.append("\"")
    return String(text)
  }
}
