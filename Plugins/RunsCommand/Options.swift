/// What the user asks for.
struct Options: Equatable {
  /// Arguments that make no sense.
  struct Mistake: Error, Equatable, CustomStringConvertible {
    let description: String
  }

  static let usage = """
    usage: levin-runs FOLDER [options]

    Prints the runs below a folder: name, version, why they ended, epochs, steps, time and metrics. Of a metric
    whose name tells of a loss or an error the least value of the run is shown, of one that tells of an
    accuracy or a score the greatest, and of others the last.

      --sort METRIC      the run with the least value first
      --descending       the greatest value first
      --metrics A,B      these metrics alone
      --last             the last values of all metrics
      --limit N          the first N runs alone
      --plot METRIC      the curves of the metric in the terminal
      --output FILE      the curves as a file that ends in .svg or .png
      --help             this text
    """

  var folder = ""
  var sort: String?
  var isDescending = false
  var metrics: [String]?
  var showsLast = false
  var limit: Int?
  var plot: String?
  var output: String?
  var isHelp = false

  init(_ arguments: [String]) throws(Mistake) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--help", "-h": isHelp = true
      case "--descending": isDescending = true
      case "--last": showsLast = true
      case "--sort": sort = try Self.value(of: argument, &rest)
      case "--plot": plot = try Self.value(of: argument, &rest)
      case "--output": output = try Self.value(of: argument, &rest)
      case "--metrics":
        metrics = try Self.value(of: argument, &rest).split(separator: ",").map(String.init)
      case "--limit":
        let text = try Self.value(of: argument, &rest)
        guard let number = Int(text), number > 0 else {
          throw Mistake(description: "--limit is \(text), and must be a number above 0")
        }
        limit = number
      case _ where argument.hasPrefix("--"):
        throw Mistake(description: "there is no option \(argument)")
      case _ where folder.isEmpty: folder = argument
      default: throw Mistake(description: "there are two folders, \(folder) and \(argument)")
      }
    }
    if folder.isEmpty, !isHelp { throw Mistake(description: "there is no folder") }
    if output != nil, plot == nil {
      throw Mistake(description: "--output goes with --plot, which names the metric")
    }
  }

  private static func value(
    of option: String, _ rest: inout ArraySlice<String>
  ) throws(Mistake) -> String {
    guard let value = rest.popFirst(), !value.hasPrefix("--") else {
      throw Mistake(description: "\(option) needs a value")
    }
    return value
  }
}
