import Foundation
import Levin
import LevinJSONLines
import LevinTestKit
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A model that logs what a closure says.
final class Logging: LightningModule {
  @Parameter var level: Tensor = [0]
  private let record: (Int) -> Void
  private var steps = 0

  init(_ record: @escaping (Int) -> Void) { self.record = record }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    record(steps)
    steps += 1
    return (batch - level).square().mean()
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.1))
  }
}

@Suite struct JSONLinesLoggerTests {
  private static let odd = ["a \"b\"\\\n\t", "Zoë\u{301} 😀", "a/b,c", "\u{0}null", "e\u{301}", "é"]

  private static let data = DataLoader(TensorDataset(Tensor([Float(1), 2])), batchSize: 1)

  @discardableResult
  private static func fit(
    _ folder: String, epochs: Int = 2, _ callbacks: [Callback], resume: Resume? = nil,
    _ record: @escaping (Int) -> Void
  ) throws -> FitResult {
    let trainer = Trainer(
      maxEpochs: epochs, directory: folder, callbacks: callbacks, progressBar: false,
      summary: false)
    return try trainer.fit(Logging(record), train: data, resume: resume)
  }

  private func path(_ folder: String) -> String { folder + "/version_0/metrics.jsonl" }

  private func lines(_ folder: String) throws -> [[String: Any]] {
    let text = try String(contentsOfFile: path(folder), encoding: .utf8)
    return try text.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  @Test func eachRecordIsAnObject() throws {
    try withTemporaryFolder { folder in
      try Self.fit(folder, [JSONLinesLogger()]) { step in
        log("m", Double(step) + 0.1, onStep: true, onEpoch: true)
      }
      let lines = try lines(folder)
      #expect(lines.map { $0["step"] as? Int } == [0, 1, 1, 2, 3, 3])
      #expect(lines.map { $0["epoch"] as? Int } == [0, 0, 0, 1, 1, 1])
      let values = lines.compactMap { ($0["metrics"] as? [String: Double])?.values.first }
      #expect(values == [0.1, 1.1, 0.6, 2.1, 3.1, 2.6])
    }
  }

  @Test func namesOfAnyCharactersAndNumbersThatAreNotFiniteComeBack() throws {
    try withTemporaryFolder { folder in
      let values: [Double] = [.nan, .infinity, -.infinity, 1e-300, -0.0, 123_456_789.125]
      try Self.fit(folder, epochs: 1, [JSONLinesLogger()]) { _ in
        for (name, value) in zip(Self.odd, values) {
          log(name, value, onStep: true, onEpoch: false)
        }
      }
      let records = try JSONLinesLogger.records(at: path(folder))
      #expect(records.count == 2)
      for record in records {
        for (metric, (name, value)) in zip(record.metrics, zip(Self.odd, values)) {
          #expect(metric.name.unicodeScalars.elementsEqual(name.unicodeScalars))
          #expect(metric.value.value.bitPattern == value.bitPattern || value.isNaN)
          #expect(metric.value.value.isNaN == value.isNaN)
        }
      }
      let metrics = try #require(try lines(folder)[0]["metrics"] as? [String: Any])
      // Foundation takes the last two names for one.
      #expect(metrics[Self.odd[0]] as? String == "nan" && metrics.count == 5)
    }
  }

  @Test func histogramsTextsAndImagesAreThere() throws {
    try withTemporaryFolder { folder in
      try Self.fit(folder, epochs: 1, [JSONLinesLogger()]) { step in
        if step > 0 { return }
        logHistogram("h", [1, 2, 2.5], bins: 2)
        logText("t", "a \"b\"")
        logImage("i", [0, 255, 7])
      }
      let media = try lines(folder).compactMap { $0["media"] as? [String: [String: Any]] }
      let first = try #require(media.first)
      #expect(first["h"]?["counts"] as? [Int] == [1, 2])
      #expect(first["h"]?["edges"] as? [Double] == [1, 1.75, 2.5])
      #expect(first["t"]?["text"] as? String == "a \"b\"")
      #expect(first["i"]?["base64"] as? String == Data([0, 255, 7]).base64EncodedString())
      // A reader of numbers passes over them.
      #expect(try !JSONLinesLogger.records(at: path(folder)).isEmpty)
    }
  }

  @Test func aRunThatGoesOnHasTheLinesOfAWholeOne() throws {
    try withTemporaryFolder { folder in
      let record: (Int) -> Void = { log("m", Double($0 % 2), onStep: true, onEpoch: true) }
      try Self.fit(folder + "/whole", epochs: 4, [JSONLinesLogger()], record)
      try Self.fit(folder + "/cut", [JSONLinesLogger()], record)
      // Lines that came after the state was taken, and half a one.
      let late = Array("{\"epoch\":9,\"step\":9,\"metrics\":{}}\n{\"ep".utf8)
      try RunFile(reopening: path(folder + "/cut")).append(late)
      try Self.fit(folder + "/cut", epochs: 4, [JSONLinesLogger()], resume: .last, record)
      let whole = try String(contentsOfFile: path(folder + "/whole"), encoding: .utf8)
      #expect(try String(contentsOfFile: path(folder + "/cut"), encoding: .utf8) == whole)
    }
  }

  @Test func aRunWhoseLinesAreGoneGoesOnWithoutThem() throws {
    try withTemporaryFolder { folder in
      try Self.fit(folder, [JSONLinesLogger()]) { log("m", $0) }
      try Data().write(to: URL(filePath: path(folder)))
      let logger = JSONLinesLogger()
      try Self.fit(folder, epochs: 3, [logger], resume: .last) { log("m", $0) }
      let failure = try #require(logger.failure as? RunFileError)
      #expect("\(failure)".contains("metrics.jsonl") && "\(failure)".contains("2"))
      #expect(throws: RunFileError.self) {
        try Self.fit(folder, epochs: 4, [JSONLinesLogger(failurePolicy: .stop)], resume: .last) {
          log("m", $0)
        }
      }
    }
  }

