public import Foundation

/// Reads the reference values that other libraries gave, kept as JSON in `Tests/Fixtures`.
public enum Fixture {
  /// Returns the decoded contents of a fixture.
  ///
  /// The folder is found from this source file's own path, so that tests need no resource bundle
  /// and a fixture can be made anew without a build.
  ///
  /// - Parameters:
  ///   - name: The file's name without its extension, `"random"` for `random.json`.
  ///   - type: The type to decode, which may leave out parts of the file.
  /// - Returns: The contents.
  /// - Throws: An error of Foundation if the file is missing, or if it isn't what `type` expects.
  public static func load<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
    try JSONDecoder().decode(type, from: Data(contentsOf: file("\(name).json")))
  }

  /// The contents of a fixture that is no JSON, as text.
  public static func text(_ name: String) throws -> String {
    try String(contentsOf: file(name), encoding: .utf8)
  }

  /// The folder of all fixtures.
  public static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(component: "Fixtures")

  private static func file(_ name: String) -> URL { folder.appending(component: name) }
}
