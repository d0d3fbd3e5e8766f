import LevinTensor

/// The line that shows how far a fit is.
///
/// Its parts, in order, are those of
///
///     Epoch 3/10  Validating 12/40  ████░░░░   24%  step 290/1200  0:07  0:22 left  41.40 steps/s
///
/// and then, on the same line, the loss and the metrics: `loss 0.4142  accuracy 0.9123`. A pass by itself has
/// `Testing 12/40` in the place of epoch, validation and step, and counts batches.
///
/// In fewer columns than that takes, parts are left out, the least important ones first: the step, the
/// time that has passed, the rate, the bar, the metrics from the last to the first, the time that
/// remains, the percentage, the numbers of the validation, then its name. A part for which a long one
/// left room comes back. Where the number of all steps is unknown there are no percentage, bar and time
/// that remains, and the step counts as much as the percentage would. The epoch and the loss stay, cut
/// off where the columns end.
struct ProgressLine {
  /// The facts about the fit.
  var facts: ProgressFacts
  /// The seconds that have passed.
  var elapsed: Double
  /// The steps per second; nil while nothing is known of it.
  var rate: Double?

  /// The seconds that the fit will take from now, at the same rate; nil if that is unknown or over.
  var remaining: Double? {
    guard let rate, rate > 0, let total = facts.step.total, facts.step.done < total else {
      return nil
    }
    return Double(total - facts.step.done) / rate
  }

  /// The line for so many columns, with a bar if there are enough.
  func text(columns: Int) -> String {
    var parts = chosen(from: parts(withBar: true), columns)
    if let bar = parts.firstIndex(where: { $0.rank == .bar }) {
      let free = columns - Self.width(parts)
      parts[bar].text = self.bar(min(Self.shortestBar + free, Self.longestBar))
    }
    return Text.cut(Self.joined(parts), to: columns)
  }

  /// The whole line without a bar, for files.
  var plainText: String { Self.joined(parts(withBar: false)) }

  // MARK: - Fitting into the columns

  /// The importance of a part, the least first.
  private enum Rank: Int {
    case step, elapsed, rate, bar, metric, remaining, share, phase, kept
  }

  private struct Part {
    let rank: Rank
    var text: String
    /// A form for when there is no room for the text.
    var shorter: String?
  }

  // The most important parts first, and of several metrics the first, as far as there is room.
  private func chosen(from parts: [Part], _ columns: Int) -> [Part] {
    let order = parts.indices.sorted {
      (-parts[$0].rank.rawValue, $0) < (-parts[$1].rank.rawValue, $1)
    }
    var chosen = [Part?](repeating: nil, count: parts.count)
    for index in order {
      let part = parts[index]
      for text in [part.text, part.shorter].compactMap(\.self) {
        var trial = chosen
        trial[index] = Part(rank: part.rank, text: text)
        guard part.rank == .kept || Self.width(trial.compactMap(\.self)) <= columns else {
          continue
        }
        chosen = trial
        break
      }
    }
    return chosen.compactMap(\.self)
  }

  private static func joined(_ parts: [Part]) -> String {
    Text.trimmed(parts.map(\.text).joined(separator: "  "))
  }

  private static func width(_ parts: [Part]) -> Int { Text.width(joined(parts)) }

  // MARK: - Parts

  private func parts(withBar: Bool) -> [Part] {
    let title = facts.pass.map { $0 + " " + Self.counted(facts.step) }
    return [Part(rank: .kept, text: title ?? "Epoch " + Self.counted(facts.epoch))] + phase
      + progress(withBar: withBar) + times + numbers
  }

  private var phase: [Part] {
    guard let validation = facts.validation else { return [] }
    let text = "Validating " + Self.counted(validation)
    return [Part(rank: .phase, text: text, shorter: "Validating")]
  }

  private func progress(withBar: Bool) -> [Part] {
    let step =
      facts.pass == nil ? [Part(rank: .step, text: "step " + Self.counted(facts.step))] : []
    guard let percents = filled(of: 100) else {
      return step.map { Part(rank: .share, text: $0.text) }
    }
    let bar = withBar ? [Part(rank: .bar, text: self.bar(Self.shortestBar))] : []
    let percentage = Text.aligned("\(percents)%", to: 4)
    return bar + [Part(rank: .share, text: percentage)] + step
  }

  private var times: [Part] {
    var parts = [Part(rank: .elapsed, text: Text.duration(elapsed))]
    if let remaining {
      parts.append(Part(rank: .remaining, text: Text.duration(remaining.rounded(.up)) + " left"))
    }
    let unit = facts.pass == nil ? " steps/s" : " batches/s"
    if let rate { parts.append(Part(rank: .rate, text: Text.short(rate) + unit)) }
    return parts
  }

  // The loss first, under the name that it has in tables.
  private var numbers: [Part] {
    var metrics = facts.metrics
    var parts: [Part] = []
    if let index = index("train_loss") ?? index("loss") {
      parts.append(Part(rank: .kept, text: Self.named(metrics.remove(at: index))))
    } else if let loss = facts.loss {
      parts.append(Part(rank: .kept, text: Self.named(("loss", loss))))
    }
    return parts + metrics.map { Part(rank: .metric, text: Self.named($0)) }
  }

  private func index(_ name: String) -> Int? {
    facts.metrics.firstIndex { ExactName.areSame($0.name, name) }
  }

  // As wide as 0.4142, so that what follows does not move when a number passes 1.
  private static func named(_ metric: (name: String, value: Double)) -> String {
    Text.oneLine(metric.name) + " " + Text.padded(Text.short(metric.value), to: 6)
  }

  // As wide at the beginning as it will be at the end.
  private static func counted(_ count: ProgressFacts.Count) -> String {
    guard let total = count.total else { return "\(count.done)" }
    return Text.aligned("\(count.done)", to: "\(total)".count) + "/\(total)"
  }

  // MARK: - The bar

  private static let shortestBar = 8
  private static let longestBar = 20

  // The filled columns of so many, or percents of 100. Rounded down, all are only shown at the end.
  private func filled(of columns: Int) -> Int? {
    facts.step.total.map { total in
      let done = Double(min(facts.step.done, total))
      return Int(done * Double(columns) / Double(max(total, 1)))
    }
  }

  private func bar(_ columns: Int) -> String {
    let filled = filled(of: columns) ?? 0
    return String(repeating: "█", count: filled) + String(repeating: "░", count: columns - filled)
  }
}
