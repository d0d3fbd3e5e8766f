import Levin

/// The metrics of a run in groups that belong into one picture.
struct ReportCurves {
  /// A picture: the curves of training and validation of one quantity.
  struct Group {
    let name: String
    var curves: [(name: String, series: MetricSeries)]
  }

  private(set) var groups: [Group] = []

  /// All metrics of a history but the count of epochs.
  init(_ history: MetricsHistory) {
    for name in history.names where history[name].values.count > 0 {
      add(name, history[name])
    }
  }

  private mutating func add(_ name: String, _ series: MetricSeries) {
    let subject = Self.subject(of: name)
    if let index = groups.firstIndex(where: { $0.name == subject }) {
      groups[index].curves.append((name, series))
    } else {
      groups.append(Group(name: subject, curves: [(name, series)]))
    }
  }

  /// What a metric is about, without the data and the rows that it is of.
  static func subject(of name: String) -> String {
    var subject = name[...]
    for prefix in [
      "train_", "train/", "training_", "val_", "val/", "valid_", "validation_", "test_",
    ]
    where subject.hasPrefix(prefix) && subject.count > prefix.count {
      subject = subject.dropFirst(prefix.count)
      break
    }
    for suffix in ["_step", "_epoch"]
    where subject.hasSuffix(suffix) && subject.count > suffix.count {
      subject = subject.dropLast(suffix.count)
      break
    }
    return String(subject)
  }
}

extension ReportCurves.Group {
  static let width = 460.0
  static let height = 280.0

  /// The picture in a theme.
  func figure(_ theme: Theme) -> Figure {
    let marks = curves.map { curve -> Mark in
      let values = curve.series.values
      let steps = curve.series.steps.map { Double($0 + 1) }
      // One value is a dot: a line would not be seen.
      return values.count == 1
        ? .scatter(steps, values, label: curve.name, size: 6)
        : .line(steps, values, label: curves.count > 1 ? curve.name : nil, width: 1.6)
    }
    return Figure(
      Axes(marks: marks, title: name, xLabel: "step"), width: Self.width, height: Self.height,
      theme: theme)
  }

  /// Steps, values and the frame in pixels, for what the pointer is told; long series are thinned.
  var hoverData: String {
    let layout = FigureLayout(figure(.light))
    let area = Rectangle(x: 0, y: 0, width: Self.width, height: Self.height)
    guard let cell = layout.cells(in: area).first else { return "{}" }
    let frame = cell.layout.frame(cell.frame)
    let series = curves.map { curve -> String in
      let points = Self.thinned(curve.series, frame)
      let steps = points.map { "\($0.step + 1)" }.joined(separator: ",")
      let values = points.map { $0.value.isFinite ? "\($0.value)" : "\"\($0.value)\"" }
      return
        "{\"n\":\(JSONText.string(curve.name)),\"s\":[\(steps)],\"v\":[\(values.joined(separator: ","))]}"
    }
    let number = SVGPath.number
    return "{\"x0\":\(number(cell.frame.minX)),\"x1\":\(number(cell.frame.maxX)),"
      + "\"y0\":\(number(cell.frame.minY)),\"y1\":\(number(cell.frame.maxY)),"
      + "\"lo\":\(frame.x.lower),\"hi\":\(frame.x.upper),\"series\":[\(series.joined(separator: ","))]}"
  }

  // A value for each pixel is enough for a pointer.
  private static func thinned(
    _ series: MetricSeries, _ frame: PlotFrame
  ) -> [(step: Int, value: Double)] {
    let all = zip(series.steps, series.values).map { (step: $0, value: $1) }
    let most = Int(width)
    if all.count <= most { return all }
    return (0..<most).map { all[$0 * (all.count - 1) / (most - 1)] }
  }
}

/// Texts as JSON that may stand within a page.
enum JSONText {
  static func string(_ text: String) -> String {
    "\"" + text.unicodeScalars.map(escaped).joined() + "\""
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    // The end of a script within one would end it.
    case "<", ">", "&": return unicode(scalar)
    case _ where scalar.value < 0x20 || scalar.value == 0x2028 || scalar.value == 0x2029:
      return unicode(scalar)
    default: return String(scalar)
    }
  }

  private static func unicode(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
