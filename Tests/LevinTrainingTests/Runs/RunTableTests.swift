import Foundation
import Levin
import LevinTestKit
import Testing

@Suite struct RunTableTests {
  private func run(_ folder: String, _ version: Int, _ fields: String) throws -> RunSummary {
    let directory = "\(folder)/zip/version_\(version)"
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    if !fields.isEmpty {
      try fields.write(
        toFile: directory + "/result.json", atomically: true, encoding: .utf8)
    }
    return try RunSummary(directory: directory)
  }

  private func result(_ loss: String) -> String {
    """
    {"stop_reason":"maxEpochs","stop_detail":null,"error":null,"epochs":3,"steps":12,"seconds":0.25,
    "finished":"2026-01-02T03:04:05Z","loss":null,"metrics":{"loss":\(loss),"a b":7}}
    """
  }

  @Test func aFolderTellsOfItsRun() throws {
    try withTemporaryFolder { folder in
      let run = try run(folder, 3, result("\"nan\""))
      #expect(run.name == "zip" && run.version == "version_3" && run.stopReason == .maxEpochs)
      #expect(run.epochs == 3 && run.steps == 12 && run.seconds == 0.25 && run.error == nil)
      #expect(run["loss"]?.isNaN == true && run["a b"] == 7 && run["c"] == nil)
      #expect(run.finished == "2026-01-02T03:04:05Z")
    }
  }

  @Test func aRunWithoutAnEndHasNotEnded() throws {
    try withTemporaryFolder { folder in
      let run = try run(folder, 0, "")
      #expect(run.stopReason == nil && run.epochs == nil && run.metrics.isEmpty)
      #expect("\(RunTable([run]))".contains("not ended"))
    }
  }

  @Test(arguments: ["{", "[]", "{\"metrics\":{\"m\":\"x\"}}", "", "{}x"])
  func aFileThatIsNoneIsAnError(content: String) throws {
    try withTemporaryFolder { folder in
      let directory = folder + "/zip/version_0"
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
      try content.write(toFile: directory + "/result.json", atomically: true, encoding: .utf8)
      let error = #expect(throws: RunFileError.self) { try RunSummary(directory: directory) }
      #expect(error?.path == directory + "/result.json")
    }
  }

  @Test func runsAreSortedByAMetricWithThoseWithoutItLast() throws {
    try withTemporaryFolder { folder in
      let values = ["2.5", "\"nan\"", "-1", "\"inf\""]
      var runs = try values.enumerated().map { try run(folder, $0, result($1)) }
      runs.insert(try run(folder, 9, ""), at: 0)
      let table = RunTable(runs)
      #expect(table.metrics == ["loss", "a b"])
      let up = table.sorted(by: "loss").runs.map(\.version.last)
      #expect(up == ["2", "0", "3", "1", "9"])
      let down = table.sorted(by: "loss", descending: true).runs.map(\.version.last)
      #expect(down == ["3", "0", "2", "1", "9"])
      #expect(table.sorted(by: "loss").prefix(2).runs.count == 2)
    }
  }

  @Test func theTableHasAColumnForEachMetric() throws {
    try withTemporaryFolder { folder in
      let table = RunTable([try run(folder, 0, result("2.5")), try run(folder, 10, "")])
      #expect(
        "\(table)" == """
          name  version     ended            epochs  steps  seconds  loss   a b
          zip   version_0   all epochs done  3       12     0.250    2.500  7.000
          zip   version_10  not ended
          """)
    }
  }
}
