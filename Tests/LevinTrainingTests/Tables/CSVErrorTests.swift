import Foundation
import Levin
import LevinTestKit
import LevinTraining
import Testing

/// A file with a fault, and the error that tells of it.
private struct Fault: Sendable, CustomTestStringConvertible {
  let text: String
  var types: [String: CSVType] = [:]
  var missing: [String] = []
  let line: Int?
  let column: Int?
  var name: String?
  var found: String?
  let problem: CSVError.Problem

  var testDescription: String { "\(problem)" }

  static let all: [Fault] = [
    Fault(text: "", line: nil, column: nil, problem: .noHeader),
    Fault(text: "a,b,a\n", line: 1, column: 3, name: "a", problem: .duplicateName),
    Fault(
      text: "a,b\n1,2\n3\n", line: 3, column: nil, problem: .wrongFieldCount(expected: 2, found: 1)),
    Fault(
      text: "a,b\n1,2,3\n", line: 2, column: nil, problem: .wrongFieldCount(expected: 2, found: 3)),
    Fault(text: "a,b\n1,\"x\ny\n", line: 2, column: 2, found: "x\ny\n", problem: .unclosedQuote),
    Fault(text: "a,b\n\"x\"y,1\n", line: 2, column: 1, found: "x", problem: .textAfterQuote),
    Fault(text: "a,b\n1,x\"y\n", line: 2, column: 2, found: "x", problem: .strayQuote),
    Fault(
      text: "a,b\n\"1\n\n\",2\n3,oops\n", types: ["b": .float64], line: 5, column: 2, name: "b",
      found: "oops", problem: .invalidValue(.float64)),
    Fault(
      text: "a,b\n\"x\r\ny\",oops\n", types: ["b": .int64], line: 3, column: 2, name: "b",
      found: "oops", problem: .invalidValue(.int64)),
    Fault(
      text: "a\n1.5\n", types: ["a": .int64], line: 2, column: 1, name: "a", found: "1.5",
      problem: .invalidValue(.int64)),
    Fault(
      text: "a\n1,5\n", types: ["a": .float32], line: 2, column: nil,
      problem: .wrongFieldCount(expected: 1, found: 2)),
    Fault(
      text: "a\nyes\n", types: ["a": .bool], line: 2, column: 1, name: "a", found: "yes",
      problem: .invalidValue(.bool)),
    Fault(
      text: "a\n9223372036854775808\n", types: ["a": .int64], line: 2, column: 1, name: "a",
      found: "9223372036854775808", problem: .outOfRange(.int64)),
    Fault(
      text: "a\n-1e39\n", types: ["a": .float32], line: 2, column: 1, name: "a", found: "-1e39",
      problem: .outOfRange(.float32)),
    Fault(
      text: "a\n1e999\n", line: 2, column: 1, name: "a", found: "1e999",
      problem: .outOfRange(.float64)),
    Fault(
      text: "a,b\n1,\n", types: ["b": .float64], line: 2, column: 2, name: "b", found: "",
      problem: .invalidValue(.float64)),
    Fault(
      text: "a\nnan\n", types: ["a": .float64], line: 2, column: 1, name: "a", found: "nan",
      problem: .invalidValue(.float64)),
    Fault(
      text: "a\nNA\n", types: ["a": .int64], missing: ["NA"], line: 2, column: 1, name: "a",
      found: "NA", problem: .missingValue(.int64)),
    Fault(
      text: "a\nNA\n", types: ["a": .bool], missing: ["NA"], line: 2, column: 1, name: "a",
      found: "NA", problem: .missingValue(.bool)),
    Fault(
      text: "a\nx\nz\n", types: ["a": .categoriesIn(["x", "y"])], line: 3, column: 1, name: "a",
      found: "z", problem: .unknownCategory(["x", "y"])),
    Fault(
      text: "a,b\n1,2\n", types: ["c": .int64], line: nil, column: nil, name: "c",
      problem: .unknownColumn(["a", "b"])),
  ]
}

