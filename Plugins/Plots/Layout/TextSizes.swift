/// The sizes of texts in a figure, in pixels.
enum TextSizes {
  static let tick = 11.0
  static let legend = 11.5
  static let label = 12.5
  static let title = 14.0
  static let figureTitle = 16.0
}
