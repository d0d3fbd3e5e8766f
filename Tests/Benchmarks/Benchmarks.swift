import Foundation

/// The command: measures every benchmark, or those asked for, and prints a row for each.
@main
struct Benchmarks {
  static let usage = """
    usage: benchmarks [--csv | --losses] [--only NAME,...] [--rows ROWS]

      --csv      rows of name, rows, and the median of microseconds a step or operation takes
      --losses   instead of times, the losses of the first and the tenth step, to compare with others
      --only     the benchmarks of these names alone: \(names.joined(separator: ", "))
      --rows     the benchmarks of this size alone
    """

  static let all =
    trainingBenchmarks + inferenceBenchmarks + matrixBenchmarks
    + overheadBenchmarks + fitOverheadBenchmarks + loggerBenchmarks

  static var names: [String] {
    var seen: Set<String> = []
    return all.map(\.name).filter { seen.insert($0).inserted }
  }

  static func main() {
    let options = Options(CommandLine.arguments.dropFirst())
    let chosen = all.filter(options.choose)
    switch options.output {
    case .csv: printTimes(of: chosen, header: "name,rows,microseconds") { "\($0),\($1),\($2)" }
    case .table: printTimes(of: chosen, header: nil, line: tableLine)
    case .losses: printLosses(of: chosen)
    }
  }

  private static func printTimes(
    of benchmarks: [Benchmark], header: String?, line: (String, Int, String) -> String
  ) {
    if let header { print(header) }
    for benchmark in benchmarks {
      let time = String(format: "%.3f", benchmark.microseconds())
      print(line(benchmark.name, benchmark.rows, time))
      fflush(nil)
    }
  }

  private static func tableLine(_ name: String, _ rows: Int, _ time: String) -> String {
    func padded(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(width - text.count, 0)) + text
    }
    return name + padded("\(rows)", 30 - name.count) + padded(time, 14) + " us"
  }

  private static func printLosses(of benchmarks: [Benchmark]) {
    print("name,rows,step,loss")
    for benchmark in benchmarks {
      for (step, loss) in benchmark.losses?() ?? [] {
        print("\(benchmark.name),\(benchmark.rows),\(step),\(loss)")
      }
    }
  }
}

/// The options of the command line.
struct Options {
  enum Output { case table, csv, losses }

  var output = Output.table
  private var only: Set<String>?
  private var rows: Int?

  init(_ arguments: some Sequence<String>) {
    var rest = arguments.makeIterator()
    while let argument = rest.next() {
      switch argument {
      case "--csv": output = .csv
      case "--losses": output = .losses
      case "--only":
        only = (only ?? []).union(Self.names(rest.next()))
      case "--rows":
        rows = rest.next().flatMap { Int($0) }
        if rows == nil { Self.fail("--rows needs a number") }
      case "--help", "-h":
        print(Benchmarks.usage)
        exit(0)
      default: Self.fail("unknown argument '\(argument)'")
      }
    }
  }

  /// Whether a benchmark was asked for.
  func choose(_ benchmark: Benchmark) -> Bool {
    only?.contains(benchmark.name) ?? true && rows ?? benchmark.rows == benchmark.rows
  }

  private static func names(_ list: String?) -> [String] {
    guard let list else { fail("--only needs a name") }
    let names = list.split(separator: ",").map(String.init)
    for name in names where !Benchmarks.names.contains(name) { fail("no benchmark '\(name)'") }
    return names
  }

  private static func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("benchmarks: \(message)\n\(Benchmarks.usage)\n".utf8))
    exit(2)
  }
}
