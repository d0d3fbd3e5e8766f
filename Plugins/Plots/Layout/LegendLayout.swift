/// The names of marks with pieces of them, in a box.
struct LegendLayout {
  /// A line of it.
  struct Entry: Sendable {
    let label: String
    let swatch: Swatch
    let color: Color
  }

  let entries: [Entry]
  private static let rowHeight = 18.0
  private static let swatchWidth = 22.0
  private static let padding = 7.0
  private static let distance = 8.0

  init(_ axes: Axes, _ theme: Theme) {
    entries = zip(axes.marks, axes.colors(theme)).compactMap { mark, color in
      mark.label.map { Entry(label: $0, swatch: mark.shape.swatch, color: color) }
    }
  }

  var width: Double {
    let widest = entries.map { StrokeFont.width($0.label, size: TextSizes.legend) }.max() ?? 0
    return widest + Self.swatchWidth + 7 + 2 * Self.padding
  }

  var height: Double { Double(entries.count) * Self.rowHeight + 2 * Self.padding - 4 }

  /// The boxes in a frame that it may stand in, the best one first.
  func candidates(in frame: Rectangle) -> [Rectangle] {
    let left = frame.minX + Self.distance
    let right = frame.maxX - width - Self.distance
    let (top, bottom) = (frame.minY + Self.distance, frame.maxY - height - Self.distance)
    let (middle, center) = ((top + bottom) / 2, (left + right) / 2)
    let corners = [
      (right, top), (left, top), (right, bottom), (left, bottom), (right, middle), (left, middle),
      (center, top), (center, bottom),
    ]
    return corners.map { Rectangle(x: $0.0, y: $0.1, width: width, height: height) }
  }

  /// The box of a position that was asked for.
  func box(_ position: LegendPosition, in frame: Rectangle) -> Rectangle? {
    let boxes = candidates(in: frame)
    switch position {
    case .topRight: return boxes[0]
    case .topLeft: return boxes[1]
    case .bottomRight: return boxes[2]
    case .bottomLeft: return boxes[3]
    case .outside:
      return Rectangle(x: frame.maxX + 12, y: frame.minY, width: width, height: height)
    case .automatic, .hidden: return nil
    }
  }

  func draw(on canvas: inout some Canvas, in box: Rectangle, _ theme: Theme) {
    canvas.fill(Path(box), theme.background.opacity(0.85))
    canvas.stroke(Path(box), Stroke(width: 0.8), theme.grid)
    for (index, entry) in entries.enumerated() {
      let y = box.minY + Self.padding - 2 + (Double(index) + 0.5) * Self.rowHeight
      let x = box.minX + Self.padding
      draw(entry, on: &canvas, Point(x: x, y: y))
      let baseline = Point(
        x: x + Self.swatchWidth + 7, y: y + StrokeFont.capHeight * TextSizes.legend / 2)
      canvas.text(entry.label, at: baseline, size: TextSizes.legend, .start, theme.text)
    }
  }

  private func draw(_ entry: Entry, on canvas: inout some Canvas, _ left: Point) {
    let end = Point(x: left.x + Self.swatchWidth, y: left.y)
    let area = Rectangle(x: left.x, y: left.y - 5, width: Self.swatchWidth, height: 10)
    switch entry.swatch {
    case .line(let stroke): canvas.stroke(Path([left, end]), stroke, entry.color)
    case .dot(let size):
      let middle = Point(x: (left.x + end.x) / 2, y: left.y)
      canvas.stroke(Path([middle]), Stroke(width: size), entry.color)
    case .area: canvas.fill(Path(area), entry.color.opacity(0.35))
    case .bars:
      canvas.fill(Path(area), entry.color.opacity(0.55))
      canvas.stroke(Path(area), Stroke(width: 1.2), entry.color)
    }
  }
}
