/// Reads declarations and uses of names from tokens.
///
/// It leans to one side: a word that might be the file's own is taken for it, so a use may be missed
/// and none is made up.
struct NameReader {
  private(set) var names = FileNames()
  private let tokens: [Token]
  private let partners: [Int: Int]
  /// The types whose bodies begin at an opening brace.
  private var bodies: [Int: String] = [:]
  /// The blocks around the present token; those of code have no type.
  private var scopes: [(end: Int, type: String?)] = []
  /// The brackets around the present token.
  private var brackets: [String] = []

  private static let types: Set = ["actor", "class", "enum", "protocol", "struct"]
  private static let declaring: Set = types.union([
    "associatedtype", "func", "let", "operator", "precedencegroup", "typealias", "var",
  ])
  private static let modifiers: Set = [
    "class", "convenience", "dynamic", "fileprivate", "final", "indirect", "internal", "lazy",
    "mutating", "nonisolated", "nonmutating", "open", "override", "package", "prefix", "private",
    "public", "required", "set", "static", "unowned", "unsafe", "weak",
  ]

  init(_ tokens: [Token]) {
    self.tokens = tokens
    partners = bracketPartners(tokens)
  }

  mutating func read() {
    for index in tokens.indices {
      if scopes.last?.end == index { scopes.removeLast() }
      switch text(index) {
      case "{":
        if let end = partners[index] { scopes.append((end, bodies[index])) }
        readClosureParameters(after: index)
        brackets.append("{")
      case "(", "[": brackets.append(text(index))
      case ")", "]", "}": _ = brackets.popLast()
      default:
        guard tokens[index].isWord else { continue }
        readDeclaration(at: index)
        readUse(at: index)
      }
    }
  }

  private func text(_ index: Int) -> String {
    tokens.indices.contains(index) ? tokens[index].text : ""
  }

  private func isWord(_ index: Int) -> Bool {
    tokens.indices.contains(index) && tokens[index].isWord
  }

  // MARK: - Declarations

  private mutating func readDeclaration(at index: Int) {
    guard text(index - 1) != ".", text(index + 1) != ":" else { return }
    switch text(index) {
    case let word where Self.types.contains(word):
      guard isWord(index + 1), text(index - 1) != ":", !Self.modifiers.contains(text(index + 1)),
        !Self.declaring.contains(text(index + 1)), text(index + 1) != "init"
      else { return }
      declare(index + 1, keyword: index, isType: true)
      readHeader(of: index + 1)
    case "extension":
      var last = index + 1
      while text(last + 1) == "." { last += 2 }
      readHeader(of: last)
    case "typealias", "associatedtype":
      declare(index + 1, keyword: index, isType: true)
    case "func":
      if isWord(index + 1) { declare(index + 1, keyword: index) }
      readParameters(after: index + 2)
    case "init", "subscript":
      readParameters(after: index + 1)
    case "let", "var":
      readPattern(at: index + 1, keyword: index)
    case "case" where scopes.last?.type != nil:
      readEnumCases(after: index)
    case "for":
      var end = index + 1
      while end < tokens.count, text(end) != "in", text(end) != "{" { end += 1 }
      keep(index + 1..<end)
    default:
      if text(index - 1) == ",", text(index + 1) == "=" { names.own.insert(text(index)) }
    }
  }

  /// Files a name under where it stands: at file scope, in a type or in code.
  private mutating func declare(_ index: Int, keyword: Int, isType: Bool = false) {
    let name = text(index)
    guard let scope = scopes.last else {
      if isPrivate(keyword) { names.own.insert(name) } else { names.globals.insert(name) }
      return
    }
    guard let type = scope.type else {
      names.own.insert(name)
      return
    }
    names.members[type, default: []].insert(name)
    if isType, !isPrivate(keyword) { names.nestedTypes[type, default: []].insert(name) }
  }

