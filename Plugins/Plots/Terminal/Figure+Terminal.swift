extension Figure: CustomStringConvertible {
  /// The figure in characters, 80 in a line, for a terminal.
  public var description: String { text() }

  /// The figure in characters.
  ///
  /// - Parameters:
  ///   - columns: The characters in a line.
  ///   - rows: The lines between the axes of each frame.
  public func text(columns: Int = 80, rows: Int = 18) -> String {
    TerminalPicture(self, columns: columns, rows: rows).text
  }
}
