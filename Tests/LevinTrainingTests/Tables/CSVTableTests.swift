import Foundation
import Levin
import LevinTestKit
import LevinTraining
import Testing

private struct Expected: Decodable {
  let id: [String]
  let x: [String]
  let short: [String]
  let gap: [String?]
  let holes: [String?]
  let flag: [Bool]
  let city: [Int]
  let cities: [String]
}

private func table(
  _ text: String, separator: Character = ",", header: CSVHeader = .firstLine,
  types: [String: CSVType] = [:], only: [String]? = nil, missing: [String] = []
) throws -> CSVTable {
  try withTemporaryFolder { folder in
    let path = folder + "/table.csv"
    try Data(text.utf8).write(to: URL(filePath: path))
    return try CSVTable(
      contentsOf: path, separator: separator, header: header, types: types, only: only,
      missing: missing)
  }
}

private func bits(_ tensor: Tensor) -> [String] { tensor.scalars.map { "\($0.bitPattern)" } }

private func bitsOrNone(_ tensor: Tensor) -> [String?] {
  tensor.scalars.map { $0.isNaN ? nil : "\($0.bitPattern)" }
}

@Suite struct CSVTableTests {
  @Test func theTableIsThatOfPandas() throws {
    let expected = try Fixture.load("csv_table", as: Expected.self)
    let path = Fixture.folder.appending(component: "csv_table.csv").path
    let table = try CSVTable(contentsOf: path, missing: ["NA"])
    #expect(table.count == 200)
    #expect(table.names == ["id", "x", "short", "gap", "holes", "flag", "city"])
    #expect(try table["id"].scalars(as: Int.self).map { "\($0)" } == expected.id)
    #expect(try bits(table["x"]) == expected.x)
    #expect(try bits(table["short"]) == expected.short)
    #expect(try bitsOrNone(table["gap"]) == expected.gap)
    #expect(try bitsOrNone(table["holes"]) == expected.holes)
    #expect(try table["flag"].scalars(as: Bool.self) == expected.flag)
    #expect(try table["flag"].dtype == .bool)
    #expect(try table["city"].scalars(as: Int.self) == expected.city)
    #expect(table.categories == ["city": expected.cities])
  }

