import Levin
import LevinPlots

/// The answer to what the user asks for.
struct Listing {
  private let options: Options
  private let runs: [(summary: RunSummary, history: MetricsHistory)]

  /// Reads all runs below the folder; one that cannot be read is told of, and left out.
  init(_ options: Options) throws {
    self.options = options
    var runs: [(summary: RunSummary, history: MetricsHistory)] = []
    for files in try RunFiles.below(options.folder) {
      do {
        let history = MetricsHistory()
        for record in try files.records() { history.add(record) }
        let summary = try RunSummary(directory: files.folder)
        runs.append((Self.shown(summary, history, isLast: options.showsLast), history))
      } catch { complain("left out: \(error)") }
    }
    self.runs = runs
  }

  // With the values that runs are compared by.
  private static func shown(
    _ summary: RunSummary, _ history: MetricsHistory, isLast: Bool
  ) -> RunSummary {
    var summary = summary
    if history.names.isEmpty { return summary }
    summary.metrics = history.names.map { name in
      let values = history[name].values
      let best = isLast ? nil : Comparison(name).best(values)
      return (name, best ?? values.last ?? .nan)
    }
    return summary
  }

  func show() throws {
    if runs.isEmpty {
      throw FolderError(path: options.folder, reason: "there are no runs in it or below it")
    }
    if let metric = options.plot { return try plot(metric) }
    var table = RunTable(runs.map(\.summary), metrics: options.metrics)
    try check(options.metrics ?? [])
    if let sort = options.sort {
      try check([sort])
      table = table.sorted(by: sort, descending: options.isDescending)
    }
    if let limit = options.limit { table = table.prefix(limit) }
    print(table)
  }

  // A name that no run has is a slip of the hand.
  private func check(_ names: [String]) throws {
    let known = RunTable(runs.map(\.summary)).metrics
    for name in names where !known.contains(name) {
      throw FolderError(
        path: options.folder,
        reason: "no run has a metric '\(name)'; there are \(known.joined(separator: ", "))")
    }
  }

  private func plot(_ metric: String) throws {
    try check([metric])
    let curves = runs.filter { !$0.history[metric].values.isEmpty }.map { run -> Mark in
      let series = run.history[metric]
      return .line(
        series.steps.map { $0 + 1 }, series.values,
        label: "\(run.summary.name)/\(run.summary.version)")
    }
    let figure = Figure(Axes(marks: curves, title: metric, xLabel: "step"))
    guard let output = options.output else { return print(figure) }
    try figure.write(to: output)
  }
}

/// The way in which values of a metric are better or worse, as its name says.
enum Comparison {
  case least
  case greatest
  case none

  init(_ name: String) {
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
    func has(_ signs: [String]) -> Bool { words.contains { signs.contains(String($0)) } }
    if has(["loss", "err", "error", "nll", "mse", "rmse", "mae", "perplexity"]) {
      self = .least
    } else if has(["acc", "accuracy", "auc", "f1", "r2", "score", "elbo"]) {
      self = .greatest
    } else {
      self = .none
    }
  }

  /// The best of the values; nil if there is none, or no way to tell.
  func best(_ values: [Double]) -> Double? {
    let numbers = values.filter { !$0.isNaN }
    switch self {
    case .least: return numbers.min()
    case .greatest: return numbers.max()
    case .none: return nil
    }
  }
}
