/// The positions of all frames of a figure.
struct FigureLayout {
  private let figure: Figure

  init(_ figure: Figure) { self.figure = figure }

  func draw(on canvas: inout some Canvas) {
    var area = Rectangle(x: 0, y: 0, width: figure.width, height: figure.height)
    if let title = figure.title {
      let position = Point(x: figure.width / 2, y: 26)
      canvas.text(title, at: position, size: TextSizes.figureTitle, .middle, figure.theme.text)
      area = area.inset(top: 34)
    }
    for cell in cells(in: area) { cell.layout.draw(on: &canvas, in: cell.frame, cell: cell.cell) }
  }

  /// A frame with its place in the figure.
  struct Cell {
    let layout: AxesLayout
    /// The part of the figure that it has with its labels.
    let cell: Rectangle
    /// The rectangle between the axes.
    let frame: Rectangle
  }

  /// The frames of the grid, row by row.
  func cells(in area: Rectangle) -> [Cell] {
    let rows = figure.grid.filter { !$0.isEmpty }
    let columns = rows.map(\.count).max() ?? 0
    if columns == 0 { return [] }
    let height = area.height / Double(rows.count)
    var layouts = makeLayouts(rows)
    let margins = rows.indices.map { row in
      layouts[row].map { $0.margins((area.width / Double(columns), height)) }
    }
    var cells: [Cell] = []
    for row in rows.indices {
      for column in rows[row].indices {
        let cell = Rectangle(
          x: area.x + area.width / Double(columns) * Double(column),
          y: area.y + height * Double(row), width: area.width / Double(columns), height: height)
        // The frames of a column begin at the same position, and those of a row end at the same.
        var own = margins[row][column]
        for other in rows.indices where rows[other].count > column {
          own.left = max(own.left, margins[other][column].left)
        }
        for other in margins[row] {
          (own.top, own.bottom) = (max(own.top, other.top), max(own.bottom, other.bottom))
        }
        cells.append(place(&layouts[row][column], cell, own))
      }
    }
    return cells
  }

  private func place(
    _ layout: inout AxesLayout, _ cell: Rectangle, _ margins: AxesLayout.Margins
  ) -> Cell {
    func frame(_ margins: AxesLayout.Margins) -> Rectangle {
      let inner = cell.inset(
        left: margins.left, top: margins.top, right: margins.right, bottom: margins.bottom)
      // A frame has some size, however small the figure.
      return Rectangle(
        x: inner.x, y: inner.y, width: max(inner.width, 10), height: max(inner.height, 10))
    }
    layout = layout.withRoomForLegend(in: frame(margins))
    let right = layout.margins((cell.width, cell.height)).right
    var final = margins
    final.right = max(final.right, right)
    return Cell(layout: layout, cell: cell, frame: frame(final))
  }

  // With the ends of axes that frames share.
  private func makeLayouts(_ rows: [[Axes]]) -> [[AxesLayout]] {
    var ends = rows.map { row in row.map { AxesLayout.ends(of: $0, $0.limits) } }
    if figure.sharesX {
      for column in 0..<(rows.map(\.count).max() ?? 0) {
        let own = rows.indices.filter { rows[$0].count > column }
        let lower = own.map { ends[$0][column].lowerX }.min() ?? 0
        let upper = own.map { ends[$0][column].upperX }.max() ?? 1
        for row in own { (ends[row][column].lowerX, ends[row][column].upperX) = (lower, upper) }
      }
    }
    if figure.sharesY {
      for row in rows.indices {
        let lower = ends[row].map(\.lowerY).min() ?? 0
        let upper = ends[row].map(\.upperY).max() ?? 1
        for column in rows[row].indices {
          (ends[row][column].lowerY, ends[row][column].upperY) = (lower, upper)
        }
      }
    }
    return rows.indices.map { row in
      rows[row].indices.map { column in
        var layout = AxesLayout(rows[row][column], figure.theme, ends[row][column])
        let isLast = !(row + 1..<rows.count).contains { rows[$0].count > column }
        layout.showsX = !figure.sharesX || isLast
        layout.showsY = !figure.sharesY || column == 0
        return layout
      }
    }
  }
}
