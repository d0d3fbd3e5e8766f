import Foundation
import Levin
import LevinTraining
import Testing

@Suite struct ConfiguredModuleTests {
  private struct Settings: Codable, Equatable {
    enum Kind: String, Codable { case deep, wide }
    struct Inner: Codable, Equatable { var rate = 1e-5 }

    var layers = [64, 32]
    var name = "yes"
    var kind = Kind.wide
    var inner = Inner()
    var limit: Double? = nil
    var bound = Double.infinity

    enum CodingKeys: String, CodingKey {
      case layers = "hidden_layers"
      case name, kind, inner, limit, bound
    }
  }

  private struct Other: Decodable {
    let depth: Int
  }

  private final class Network: Location, ConfiguredModule {
    let configuration: Settings

    init(_ configuration: Settings) {
      self.configuration = configuration
      super.init()
    }
  }

  private final class Twice: Location, ConfiguredModule, HyperparameterProviding {
    var configuration: [String: Int] { ["rate": 1] }
    var hyperparameters: Hyperparameters { ["rate": 2] }
  }

  private let folder = TemporaryFolder()

  private func trainer(_ callbacks: [Callback] = []) -> Trainer {
    Trainer(
      maxEpochs: 1, directory: folder.path, callbacks: callbacks, progressBar: false,
      summary: false)
  }

  @Test func theRunsFolderHasThemByTheirKeys() throws {
    try trainer().fit(Network(Settings()), train: loader([1]))
    let text = try String(contentsOfFile: folder.path + "/version_0/hparams.yaml", encoding: .utf8)
    let expected = """
      bound: inf
      hidden_layers: [64, 32]
      inner:
        rate: 1.0e-05
      kind: wide
      name: "yes"

      """
    #expect(text == expected)
  }

  @Test func aCheckpointGivesThemBack() throws {
    var settings = Settings()
    settings.layers = [3]
    settings.limit = 0.1
    let model = Network(settings)
    try trainer().fit(model, train: loader([1]))
    let checkpoint = try Checkpoint.load(
      from: folder.path + "/version_0/checkpoints/last.safetensors")
    let other = Network(try checkpoint.configuration(Settings.self))
    try checkpoint.restore(other)
    #expect(other.configuration == settings)
    #expect(other.location.item() == model.location.item())
  }

  @Test func settingsThatAreNotThereAreAnError() throws {
    try trainer().fit(Location(), train: loader([1]))
    try trainer().fit(Network(Settings()), train: loader([1]))
    func load(_ version: Int) throws -> Checkpoint {
      try Checkpoint.load(
        from: folder.path + "/version_\(version)/checkpoints/last.safetensors")
    }
    #expect(throws: CheckpointError.self) { try load(0).configuration(Settings.self) }
    let error = #expect(throws: CheckpointError.self) {
      try load(1).configuration(Other.self)
    }
    #expect("\(try #require(error))".contains("'depth' is missing"))
  }

  @Test func aNameInBothRecordsIsRefused() {
    #expect(throws: TrainerError.self) { try quietTrainer(1).fit(Twice(), train: loader([1])) }
  }
}