@Suite struct CSVErrorTests {
  private func error(_ bytes: Data, _ fault: Fault? = nil, separator: Character = ",") throws
    -> (CSVError?, path: String)
  {
    try withTemporaryFolder { folder in
      let path = folder + "/faulty.csv"
      try bytes.write(to: URL(filePath: path))
      let error = #expect(throws: CSVError.self) {
        try CSVTable(
          contentsOf: path, separator: separator, types: fault?.types ?? [:],
          missing: fault?.missing ?? [])
      }
      return (error, path)
    }
  }

  @Test(arguments: Fault.all.indices) func aFaultIsNamedWithItsPosition(_ index: Int) throws {
    let fault = Fault.all[index]
    let (found, path) = try error(Data(fault.text.utf8), fault)
    let error = try #require(found)
    #expect(error.problem == fault.problem)
    #expect(error.line == fault.line && error.column == fault.column, "\(error)")
    #expect(error.text == fault.found && error.name == fault.name, "\(error)")
    let text = error.description
    #expect(text.hasPrefix(path))
    if let line = fault.line { #expect(text.contains("line \(line)")) }
    if let column = fault.column { #expect(text.contains("column \(column)")) }
  }

  @Test func whatIsNotUTF8IsNamed() throws {
    let latin = Data("a,b\nx,1\nK".utf8) + [0xF6] + Data("ln,2\n".utf8)
    let (category, _) = try error(latin)
    #expect(category?.problem == .notUTF8 && category?.line == 3 && category?.name == "a")
    let (header, _) = try error(Data([0xF6, 0x2C, 0x62, 0x0A]))
    #expect(header?.problem == .notUTF8 && header?.line == 1 && header?.column == 1)
    let (wide, _) = try error(Data([0xFF, 0xFE, 0x61, 0x00]))
    #expect(wide?.problem == .notUTF8)
  }

  @Test func separatorsThatCannotBeAreRefused() throws {
    for separator: Character in ["\"", "\n", "\r\n", "→"] {
      let (found, _) = try error(Data("a\n".utf8), separator: separator)
      guard case .invalidSetting = found?.problem else {
        Issue.record("\(separator.debugDescription): \(found?.description ?? "no error")")
        continue
      }
    }
  }

  @Test func filesThatCannotBeReadAreNamed() throws {
    try withTemporaryFolder { folder in
      for path in [folder + "/none.csv", folder, folder + "/a\0b"] {
        let error = #expect(throws: CSVError.self) { try CSVTable(contentsOf: path) }
        guard case .unreadable = error?.problem, error?.path == path else {
          Issue.record("\(path): \(error?.description ?? "no error")")
          continue
        }
      }
    }
  }

  @Test func anUnknownColumnListsThoseThatThereAre() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/table.csv"
      try Data("age,dose\n1,2\n".utf8).write(to: URL(filePath: path))
      let table = try CSVTable(contentsOf: path)
      let error = #expect(throws: CSVError.self) { try table["Age"] }
      #expect(error?.description.contains("'age', 'dose'") == true)
      #expect(throws: CSVError.self) { try CSVTable(contentsOf: path, only: ["Age"]) }
    }
  }

  @Test func whatIsNamedTwiceInTheSettingsIsRefused() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/table.csv"
      try Data("a,b\nx,1\ny,2\n".utf8).write(to: URL(filePath: path))
      let column = #expect(throws: CSVError.self) {
        try CSVTable(contentsOf: path, only: ["b", "a", "b"])
      }
      #expect(column?.name == "b" && column?.description.contains("twice") == true)
      let category = #expect(throws: CSVError.self) {
        try CSVTable(contentsOf: path, types: ["a": .categoriesIn(["x", "x", "y"])])
      }
      #expect(category?.name == "a" && category?.description.contains("'x' twice") == true)
      // They look alike, and are two texts.
      let alike = try CSVTable(
        contentsOf: path, types: ["a": .categoriesIn(["e\u{301}", "\u{E9}", "y", "x"])])
      #expect(try alike["a"].scalars == [3, 2])
    }
  }

  // No input ends the process: every prefix and every changed byte of a file with all of the syntax.
  @Test func damagedFilesAreErrorsOrTables() throws {
    let whole = Data("\u{FEFF}a,\"b\"\"x\",c\r\n1,\"p,\n\"\"q\",true\n-2.5e3,z,false\r\n\n".utf8)
    var random = PCG64(seed: 0)
    try withTemporaryFolder { folder in
      let path = folder + "/damaged.csv"
      var read = 0
      for round in 0..<2000 {
        var bytes = round <= whole.count ? whole.prefix(round) : whole
        if round > whole.count {
          for _ in 0..<random.integers(in: 1..<4) {
            bytes[random.integers(in: 0..<bytes.count)] = UInt8(random.integers(in: 0..<256))
          }
        }
        try bytes.write(to: URL(filePath: path))
        do throws(CSVError) { read += try CSVTable(contentsOf: path).count } catch {
          #expect(!error.description.isEmpty)
        }
      }
      #expect(read > 0)
    }
  }
}
