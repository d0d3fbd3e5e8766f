/// The elements of a tensor that its text shows, and their arrangement in lines and brackets.
///
/// The rules are those of NumPy's `array2string` with its defaults.
struct ShownElements {
  private struct Axis {
    let size: Int
    let isCut: Bool

    var indices: [Int] {
      isCut ? Array(0..<edge) + Array((size - edge)..<size) : Array(0..<size)
    }
  }

  private static let threshold = 1000
  private static let edge = 3
  private static let lineWidth = 75

  private let axes: [Axis]

  /// All of few elements; of many, those at the edges of each axis.
  init(shape: [Int]) {
    let isLarge = Shape.count(shape) > Self.threshold
    axes = shape.map { Axis(size: $0, isCut: isLarge && $0 > 2 * Self.edge) }
  }

  /// The positions in memory of what is shown, in row-major order.
  func offsets(strides: [Int]) -> [Int] {
    zip(axes, strides).reduce([0]) { offsets, axis in
      offsets.flatMap { offset in axis.0.indices.map { offset + $0 * axis.1 } }
    }
  }

  /// Puts the words of all shown elements into brackets.
  func text(_ words: [String]) -> String { text(words[...], axis: 0) }

  private func text(_ words: ArraySlice<String>, axis: Int) -> String {
    guard axis < axes.count else { return words.first ?? "" }
    if axis == axes.count - 1 { return "[" + row(words, axis) + "]" }
    let count = axes[axis].indices.count
    let length = words.count / count
    var parts = (0..<count).map { index in
      let start = words.startIndex + index * length
      return text(words[start..<(start + length)], axis: axis + 1)
    }
    if axes[axis].isCut { parts.insert("...", at: Self.edge) }
    // A blank line between matrices, two between stacks of them.
    let lineEnds = String(repeating: "\n", count: axes.count - axis - 1)
    return "[" + parts.joined(separator: "," + lineEnds + indent(axis)) + "]"
  }

  // Lines go on under the first element.
  private func row(_ words: ArraySlice<String>, _ axis: Int) -> String {
    var words = Array(words)
    if axes[axis].isCut { words.insert("...", at: Self.edge) }
    // Room for the brackets of the axes outside, and for a comma.
    let width = Self.lineWidth - axis - 1
    var text = ""
    var used = axis + 1
    for (index, word) in words.enumerated() {
      if index > 0 {
        let isFull = used + 2 + word.utf8.count > width
        text += isFull ? ",\n" + indent(axis) : ", "
        used = isFull ? axis + 1 : used + 2
      }
      text += word
      used += word.utf8.count
    }
    return text
  }

  private func indent(_ axis: Int) -> String { String(repeating: " ", count: axis + 1) }
}
