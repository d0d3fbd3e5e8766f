import Foundation
import Levin

/// The page of a run.
struct ReportPage {
  let title: String
  let module: String
  /// The outcome; nil while the run goes on.
  let result: FitResult?
  let epoch: Int
  let step: Int
  let seconds: Double
  let curves: ReportCurves
  let estimates: [RunReport.Estimate]
  let hyperparameters: [(name: String, value: HyperparameterValue)]

  /// The elements of parameters that have a few.
  static func elements(of module: any LightningModule) -> [RunReport.Estimate] {
    module.namedParameters.flatMap { name, parameter -> [RunReport.Estimate] in
      let values = parameter.wrappedValue
      if values.elementCount > 20 { return [] }
      let numbers = values.scalars
      return numbers.enumerated().map { index, value in
        let isOne = numbers.count == 1
        return RunReport.Estimate(name: isOne ? name : "\(name)[\(index)]", value: value)
      }
    }
  }

  var html: String {
    let refresh = result == nil ? "<meta http-equiv=\"refresh\" content=\"5\">\n" : ""
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      \(refresh)<title>\(escaped(title))</title>
      <style>\(ReportStyle.css)</style>
      </head>
      <body>
      <header>
      <h1>\(escaped(title))</h1>
      <p class="\(result.map { Self.isGood($0.stopReason) ? "good" : "bad" } ?? "running")">\(status)</p>
      </header>
      <main>
      <section class="facts">\(facts)</section>
      <section class="curves">\(curves.groups.enumerated().map(curve).joined(separator: "\n"))</section>
      \(table("Parameters", ["name", "estimate", "standard error"], estimateRows))
      \(table("Hyperparameters", ["name", "value"], hyperparameters.map { [$0.name, "\($0.value)"] }))
      \(table("Last metrics", ["name", "value"], metricRows))
      </main>
      <script>\(ReportStyle.script)</script>
      </body>
      </html>

      """
  }

  private func escaped(_ text: String) -> String { SVGCanvas.escaped(text) }

  private static func isGood(_ reason: StopReason) -> Bool {
    reason != .failed && reason != .nonFinite
  }

  private var status: String {
    guard let result else { return "running, as of \(Date().formatted(.iso8601))" }
    return escaped(
      result.stopDetail.map { "\(result.stopReason) (\($0))" } ?? "\(result.stopReason)")
  }

  private var facts: String {
    let time = result?.seconds ?? seconds
    let (epochs, steps) = (result?.epochs ?? epoch, result?.steps ?? step)
    var facts = [
      ("model", module), ("epochs", "\(epochs)"), ("steps", "\(steps)"),
      ("time", Self.duration(time)),
    ]
    if time > 0, steps > 0 { facts.append(("steps a second", Self.short(Double(steps) / time))) }
    if let loss = result?.loss { facts.append(("loss", Self.short(loss.value))) }
    return facts.map { "<div><span>\($0.0)</span><b>\(escaped($0.1))</b></div>" }.joined()
  }

  private static func duration(_ seconds: Double) -> String {
    if seconds < 60 { return "\(short(seconds)) s" }
    let total = Int(seconds.rounded())
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    return hours > 0 ? "\(hours) h \(minutes) min" : "\(minutes) min \(rest) s"
  }

  private static func short(_ value: Double) -> String {
    value.isFinite ? String(format: "%.6g", value) : "\(value)"
  }

  private var estimateRows: [[String]] {
    estimates.map { estimate in
      [
        estimate.name, Self.short(estimate.value),
        estimate.standardError.map(Self.short) ?? "",
      ]
    }
  }

  private var metricRows: [[String]] {
    curves.groups.flatMap(\.curves).map { [$0.name, Self.short($0.series.values.last ?? .nan)] }
  }

  private func curve(_ index: Int, _ group: ReportCurves.Group) -> String {
    let pictures = [("light", Theme.light), ("dark", Theme.dark)].map { name, theme in
      "<div class=\"\(name)\">\(ReportStyle.embedded(group.figure(theme).svg, id: "\(name)\(index)"))</div>"
    }
    return """
      <figure>\(pictures.joined())<div class="tip" hidden></div>
      <script type="application/json">\(group.hoverData)</script></figure>
      """
  }

  private func table(_ title: String, _ head: [String], _ rows: [[String]]) -> String {
    if rows.isEmpty { return "" }
    // A column without entries is left out.
    let kept = head.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    func cells(_ row: [String], _ tag: String) -> String {
      kept.map { "<\(tag)>\(escaped(row[$0]))</\(tag)>" }.joined()
    }
    let body = rows.map { "<tr>\(cells($0, "td"))</tr>" }.joined(separator: "\n")
    return """
      <section><h2>\(title)</h2><div class="wide"><table>
      <thead><tr>\(cells(head, "th"))</tr></thead>
      <tbody>\(body)</tbody></table></div></section>
      """
  }
}