  private func isPrivate(_ keyword: Int) -> Bool {
    var index = keyword - 1
    while index >= 0 {
      let isOnlyForSetting = text(index + 1) == "("
      if ["private", "fileprivate"].contains(text(index)), !isOnlyForSetting { return true }
      if text(index) == ")", let opening = partners[index] {
        index = opening - 1
      } else if Self.modifiers.contains(text(index)) || text(index) == "@"
        || text(index - 1) == "@"
      {
        index -= 1
      } else {
        return false
      }
    }
    return false
  }

  /// Notes where the body of a type begins, its generic parameters, and what it inherits from.
  private mutating func readHeader(of name: Int) {
    var index = name + 1
    if text(index) == "<" { index = readGenericParameters(at: index) }
    let inherits = text(index) == ":"
    while index < tokens.count, text(index) != "{" {
      if inherits, isWord(index) { names.parents[text(name), default: []].insert(text(index)) }
      index += 1
    }
    bodies[index] = text(name)
  }

  /// Keeps the parameters between angle brackets, and returns what comes after them.
  private mutating func readGenericParameters(at start: Int) -> Int {
    var (index, depth) = (start, 0)
    repeat {
      if text(index) == "<" { depth += 1 }
      if text(index) == ">" { depth -= 1 }
      if ["<", ","].contains(text(index)), depth == 1 { names.own.insert(text(index + 1)) }
      index += 1
    } while depth > 0 && index < tokens.count
    return index
  }

  /// The names by which a function knows its parameters.
  private mutating func readParameters(after start: Int) {
    var index = start
    while index < tokens.count, !["(", "<", "{", "}"].contains(text(index)) { index += 1 }
    if text(index) == "<" { index = readGenericParameters(at: index) }
    guard text(index) == "(", let end = partners[index] else { return }
    for inside in index..<end where isWord(inside) && text(inside + 1) == ":" {
      names.own.insert(text(inside))
    }
  }

  private mutating func readPattern(at start: Int, keyword: Int) {
    if isWord(start) { return declare(start, keyword: keyword) }
    guard text(start) == "(", let end = partners[start] else { return }
    for inside in start..<end where ["(", ","].contains(text(inside)) && isWord(inside + 1) {
      declare(inside + 1, keyword: keyword)
    }
  }

  private mutating func readEnumCases(after keyword: Int) {
    var index = keyword
    repeat {
      declare(index + 1, keyword: keyword)
      index += 2
      if text(index) == "(" { index = (partners[index] ?? index) + 1 }
      if text(index) == "=" { index += 2 }
    } while text(index) == ","
  }

  private mutating func readClosureParameters(after brace: Int) {
    let others: Set = ["(", ")", "[", "]", ",", ":", "->", "?", "<", ">", ".", "@"]
    var end = brace + 1
    while isWord(end) && text(end) != "in" || others.contains(text(end)) { end += 1 }
    if text(end) == "in" { keep(brace + 1..<end) }
  }

  /// Keeps the variables of a pattern; what begins with a capital is a type in it.
  private mutating func keep(_ range: Range<Int>) {
    for index in range where isWord(index) && text(index).first?.isUppercase == false {
      names.own.insert(text(index))
    }
  }

  // MARK: - Uses

  private mutating func readUse(at index: Int) {
    let (before, after) = (text(index - 1), text(index + 1))
    guard !Self.declaring.contains(before), before != "#", !isLabel(index) else { return }
    var qualifier: String?
    if before == "." {
      guard isWord(index - 2) else { return }
      qualifier = text(index - 2)
    }
    // The type of an extension is a use; the name that another declaration gives is none.
    if after == ":", before == "case" { return }
    names.uses.append(
      FileNames.Use(
        name: text(index), line: tokens[index].line, qualifier: qualifier,
        scopes: scopes.compactMap(\.type)))
  }

  /// Whether the word names an argument, a parameter or an element of a tuple.
  private func isLabel(_ index: Int) -> Bool {
    let isKey = brackets.last == "[" && text(index).first?.isUppercase == true
    guard ["(", "[", ","].contains(text(index - 1)), brackets.last != "{", !isKey else {
      return false
    }
    return text(index + 1) == ":" || isWord(index + 1) && text(index + 2) == ":"
  }
}
