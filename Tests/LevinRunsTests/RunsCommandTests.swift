import Foundation
import Levin
import LevinCSV
import LevinTestKit
import Testing

@testable import levin_runs

@Suite struct RunsCommandTests {
  private final class Line: LightningModule {
    @Parameter var level: Tensor
    init(_ level: Float) { self.level = [level] }
    func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
      let loss = (batch - level).square().mean()
      log("train_loss", loss)
      log("level", level)
      return loss
    }
    func configureOptimizers() -> OptimizerConfiguration {
      .init(SGD(parameters, learningRate: 0.1))
    }
  }

  private func fit(_ folder: String, _ name: String, _ level: Float, epochs: Int = 3) throws {
    let trainer = Trainer(
      maxEpochs: epochs, directory: folder, name: name, callbacks: [CSVLogger()],
      checkpoints: false, progressBar: false, summary: false)
    try trainer.fit(
      Line(level), train: DataLoader(TensorDataset(Tensor([Float(1), 2])), batchSize: 2))
  }

  /// What the command prints with some arguments.
  private func output(_ arguments: [String]) throws -> (text: String, errors: String, code: Int32) {
    let process = Process()
    // The products of one build lie beside each other.
    let folder = Bundle(for: Marker.self).bundleURL.deletingLastPathComponent()
    process.executableURL = [
      folder, URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent(),
    ]
    .map { $0.appending(component: "levin-runs") }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    process.arguments = arguments
    let (text, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (text, errors)
    try process.run()
    let printed = text.fileHandleForReading.readDataToEndOfFile()
    let complained = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      String(decoding: printed, as: UTF8.self), String(decoding: complained, as: UTF8.self),
      process.terminationStatus
    )
  }

  private final class Marker {}

  @Test func runsAreListedWithTheirBestValues() throws {
    try withTemporaryFolder { folder in
      try fit(folder, "a", 9)
      try fit(folder, "a", 1)
      try fit(folder, "b", 4, epochs: 5)
      let (text, errors, code) = try output([folder])
      let lines = text.split(separator: "\n").map { $0.split(separator: /\s\s+/).map(String.init) }
      #expect(code == 0 && errors.isEmpty && lines.count == 4)
      #expect(
        lines[0] == [
          "name", "version", "ended", "epochs", "steps", "seconds", "level", "train_loss",
        ])
      #expect(
        lines.dropFirst().map { $0[0] + $0[1] } == ["aversion_0", "aversion_1", "bversion_0"])
      #expect(lines[3][2...4] == ["all epochs done", "5", "5"])
      let sorted = try output([
        folder, "--sort", "train_loss", "--metrics", "train_loss", "--limit", "2",
      ])
      let rows = sorted.text.split(separator: "\n").map {
        $0.split(separator: /\s\s+/).map(String.init)
      }
      #expect(rows.count == 3 && rows[1][1] == "version_1" && rows[2][0] == "b")
      let worst = try output([folder, "--sort", "train_loss", "--descending", "--limit", "1"])
      #expect(worst.text.split(separator: "\n")[1].hasPrefix("a     version_0"))
    }
  }

  @Test func curvesAreDrawnIntoOnePicture() throws {
    try withTemporaryFolder { folder in
      try fit(folder, "a", 9, epochs: 20)
      try fit(folder, "a", 1, epochs: 20)
      let picture = folder + "/curves.svg"
      #expect(try output([folder, "--plot", "train_loss", "--output", picture]).code == 0)
      let svg = try String(contentsOfFile: picture, encoding: .utf8)
      #expect(
        svg.contains("aria-label=\"a/version_0\"") && svg.contains("aria-label=\"a/version_1\""))
      let shown = try output([folder, "--plot", "train_loss"])
      #expect(shown.text.contains("train_loss") && shown.text.contains("• a/version_1"))
    }
  }

  @Test func aRunThatHasNotEndedIsListedToo() throws {
    try withTemporaryFolder { folder in
      try fit(folder, "a", 9)
      try FileManager.default.removeItem(atPath: folder + "/a/version_0/result.json")
      let text = try output([folder]).text
      #expect(text.contains("not ended") && text.contains("train_loss"))
    }
  }

  @Test func aRunThatCannotBeReadIsLeftOutAndToldOf() throws {
    try withTemporaryFolder { folder in
      try fit(folder, "a", 9)
      try fit(folder, "b", 9)
      try "{".write(toFile: folder + "/b/version_0/result.json", atomically: true, encoding: .utf8)
      let (text, errors, code) = try output([folder])
      #expect(code == 0 && text.split(separator: "\n").count == 2)
      #expect(errors.contains("/b/version_0/result.json"))
    }
  }

  @Test(
    arguments: [
      ([], 2, "there is no folder"), (["--sort"], 2, "--sort needs a value"),
      (["x", "--loud"], 2, "there is no option --loud"), (["x", "y"], 2, "two folders"),
      (["x", "--limit", "0"], 2, "above 0"), (["x", "--output", "a.svg"], 2, "--plot"),
      (["/there/is/none"], 1, "/there/is/none: there is no such folder"),
    ] as [([String], Int32, String)])
  func mistakesAreToldOf(arguments: [String], code: Int32, words: String) throws {
    let found = try output(arguments)
    #expect(found.code == code && found.errors.contains(words) && found.text.isEmpty)
  }

  @Test func aMetricThatNoRunHasIsAnswersWithThoseThereAre() throws {
    try withTemporaryFolder { folder in
      try fit(folder, "a", 9)
      let found = try output([folder, "--sort", "val_loss"])
      #expect(found.code == 1 && found.errors.contains("no run has a metric 'val_loss'"))
      #expect(found.errors.contains("level, train_loss"))
      #expect(try output([folder + "/a/version_0/metrics.csv"]).errors.contains("it is a file"))
    }
  }

  @Test func helpIsPrinted() throws {
    let found = try output(["--help"])
    #expect(found.code == 0 && found.text.hasPrefix("usage: levin-runs FOLDER"))
  }

  @Test(arguments: [
    ("val_loss", Comparison.least), ("train/error", .least), ("val_acc", .greatest),
    ("f1", .greatest), ("lambda", .none), ("closs", .none), ("glossary", .none),
  ])
  func namesTellWhichValueIsBest(name: String, comparison: Comparison) {
    #expect(Comparison(name) == comparison)
    #expect(comparison.best([3, .nan, 1, 2]) == [.least: 1, .greatest: 3][comparison])
  }
}
