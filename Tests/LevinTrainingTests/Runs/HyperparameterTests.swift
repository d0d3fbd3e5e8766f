import Foundation
import Levin
import LevinTestKit
import LevinTraining
import Testing

/// A model with settings.
private final class Configured: LightningModule, HyperparameterProviding {
  @Parameter var level: Tensor = [0]
  private let settings: () -> Hyperparameters
  private(set) var steps = 0

  // Behind a closure, so that the search for parameters does not go through the settings.
  init(_ hyperparameters: Hyperparameters) { settings = { hyperparameters } }

  var hyperparameters: Hyperparameters { settings() }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    steps += 1
    return (batch - level).square().mean()
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.1))
  }
}

/// A callback that asks for the folder of the run.
private final class Asking: Callback {
  override func onFitStart(_ trainer: Trainer, _ module: any LightningModule) throws {
    _ = try trainer.runDirectory()
  }
}

private struct Schedule: Sendable {
  enum Kind: Sendable { case cosine, steps(every: Int) }
  enum Unit: String, Sendable { case epoch = "per epoch" }
  let kind: Kind
  let unit: Unit
  let warmup: Int?
}

/// A value whose mirror shows the value itself.
private struct Endless: CustomReflectable, Sendable {
  var customMirror: Mirror { Mirror(self, children: ["again": self], displayStyle: .struct) }
}

private final class Instance: Sendable {}

@Suite struct HyperparameterTests {
  /// The text that a run writes for these settings.
  private func document(_ hyperparameters: Hyperparameters) throws -> String {
    try withTemporaryFolder { folder in
      let trainer = quietTrainer(1, directory: folder, [Asking()])
      try trainer.fit(Configured(hyperparameters), train: loader([1]))
      return try text(folder + "/version_0/hparams.yaml")
    }
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }

  // MARK: The file

  @Test func theFolderComesWithTheSettings() throws {
    try withTemporaryFolder { folder in
      let trainer = quietTrainer(1, directory: folder, [Asking()])
      try trainer.fit(Configured(["rate": 0.5]), train: loader([1]))
      try trainer.fit(Location(), train: loader([1]))
      #expect(try text(folder + "/version_0/hparams.yaml") == "rate: 0.5\n")
      #expect(try text(folder + "/version_1/hparams.yaml") == "{}\n")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/version_0")
      #expect(names.sorted() == ["hparams.yaml", "result.json"])
    }
  }

  @Test func aRunWithoutFilesWritesNoSettings() throws {
    try withTemporaryFolder { folder in
      try quietTrainer(1, directory: folder + "/logs").fit(
        Configured(["rate": 0.5]), train: loader([1]))
      #expect(!FileManager.default.fileExists(atPath: folder + "/logs"))
    }
  }

  @Test func outsideOfAFitThereAreNoSettings() throws {
    try withTemporaryFolder { folder in
      let path = try quietTrainer(1, directory: folder).runDirectory()
      #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
    }
  }

  @Test func settingsThatCannotBeWrittenLeaveNoFolder() async {
    await #expect(processExitsWith: .success) {
      limitFileSize(to: 10)
      try withTemporaryFolder { folder in
        do {
          let trainer = quietTrainer(1, directory: folder, [Asking()])
          try trainer.fit(Configured(["learning_rate": 0.5]), train: loader([1]))
          preconditionFailure("the settings have more bytes than a file may have")
        } catch let error as RunFileError {
          precondition(error.path == folder + "/version_0/hparams.yaml")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
        precondition(left.isEmpty)
      }
    }
  }

  // MARK: Values

