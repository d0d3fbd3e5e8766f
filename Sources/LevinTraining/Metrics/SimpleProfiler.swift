/// Measures what a fit spends its time on, and prints a table of it at the end.
///
///     Trainer(maxEpochs: 10, profiler: SimpleProfiler())
///
/// The table has a row for reading batches, for making the graphs of the loss (`trainingStep`) and of its gradients, for
/// computing the step and putting it in force, for validations, and for all hooks of each callback together. A fit
/// without a profiler measures nothing.
public final class SimpleProfiler: CustomStringConvertible {
  /// The time of one kind of work.
  public struct Row: Sendable, Hashable {
    /// The kind of work, such as `trainingStep` or `callback CSVLogger`.
    public let name: String
    /// The number of times.
    public internal(set) var count: Int
    /// The seconds in all.
    public internal(set) var seconds: Double
  }

  /// The kinds of work, in the order in which they first came.
  public private(set) var rows: [Row] = []
  /// The seconds of the whole fit, or of all that ran so far.
  public internal(set) var totalSeconds = 0.0
  private var positions: [String: Int] = [:]
  private let now: () -> Double

  /// Makes a profiler, which adds up over all fits that it is given to.
  public convenience init() { self.init(now: Console.clock) }

  init(now: @escaping () -> Double) { self.now = now }

  /// Runs `body` and measures it.
  func measure<R>(_ name: String, _ body: () throws -> R) rethrows -> R {
    let start = now()
    defer { add(now() - start, to: name) }
    return try body()
  }

  private func add(_ seconds: Double, to name: String) {
    let position = positions[name] ?? rows.count
    if position == rows.count {
      positions[name] = position
      rows.append(Row(name: name, count: 0, seconds: 0))
    }
    rows[position].count += 1
    rows[position].seconds += seconds
  }

  /// A line for each kind of work, the longest first: how often, microseconds each, seconds in all, and the share of the
  /// fit.
  public var description: String {
    let sorted = rows.sorted { $0.seconds > $1.seconds }
    let names = Text.leftColumn("work", sorted.map(\.name) + ["whole fit"])
    let counts = Text.column("count", sorted.map { "\($0.count)" } + [""])
    let each = Text.column("us each", sorted.map(Self.microseconds) + [""])
    let seconds = Text.column("seconds", (sorted.map(\.seconds) + [totalSeconds]).map(Self.fixed))
    let shares = Text.column("share", sorted.map(share) + [""])
    return names.indices.map { index in
      Text.trimmed(
        [names, counts, each, seconds, shares].map { $0[index] }.joined(separator: "  "))
    }.joined(separator: "\n")
  }

  private static func fixed(_ seconds: Double) -> String { Text.fixed(seconds, digits: 6) }

  private static func microseconds(_ row: Row) -> String {
    Text.fixed(row.seconds / Double(row.count) * 1e6, digits: 2)
  }

  private func share(_ row: Row) -> String {
    totalSeconds > 0 ? Text.fixed(row.seconds / totalSeconds * 100, digits: 1) + "%" : ""
  }
}