  @Test func aFullDiskIsToldOfOnceAndLeavesWholeLines() async {
    await #expect(processExitsWith: .success) {
      limitFileSize(to: 2000)
      try withTemporaryFolder { folder in
        let logger = JSONLinesLogger()
        let trainer = Trainer(
          maxEpochs: 200, directory: folder, callbacks: [logger], checkpoints: false,
          progressBar: false, summary: false)
        let result = try trainer.fit(
          Logging { log("metric", $0, onStep: true) }, train: JSONLinesLoggerTests.data)
        precondition(result.epochs == 200)
        let failure = logger.failure.map { "\($0)" } ?? ""
        precondition(failure.contains("metrics.jsonl") && failure.contains("File too large"))
        let records = try JSONLinesLogger.records(at: folder + "/version_0/metrics.jsonl")
        precondition(records.count == logger.rowCount && records.count > 10)
      }
    }
  }

  @Test func aRemovedFileIsToldOf() throws {
    try withTemporaryFolder { folder in
      let logger = JSONLinesLogger()
      let path = path(folder)
      let result = try Self.fit(folder, [logger]) { step in
        log("m", step, onStep: true)
        if step == 2 { try? FileManager.default.removeItem(atPath: path) }
      }
      #expect(result.steps == 4)
      #expect(logger.failure.map { "\($0)".contains(path) } == true)
    }
  }

  @Test(arguments: 0..<50) func aKilledRunHasEveryLineThatWasWritten(seed: Int) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/levin-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    await #expect(processExitsWith: .signal(SIGKILL)) { [seed, folder = folder as String] in
      var random = PCG64(seed: seed)
      let last = 1 + random.integers(in: 0..<60)
      let told = LambdaCallback()
      var count = 0
      told.onMetrics = { trainer, _, _ in
        count += 1
        if count == last { kill(getpid(), SIGKILL) }
      }
      try JSONLinesLoggerTests.fit(folder, epochs: 50, [JSONLinesLogger(), told]) { step in
        log("m", step, onStep: true)
      }
    }
    var random = PCG64(seed: seed)
    let records = try JSONLinesLogger.records(at: path(folder))
    #expect(records.count == 1 + random.integers(in: 0..<60))
  }

  @Test(arguments: [
    ("{\"epoch\":0,\"step\":0,\"metrics\":{}}\n{\"epoch\":0}\n", "line 2"),
    ("epoch,step\n0,1\n", "line 1"),
    ("{\"epoch\":0,\"step\":0,\"metrics\":{\"m\":\"x\"}}\n", "'m' is x"),
    ("\u{0}\n", "line 1"), ("[]\n", "line 1"),
  ])
  func aFileThatIsNoneIsRefused(content: String, words: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/metrics.jsonl"
      try content.write(toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: RunFileError.self) { try JSONLinesLogger.records(at: path) }
      #expect(error.map { "\($0)".contains(words) && "\($0)".contains(path) } == true)
    }
  }

  @Test func aLastLineWithoutItsEndIsLeftOut() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/metrics.jsonl"
      try "{\"epoch\":0,\"step\":4,\"metrics\":{\"m\":1}}\n{\"epo".write(
        toFile: path, atomically: true, encoding: .utf8)
      #expect(try JSONLinesLogger.records(at: path).map(\.step) == [4])
      try "".write(toFile: path, atomically: true, encoding: .utf8)
      #expect(try JSONLinesLogger.records(at: path).isEmpty)
    }
  }
}
