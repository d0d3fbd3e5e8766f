import Foundation

/// The command: measures the worst error of each element-wise kernel in single precision, and prints a
/// table of them.
@main
struct Accuracy {
  static let usage = """
    usage: accuracy [--every N] [--pairs N] [--threads N] [--only NAME,...]

      --every    every N-th of the 2^32 arguments of functions of one argument (all when left out)
      --pairs    how many pairs of arguments for functions of two (2^26 when left out)
      --threads  how many threads measure (2 when left out)
      --only     the functions of these names alone: \(functions.map(\.name).joined(separator: ", "))
    """

  static func main() {
    let options = Options(CommandLine.arguments.dropFirst())
    print("| function | worst error | bound | in units of | at | result | arguments |")
    print("|---|---:|---:|---|---|---|---:|")
    var isWithin = true
    for function in functions where options.only?.contains(function.name) ?? true {
      let worst = Measurement(function, options).run()
      print(line(function, worst))
      fflush(nil)
      if !(worst.error <= function.bound) { isWithin = false }
    }
    exit(isWithin ? 0 : 1)
  }

  private static func line(_ function: MeasuredFunction, _ worst: WorstError) -> String {
    let arguments = worst.arguments.map { "\($0)" }.joined(separator: ", ")
    let cells = [
      function.name, String(format: "%.3f", worst.error), "\(function.bound)",
      function.unit.rawValue, arguments, "\(worst.result)", "\(worst.count)",
    ]
    return "| " + cells.joined(separator: " | ") + " |"
  }
}

/// The options of the command line.
struct Options: Sendable {
  private(set) var every: UInt64 = 1
  private(set) var pairs: UInt64 = 1 << 26
  private(set) var threads = 2
  private(set) var only: Set<String>?

  init(_ arguments: some Sequence<String>) {
    var rest = Array(arguments)[...]
    while let option = rest.popFirst() {
      guard let value = rest.popFirst() else { Self.refuse() }
      switch (option, UInt64(value)) {
      case ("--every", let number?) where number > 0: every = number
      case ("--pairs", let number?) where number > 0: pairs = number
      case ("--threads", let number?) where 1...256 ~= number: threads = Int(number)
      case ("--only", _): only = Set(value.split(separator: ",").map(String.init))
      default: Self.refuse()
      }
    }
  }

  private static func refuse() -> Never {
    FileHandle.standardError.write(Data((Accuracy.usage + "\n").utf8))
    exit(2)
  }
}
