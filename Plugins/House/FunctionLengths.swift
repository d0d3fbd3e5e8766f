/// From the line that names the function to the one that closes its body.
private let longestFunction = 60

/// Functions, initialisers, subscripts, computed properties and accessors that are too long.
func functionLengthFindings(in file: SourceFile) -> [Finding] {
  let finder = FunctionFinder(file.tokens)
  let functions = file.language == .swift ? finder.swiftFunctions() : finder.cFunctions()
  return functions.compactMap { function in
    let lines = function.lastLine - function.line + 1
    guard lines > longestFunction else { return nil }
    let message = "'\(function.name)' has \(lines) lines, the most is \(longestFunction)"
    return Finding(path: file.path, line: function.line, message: message)
  }
}

/// Finds the bodies of functions by matching brackets.
private struct FunctionFinder {
  struct Function {
    let name: String
    let line: Int
    let lastLine: Int
  }

  private let tokens: [Token]
  private let partners: [Int: Int]

  /// The words that end the search for a body: a protocol's requirement has none, and the next begins.
  private static let declarations: Set = [
    "associatedtype", "case", "class", "deinit", "enum", "extension", "func", "init", "let",
    "mutating", "protocol", "static", "struct", "subscript", "typealias", "var", "}",
  ]
  private static let accessors: Set = [
    "get", "set", "willSet", "didSet", "_read", "_modify", "unsafeAddress", "unsafeMutableAddress",
  ]
  /// The words and marks before a `var` that binds a value in a statement instead of declaring a property.
  private static let bindings: Set = ["if", "while", "for", "guard", "case", "catch", ",", "("]

  init(_ tokens: [Token]) {
    self.tokens = tokens
    partners = bracketPartners(tokens)
  }

  func swiftFunctions() -> [Function] {
    tokens.indices.compactMap { index in
      guard let body = swiftBody(of: index), let end = partners[body] else { return nil }
      return Function(
        name: name(at: index), line: tokens[index].line, lastLine: tokens[end].line)
    }
  }

  /// In C a function's body is the block after a parameter list, outside of any other function.
  func cFunctions() -> [Function] {
    var functions: [Function] = []
    var index = 1
    while index < tokens.count {
      if tokens[index].text == "{", tokens[index - 1].text == ")", let end = partners[index],
        let list = partners[index - 1], list > 0
      {
        functions.append(
          Function(
            name: tokens[list - 1].text, line: tokens[list - 1].line, lastLine: tokens[end].line))
        index = end
      }
      index += 1
    }
    return functions
  }

  /// A function's or a property's own name, an operator's marks or just the keyword.
  private func name(at index: Int) -> String {
    guard ["func", "var"].contains(text(index)) else { return text(index) }
    guard !tokens[index + 1].isWord else { return text(index + 1) }
    return tokens[(index + 1)...].prefix { $0.text != "(" }.map(\.text).joined()
  }

  private func text(_ index: Int) -> String {
    tokens.indices.contains(index) ? tokens[index].text : ""
  }

  /// The opening brace of the body that the keyword at `index` declares, if it declares one.
  private func swiftBody(of index: Int) -> Int? {
    guard text(index - 1) != ".", text(index + 1) != ":" else { return nil }
    switch text(index) {
    case "func", "init", "deinit":
      return body(after: index + 1)
    case "subscript":
      return body(after: index + 1).flatMap(withoutAccessors)
    case "var" where !Self.bindings.contains(text(index - 1)):
      return propertyBody(after: index + 1).flatMap(withoutAccessors)
    case let word where Self.accessors.contains(word) && text(index - 1) != "func":
      return accessorBody(after: index + 1)
    default:
      return nil
    }
  }

  private func body(after start: Int) -> Int? {
    var index = start
    while index < tokens.count {
      if text(index) == "{" { return index }
      if Self.declarations.contains(text(index)) { return nil }
      index = (["(", "["].contains(text(index)) ? partners[index] ?? index : index) + 1
    }
    return nil
  }

  /// A property's block begins on the line of its type, and no initial value comes before it.
  private func propertyBody(after start: Int) -> Int? {
    var index = start
    while index < tokens.count {
      if text(index) == "{" { return index }
      let goesOn = [":", ",", "->", "&", "."].contains(text(index - 1))
      if tokens[index].startsLine && !goesOn { return nil }
      if ["=", ";", "}", "else", "in"].contains(text(index)) { return nil }
      index = (["(", "["].contains(text(index)) ? partners[index] ?? index : index) + 1
    }
    return nil
  }

  /// Getters and setters that are written out are measured one by one.
  private func withoutAccessors(_ body: Int) -> Int? {
    let first = text(body + 1)
    let announces = ["@", "mutating", "nonmutating"].contains(first)
    return announces || Self.accessors.contains(first) ? nil : body
  }

  /// A setter may name its value in parentheses; anything longer is a call.
  private func accessorBody(after start: Int) -> Int? {
    var index = text(start) == "(" && text(start + 2) == ")" ? start + 3 : start
    while ["async", "throws"].contains(text(index)) { index += 1 }
    return text(index) == "{" ? index : nil
  }
}