  @Test func columnsComeInTheirTypes() throws {
    let table = try table(
      "a,b,c,d,e\n1,2,true,x,z\n3,4.5,FALSE,y,w\n",
      types: ["a": .float32, "b": .float64, "e": .categoriesIn(["w", "z"])])
    #expect(
      try ["a", "b", "c", "d", "e"].map { try table[$0].dtype }
        == [.float32, .float64, .bool, .int64, .int64])
    #expect(try table["e"].scalars == [1, 0])
    #expect(table.categories == ["d": ["x", "y"], "e": ["w", "z"]])
  }

  @Test func theNarrowestTypeThatFitsIsChosen() throws {
    let table = try table(
      "a,b,c,d,e,f,g,h\n"
        + "1,true,1,true,NA,1,9223372036854775807,NA\n"
        + "2,false,2.5,1,3,x,9223372036854775808,NA\n", missing: ["NA"])
    #expect(try table["a"].dtype == .int64 && table["b"].dtype == .bool)
    #expect(try table["c"].scalars == [1, 2.5])
    #expect(table.categories["d"] == ["1", "true"])
    #expect(try table["e"].scalars[1] == 3 && table["e"].scalars[0].isNaN)
    #expect(table.categories["f"] == ["1", "x"])
    #expect(try table["g"].dtype == .float64)
    #expect(try table["h"].scalars.allSatisfy(\.isNaN))
  }

  @Test func aTypeMayTurnOutLateInTheFile() throws {
    let lines = (0..<200_000).map { "\($0),\($0)" } + ["0.5,late"]
    let table = try table("a,b\n" + lines.joined(separator: "\n"))
    #expect(try table["a"].scalars[199_999] == 199_999 && table["a"].scalars[200_000] == 0.5)
    #expect(table.categories["b"]?.count == 200_001)
    let codes = try table["b"].scalars(as: Int.self)
    #expect(table.categories["b"]?[codes[123_456]] == "123456")
  }

  @Test func columnsStandSideBySide() throws {
    let table = try table("a,b,c,t\n1,0.5,2,true\n3,1.5,4,false\n")
    let both = try table.tensor(["a", "b"])
    #expect(both.shape == [2, 2] && both.dtype == .float64 && both.scalars == [1, 0.5, 3, 1.5])
    #expect(try table.tensor(["c", "a"]).dtype == .int64)
    #expect(try table.tensor(["t", "a"]).scalars == [1, 1, 0, 3])
    #expect(try table.tensor(["b"], dtype: .float32).dtype == .float32)
    #expect(throws: CSVError.self) { try table.tensor(["a", "z"]) }
  }

  // RFC 4180, section 2.
  @Test(arguments: ["\n", "\r\n", "\r"]) func quotedFieldsMayHoldAnything(_ end: String) throws {
    let text = [
      "name,\"num\"\"ber\"", "\"a, b\",1", "\"say \"\"hi\"\"\",\"2\"", "\"two\(end)lines\",3",
      "\"\",4",
    ].joined(separator: end)
    for text in [text, text + end, "\u{FEFF}" + text] {
      let table = try table(text)
      #expect(table.names == ["name", "num\"ber"])
      #expect(table.categories["name"] == ["", "a, b", "say \"hi\"", "two\(end)lines"])
      #expect(try table["num\"ber"].scalars == [1, 2, 3, 4])
      #expect(try table["name"].scalars == [1, 2, 3, 0])
    }
  }

  @Test func separatorsHeadersAndColumnsAreChosen() throws {
    let numbers = try table("1;2\n3;4\n", separator: ";", header: .none)
    #expect(numbers.names == ["0", "1"])
    #expect(try numbers["1"].scalars == [2, 4])
    let named = try table("1\t2\n", separator: "\t", header: .names(["a", "b"]))
    #expect(try named["b"].scalars == [2])
    let some = try table("a,b,c\nbad,1,2\n", types: ["b": .int64], only: ["c", "b"])
    #expect(some.names == ["c", "b"])
    #expect(try some.tensor(["c", "b"]).scalars == [2, 1])
  }

  @Test func spacesAroundNumbersDoNotCount() throws {
    let table = try table("a,b,c\n 1 ,\t2.5, true\n  , , x\n", missing: [""])
    #expect(try table["a"].scalars[0] == 1 && table["b"].scalars[0] == 2.5)
    #expect(table.categories["c"] == [" true", " x"])
  }

  // pandas.read_csv with skip_blank_lines=True, its default.
  @Test func blankLinesAreSkippedAsByPandas() throws {
    #expect(try table("a,b\n\n1,2\n\n\n3,4\n\n")["b"].scalars == [2, 4])
    #expect(try table("\n \na,b\n1,2\n \t\n3,4\n  ")["b"].scalars == [2, 4])
    for text in ["a\n1\n2\n\n", "a\n1\n\n2\n", "\r\na\r\n1\r\n  \r\n2\r\n\r\n", "a\n1\n2\n \t"] {
      let table = try table(text)
      #expect(try table["a"].dtype == .int64 && table["a"].scalars == [1, 2])
      #expect(table.categories.isEmpty)
    }
    #expect(try table("\n1\n\n2\n\n", header: .none)["0"].scalars == [1, 2])
    #expect(try table("1\n\n2\n", header: .names(["a"]))["a"].scalars == [1, 2])
  }

  @Test func anEmptyFieldBetweenQuotationMarksIsNoBlankLine() throws {
    let numbers = try table("a\n1\n\"\"\n2\n", missing: [""])["a"].scalars
    #expect(numbers.count == 3 && numbers[1].isNaN)
    #expect(try table("a\nx\n\"\"\n\" \"\n").categories["a"] == ["", " ", "x"])
  }

  @Test func aFileWithoutRowsIsATableWithoutRows() throws {
    for text in ["a,b", "a,b\n"] {
      let table = try table(text)
      #expect(table.count == 0 && table.names == ["a", "b"])
      #expect(try table["a"].shape == [0])
    }
    #expect(try table("", header: .names(["a"])).count == 0)
  }

  // Lines end at each position of the buffer once.
  @Test func fieldsMayLieAcrossPiecesOfTheFile() throws {
    var text = "n,s\r\n"
    for row in 0..<120_000 {
      text += row % 3 == 0 ? "\(row),\"a\"\"\(row % 7)\r\n,\"\r\n" : "\(row),b\(row % 5)\r\n"
    }
    #expect(text.utf8.count > 1 << 20)
    let table = try table(text)
    #expect(table.count == 120_000)
    #expect(try table["n"].scalars(as: Int.self) == Array(0..<120_000))
    #expect(table.categories["s"]?.count == 12)
    #expect(table.categories["s"]?.first == "a\"0\r\n,")
  }
}
