/// Paths as an SVG document.
struct SVGCanvas: Canvas {
  private let width: Double
  private let height: Double
  private let background: Color
  private let title: String
  private var body = ""
  private var clips: [Rectangle] = []
  private var isClipping = false

  init(width: Double, height: Double, background: Color, title: String) {
    (self.width, self.height, self.background, self.title) = (width, height, background, title)
  }

  mutating func fill(_ path: Path, _ color: Color) {
    let data = SVGPath.data(path, isFilled: true)
    if data.isEmpty { return }
    body += "<path d=\"\(data)\"\(Self.paint("fill", color))/>\n"
  }

  mutating func stroke(_ path: Path, _ stroke: Stroke, _ color: Color) {
    add(path, stroke, color, "")
  }

  mutating func label(_ text: String, _ path: Path, _ stroke: Stroke, _ color: Color) {
    add(path, stroke, color, " aria-label=\"\(Self.escaped(text))\"")
  }

  private mutating func add(_ path: Path, _ stroke: Stroke, _ color: Color, _ more: String) {
    let data = SVGPath.data(path, isFilled: false)
    if data.isEmpty { return }
    let dash = stroke.dash.map(SVGPath.number).joined(separator: " ")
    body += "<path class=\"s\" d=\"\(data)\"\(Self.paint("stroke", color))"
    body += " stroke-width=\"\(SVGPath.number(stroke.width))\""
    body += (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"") + more + "/>\n"
  }

  mutating func clip(to rectangle: Rectangle?) {
    if isClipping { body += "</g>\n" }
    isClipping = rectangle != nil
    guard let rectangle else { return }
    let index = clips.firstIndex(of: rectangle) ?? clips.count
    if index == clips.count { clips.append(rectangle) }
    body += "<g clip-path=\"url(#c\(index))\">\n"
  }

  /// The whole document.
  var document: String {
    let number = SVGPath.number
    var text = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(number(width))\""
    text += " height=\"\(number(height))\" viewBox=\"0 0 \(number(width)) \(number(height))\""
    text += " role=\"img\">\n<title>\(Self.escaped(title))</title>\n"
    text += "<style>.s{fill:none;stroke-linecap:round;stroke-linejoin:round}</style>\n"
    if !clips.isEmpty {
      text += "<defs>\n" + clips.enumerated().map(clipPath).joined() + "</defs>\n"
    }
    text += "<rect width=\"100%\" height=\"100%\"\(Self.paint("fill", background))/>\n"
    return text + body + (isClipping ? "</g>\n" : "") + "</svg>\n"
  }

  private func clipPath(_ index: Int, _ rectangle: Rectangle) -> String {
    let path = SVGPath.data(Path(rectangle), isFilled: true)
    return "<clipPath id=\"c\(index)\"><path d=\"\(path)\"/></clipPath>\n"
  }

  private static func paint(_ attribute: String, _ color: Color) -> String {
    let opacity =
      color.opacity < 1 ? " \(attribute)-opacity=\"\(SVGPath.number(color.opacity))\"" : ""
    return " \(attribute)=\"\(color.hexadecimal)\"\(opacity)"
  }

  /// A text with what XML keeps for itself written otherwise, without characters that it does not have.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: " "
      default: String(scalar)
      }
    }.joined()
  }
}

extension Color {
  /// The colour as `#RRGGBB`, without its opacity.
  var hexadecimal: String {
    let digits = [red, green, blue].map { share -> String in
      let byte = Int((min(max(share, 0), 1) * 255).rounded())
      return (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "#" + digits.joined()
  }
}
