/// The names that a file declares, and those that it uses.
struct FileNames {
  /// A word that may stand for something declared elsewhere.
  struct Use {
    let name: String
    let line: Int
    /// The type before the dot, as in `Shop.Till`.
    let qualifier: String?
    /// The types in whose bodies the word stands.
    let scopes: [String]
  }

  /// Types, functions and variables at file scope that other files can see.
  var globals: Set<String> = []
  /// The names that the file keeps to itself: private names, local ones, parameters of all kinds.
  var own: Set<String> = []
  /// The members of each type, as far as this file declares them.
  var members: [String: Set<String>] = [:]
  /// Those members that are types and not private.
  var nestedTypes: [String: Set<String>] = [:]
  /// The superclasses and protocols after the colon of each type.
  var parents: [String: Set<String>] = [:]
  var uses: [Use] = []

  /// Reads the tokens of a Swift file.
  init(_ tokens: [Token]) {
    var reader = NameReader(tokens)
    reader.read()
    self = reader.names
  }

  init() {}
}