  @Test func numbersAndStringsAreScalars() throws {
    let settings: Hyperparameters = [
      "learningRate": Float(1e-5), "big": 1e300, "half": 0.5, "count": 3, "nothing": Int?.none,
      "some": Int?.some(4), "flag": true, "kind": "zero inflated", "word": "yes",
      "odd: key": "a \"b\"\n\u{1}\u{85}\u{ffff}ä", "nan": Double.nan, "empty": "",
      "unsigned": UInt64.max, "url": URL(filePath: "/data"), "character": Character("~"),
      "date": Date(timeIntervalSince1970: 0), "duration": Duration.milliseconds(1500),
    ]
    #expect(
      try document(settings) == """
        learningRate: 1.0e-05
        big: 1.0e+300
        half: 0.5
        count: 3
        nothing: null
        some: 4
        flag: true
        kind: zero inflated
        word: "yes"
        "odd: key": "a \\"b\\"\\n\\u0001\\u0085\\uffffä"
        nan: .nan
        empty: ""
        unsigned: 18446744073709551615
        url: "file:///data"
        character: "~"
        date: "1970-01-01T00:00:00Z"
        duration: "1.5 seconds"

        """)
  }

  @Test func listsStandOnALineUnlessTheyHoldMaps() throws {
    let settings: Hyperparameters = [
      "list": [1.5, .infinity, -.infinity], "none": [Int](), "nested": [[1, 2], []],
      "set": Set([30, 4, 1]), "pair": (1, "a"), "tensor": Tensor([1, 2, 3, 4], shape: [2, 2]),
      "number": Tensor(Float(0.1)),
      "layers": [["size": 64], ["size": 32]] as [[String: Int]],
    ]
    #expect(
      try document(settings) == """
        list: [1.5, .inf, -.inf]
        none: []
        nested: [[1, 2], []]
        set: [1, 4, 30]
        pair: [1, a]
        tensor: [[1, 2], [3, 4]]
        number: 0.1
        layers:
          - size: 64
          - size: 32

        """)
  }

  @Test func mapsAreNestedBlocks() throws {
    let pairs: KeyValuePairs<String, Int> = ["z": 1, "a": 2]
    let settings: Hyperparameters = [
      "sorted": ["b": 1, "a": 2, "c": 0] as [String: Int],
      "numbered": [10: "ten", 9: "nine", -1: "less"] as [Int: String],
      "ordered": pairs, "labelled": (rate: 0.5, (momentum: 0.9, nesterov: true)),
      "schedule": Schedule(kind: .cosine, unit: .epoch, warmup: nil),
      "other": [Schedule(kind: .steps(every: 3), unit: .epoch, warmup: 5)],
      "empty": [String: Int](),
    ]
    #expect(
      try document(settings) == """
        sorted:
          a: 2
          b: 1
          c: 0
        numbered:
          -1: less
          9: nine
          10: ten
        ordered:
          z: 1
          a: 2
        labelled:
          rate: 0.5
          "1":
            momentum: 0.9
            nesterov: true
        schedule:
          kind: cosine
          unit: per epoch
          warmup: null
        other:
          - kind:
              steps:
                every: 3
            unit: per epoch
            warmup: 5
        empty: {}

        """)
  }

  // MARK: What cannot be written

  private static let refused: [(Hyperparameters, name: String, problem: String)] = [
    (["f": { @Sendable (x: Int) in x }], "f", "(Int) -> Int"),
    (["optimizer": ["schedule": Instance()]], "optimizer.schedule", "Instance"),
    (
      ["layers": [[1], [2]] as [any Sendable], "kind": [Instance.self]], "kind[0]", "Instance.Type"
    ),
    (["tensor": Tensor.zeros([101])], "tensor", "[101]"),
    (["endless": Endless()], "endless" + String(repeating: ".again", count: 50), "50 levels"),
    (["a": 1, "b": 2, "a": 3], "a", "twice"),
    (["keys": [[1]: 2] as [[Int]: Int]], "keys", "Array<Int>"),
    (["pairs": ["x": 1, "x": 2] as KeyValuePairs<String, Int>], "pairs", "twice"),
  ]

  @Test(arguments: refused.indices)
  func anythingElseIsRefusedBeforeTheFirstStep(_ index: Int) throws {
    let (settings, name, problem) = Self.refused[index]
    let model = Configured(settings)
    let error = #expect(throws: TrainerError.self) {
      try quietTrainer(1).fit(model, train: loader([1]))
    }
    guard case .invalidHyperparameter(let found, let text) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(found == name && text.contains(problem), "\(found): \(text)")
    #expect(model.steps == 0 && error?.description.contains("'\(name)'") == true)
  }
}
