public import Levin

extension Figure {
  /// The scores that starting points have come to, from the best to the worst.
  ///
  /// A plateau is an optimum that several starts have found. Starts without a number, whose fit was not finite, are left
  /// out.
  ///
  /// - Parameters:
  ///   - table: The table of the starts.
  ///   - title: The title.
  ///   - theme: The colours.
  public static func restarts<Model>(
    _ table: RestartTable<Model>, title: String? = nil, theme: Theme = .light
  ) -> Figure {
    let rows = table.sorted().rows.filter { $0.score.isFinite }
    let missing = table.rows.count - rows.count
    let note = missing == 0 ? "" : ", \(missing) not finite"
    return Figure(
      .scatter((1...max(rows.count, 1)).prefix(rows.count).map(\.self), rows.map(\.score), size: 6),
      .horizontalLine(rows.first?.score ?? .nan, color: theme.axis),
      title: title, xLabel: "rank of \(table.rows.count) starts\(note)", yLabel: table.scoreName,
      theme: theme)
  }
}
