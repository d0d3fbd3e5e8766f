import Levin
import Testing

@testable import LevinTraining

/// Counts epochs without improvement.
private final class Patience: Callback {
  var best = Double.infinity
  var waited = 0

  override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) {
    let loss = trainer.metrics["train_loss"] ?? .nan
    (best, waited) = loss < best ? (loss, 0) : (best, waited + 1)
  }
  override func state() -> State {
    var state = State()
    state["best"] = .real(best)
    state["waited"] = .integer(waited)
    return state
  }
  override func restore(from state: State) throws {
    let (best, waited) = (try state.real("best"), try state.integer("waited"))
    (self.best, self.waited) = (best, waited)
  }
}

@Suite struct StateRoundTripTests {
  /// Takes the state of one into another, and expects them to be alike.
  private func expectRoundTrip(_ name: String, _ used: any Stateful, _ fresh: any Stateful) throws {
    var fresh = fresh
    let state = used.state()
    #expect(fresh.state() != state, "\(name): the state of a used one is that of a fresh one")
    try fresh.restore(from: state)
    #expect(fresh.state() == state, "\(name)")
    var strange = State()
    strange["strange"] = .integer(1)
    #expect(throws: StateError.self, "\(name)") { try fresh.restore(from: strange) }
    #expect(fresh.state() == state, "\(name): a refused state changed something")
  }

  private func fitted() throws -> (Location, Trainer, Patience) {
    let (model, patience) = (Location(0, learningRate: 0.1), Patience())
    let trainer = quietTrainer(3, [patience])
    try trainer.fit(model, train: loader([1, 2, 3], batchSize: 2), validation: loader([1]))
    return (model, trainer, patience)
  }

  @Test func everythingThatAFitKeepsComesBack() throws {
    let (model, trainer, patience) = try fitted()
    try expectRoundTrip("module", model, Location())
    try expectRoundTrip("callback", patience, Patience())
    try expectRoundTrip("progress", trainer.progress, FitProgress())
    let parameter = Parameter(wrappedValue: [1])
    let adam = Adam([parameter], learningRate: 0.1)
    adam.step([[2]])
    try expectRoundTrip("Adam", adam, Adam([parameter], learningRate: 0.2))
    let sgd = SGD([parameter], learningRate: 0.1, momentum: 0.9)
    sgd.step([[2]])
    try expectRoundTrip("SGD", sgd, SGD([parameter], learningRate: 0.2, momentum: 0.9))
    try expectRoundTrip(
      "group", OptimizerGroup([adam, sgd]),
      OptimizerGroup([
        Adam([parameter], learningRate: 1), SGD([parameter], learningRate: 1, momentum: 0.9),
      ]))
    var random = PCG64(seed: 1)
    _ = random.nextUInt32()
    try expectRoundTrip("PCG64", random, PCG64(seed: 2))
    var twister = MersenneTwister(seed: 1)
    _ = twister.randn(1)
    try expectRoundTrip("MersenneTwister", twister, MersenneTwister(seed: 2))
  }

  @Test func theBoardKeepsOpenMeansAndLastValues() throws {
    let board = MetricsBoard()
    board.log("open", 2.0, LogOptions(false, nil, true))
    board.log("both", 3 as Float, LogOptions(true, true, false))
    board.log("large", Int.max, LogOptions(true, true, false))
    try board.settle()
    _ = board.takeStepMetrics(.training)
    let other = MetricsBoard()
    try other.restore(from: board.state())
    #expect(other.state() == board.state())
    for board in [board, other] {
      board.log("open", 4.0, LogOptions(false, nil, true))
      try board.settle()
    }
    #expect(
      other.takeEpochMetrics(.training).map(\.value.description) == ["3.0", "3.0", "\(Int.max)"])
    #expect(other.metrics["open"] == 3 && other.metrics["both"] == 3)
  }

  @Test func aLoaderRefusesTheStateOfAnother() throws {
    let data = TensorDataset(Tensor([1, 2, 3] as [Float]))
    var loader = DataLoader(data, batchSize: 2, shuffle: .seeded(3))
    try loader.restore(from: DataLoader(data, batchSize: 2, shuffle: .seeded(3)).state())
    for other in [
      DataLoader(data, batchSize: 1, shuffle: .seeded(3)), DataLoader(data, batchSize: 2),
      DataLoader(data, batchSize: 2, shuffle: .seeded(4)),
      DataLoader(TensorDataset(Tensor([1, 2] as [Float])), batchSize: 2, shuffle: .seeded(3)),
    ] {
      #expect(throws: StateError.self) { try loader.restore(from: other.state()) }
    }
  }
}
