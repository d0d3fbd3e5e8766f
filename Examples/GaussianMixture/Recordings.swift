import Foundation
import Levin

/// A data set that Pyro simulated, and fits of it that Pyro made: a `.csv` and a `.json` in
/// `Tests/Fixtures/gmm`, found from this file's own place.
struct Recording {
  /// A fit by Adam.
  struct Run {
    let name: String
    /// The first values of the sites.
    let start: [String: Tensor]
    let steps: Int
  }

  let name: String
  /// Numbers, or rows of two.
  let data: Tensor
  /// The values that the data were simulated with, by site.
  let truth: [String: Tensor]
  let runs: [Run]
  /// The loss at the best optimum that has all weights above 0, found without Pyro and without Levin.
  let optimum: Double
  /// How many axes the plates of the model take.
  let maxPlateNesting: Int

  /// Reads the two files.
  init(_ name: String) throws {
    self.name = name
    data = try Self.table(Self.file("\(name).csv"))
    let text = try Data(contentsOf: Self.file("\(name).json"))
    let json = try JSONDecoder().decode(Entry.self, from: text)
    truth = try json["true"].tensors(named: "")
    optimum = try json["map"]["optimum"]["loss"].number
    maxPlateNesting = Int(try json["max_plate_nesting"].number)
    let names = json.keys.filter { $0.hasPrefix("default_init") }.sorted()
    runs = try (names + ["best_of_100", "from_truth"]).map { name in
      let run = try json[name]
      return Run(
        name: name, start: try run["init"].tensors(named: "AutoDelta."),
        steps: Int(try run["steps"].number))
    }
  }

  private static func file(_ name: String) -> URL {
    let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return examples.deletingLastPathComponent()
      .appending(components: "Tests", "Fixtures", "gmm", name)
  }

  private static func table(_ file: URL) throws -> Tensor {
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let rows = lines.dropFirst().map { line in line.split(separator: ",").compactMap { Float($0) } }
    let numbers = Tensor(rows.flatMap { $0 })
    let width = rows.first?.count ?? 1
    return width == 1 ? numbers : numbers.reshaped(to: [rows.count, width])
  }
}

/// Any part of a JSON file.
private enum Entry: Decodable {
  case number(Double)
  case list([Entry])
  case group([String: Entry])
  case other

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let list = try? container.decode([Entry].self) {
      self = .list(list)
    } else if let group = try? container.decode([String: Entry].self) {
      self = .group(group)
    } else {
      self = .other
    }
  }

  var keys: [String] {
    if case .group(let entries) = self { Array(entries.keys) } else { [] }
  }

  subscript(key: String) -> Entry {
    get throws {
      guard case .group(let entries) = self, let entry = entries[key] else {
        throw RecordingError(description: "a recording has no '\(key)'")
      }
      return entry
    }
  }

  var number: Double {
    get throws {
      guard case .number(let number) = self else {
        throw RecordingError(description: "a recording has something else in place of a number")
      }
      return number
    }
  }

  /// Numbers in nested lists, or one alone.
  var tensor: Tensor {
    get throws {
      guard case .list(let rows) = self else { return Tensor(Float(try number)) }
      return stack(try rows.map { try $0.tensor }, axis: 0)
    }
  }

  func tensors(named prefix: String) throws -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for site in ["weights", "scale", "locs"] { tensors[site] = try self[prefix + site].tensor }
    return tensors
  }
}

/// A file that is not as expected.
struct RecordingError: Error, CustomStringConvertible {
  let description: String
}
