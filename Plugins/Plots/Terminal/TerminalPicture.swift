/// A figure in characters, for a terminal.
///
/// Each character shows two by two pixels, by the blocks of Unicode for quarters of a square.
struct TerminalPicture {
  private let figure: Figure
  private let columns: Int
  private let rows: Int

  init(_ figure: Figure, columns: Int, rows: Int) {
    (self.figure, self.columns, self.rows) = (figure, max(columns, 20), max(rows, 6))
  }

  var text: String {
    var lines: [String] = figure.title.map { [centered($0, columns)] } ?? []
    for row in figure.grid where !row.isEmpty {
      let width = columns / row.count
      let blocks = row.map { frameLines($0, width) }
      for index in 0..<(blocks.map(\.count).max() ?? 0) {
        let parts = blocks.map { index < $0.count ? padded($0[index], width) : padded("", width) }
        lines.append(parts.joined())
      }
    }
    return lines.map(Self.trimmed).joined(separator: "\n")
  }

  private static func trimmed(_ line: String) -> String {
    var line = line[...]
    while line.last == " " { line.removeLast() }
    return String(line)
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }

  private func centered(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max((width - text.count) / 2, 0)) + text
  }

  // MARK: - A frame

  private func frameLines(_ axes: Axes, _ width: Int) -> [String] {
    let layout = AxesLayout(axes, figure.theme, AxesLayout.ends(of: axes, axes.limits))
    let y = Ticks(axes.yScale, from: layout.ends.y.0, to: layout.ends.y.1, atMost: rows / 3)
    let gutter = min((y.major.map(\.label.count).max() ?? 0) + 1, width / 3)
    let size = (columns: max(width - gutter - 2, 8), rows: rows)
    let frame = layout.frame(
      Rectangle(x: 0, y: 0, width: Double(2 * size.columns), height: Double(2 * size.rows)))
    let blocks = picture(layout, frame, size)
    var lines: [String] = []
    if let title = axes.title {
      lines.append(String(repeating: " ", count: gutter) + centered(title, size.columns))
    }
    if let label = axes.yLabel { lines.append(padded("", gutter) + label) }
    for row in 0..<size.rows {
      let tick = y.major.first { tick in
        frame.y.position(tick.value).map { Int(($0 - 0.5) / 2) == row } ?? false
      }
      let label = tick.map { String($0.label.prefix(gutter - 1)) } ?? ""
      let spaces = String(repeating: " ", count: max(gutter - 1 - label.count, 0))
      lines.append(spaces + label + (tick == nil ? " │" : "─┤") + blocks[row])
    }
    lines += xAxis(axes, layout, frame, gutter, size.columns)
    return lines + legend(layout, gutter)
  }

  private func xAxis(
    _ axes: Axes, _ layout: AxesLayout, _ frame: PlotFrame, _ gutter: Int, _ width: Int
  ) -> [String] {
    var (line, labels) = ([Character](repeating: "─", count: width), [Character]())
    labels = [Character](repeating: " ", count: gutter + width + 2)
    var free = 0
    for tick in ticks(axes, layout, width) {
      guard let position = frame.x.position(tick.value), position >= 0,
        Int(position / 2) <= width
      else { continue }
      let column = min(Int(position / 2), width - 1)
      let start = max(gutter + 1 + column - tick.label.count / 2, 0)
      guard start >= free, start + tick.label.count <= labels.count else { continue }
      line[column] = "┬"
      for (offset, character) in tick.label.enumerated() { labels[start + offset] = character }
      free = start + tick.label.count + 1
    }
    let axis = String(repeating: " ", count: gutter) + "└" + String(line)
    let label = axes.xLabel.map { [padded("", gutter) + centered($0, width)] } ?? []
    return [axis, String(labels)] + label
  }

  private func ticks(_ axes: Axes, _ layout: AxesLayout, _ width: Int) -> [Ticks.Tick] {
    if !axes.categories.isEmpty {
      return axes.categories.enumerated().map { Ticks.Tick(value: Double($0), label: $1) }
    }
    return Ticks(axes.xScale, from: layout.ends.x.0, to: layout.ends.x.1, atMost: width / 10).major
  }

  private func legend(_ layout: AxesLayout, _ gutter: Int) -> [String] {
    layout.legend.entries.map { padded("", gutter + 1) + "• " + $0.label }
  }

  // MARK: - Blocks

  private func picture(
    _ layout: AxesLayout, _ frame: PlotFrame, _ size: (columns: Int, rows: Int)
  ) -> [String] {
    var canvas = BlockCanvas(columns: size.columns, rows: size.rows)
    layout.drawMarks(on: &canvas, in: frame)
    return canvas.lines
  }
}
