import Levin
import Testing

@testable import zero_inflated_poisson

/// The figures that the notebook prints, and PyTorch's way to them.
@Suite struct ZeroInflatedPoissonTests {
  private let notebooks = Notebooks.shared
  private let samples = randomCounts(10_000, mix: 0.5, lambda: 5)

  @Test func theDataAreNumPys() {
    let counts = samples.flattened()
    #expect(counts[0..<8].scalars == [0, 0, 0, 4, 8, 5, 0, 4])
    #expect(counts.sum().item() == 24578)
    #expect((counts .== 0).sum().item() == 5130)
  }

  @Test func theFitFollowsPyTorchsTrajectory() throws {
    let reference = notebooks.single
    let history = History()
    let model = ZIPModel(learningRate: 1, initialMixture: 0.5, initialRate: 4.5)
    let result = try quietTrainer([history]).fit(model, train: fullBatch(samples))
    for (epoch, row) in zip(reference.epochs, reference.trajectory) {
      let logged = history.epochs[epoch]
      let mine = ["train_loss", "mixture", "lambda"].map { logged[$0] ?? .nan }
      #expect(distance(mine, row) < 5e-6, "epoch \(epoch): \(mine) and \(row)")
    }
    let printed = ["mixture", "lambda"].map { name in
      result.metrics.value(name).flatMap { Double("\($0)") } ?? .nan
    }
    let theirs = ["mix", "lambda"].map { reference.printed[$0] ?? .nan }
    #expect(distance(printed, theirs) < 2e-6, "\(printed) and \(theirs)")
  }

  @Test func restartsOfTheMixtureGiveTheNotebooksTable() throws {
    try expectTable(notebooks.zipRestarts, from: zipStarts) {
      ZIPModel(learningRate: 1, initialMixture: $0, initialRate: $1)
    }
  }

  @Test func restartsOfADistributionOfOnesOwnGiveTheNotebooksTable() throws {
    try expectTable(notebooks.distZIPRestarts, from: distZIPStarts) {
      DistZIPModel(learningRate: 1, initialMixture: $0, initialRate: $1)
    }
  }

  @Test func restartsOfTheLibrarysDistributionGiveTheSameTable() throws {
    try expectTable(notebooks.distZIPRestarts, from: distZIPStarts) {
      LibraryModel(learningRate: 1, initialMixture: $0, initialRate: $1)
    }
  }

  private func expectTable(
    _ rows: [[String: Double]], from starts: [(Float, Float)],
    _ make: @escaping @Sendable (Float, Float) -> ZIPModel
  ) throws {
    let table = try restarts(
      starts.count, train: fullBatch(samples), loss: "err", metrics: ["mixture", "lambda"]
    ) { _ in
      quietTrainer()
    } start: { index, _ in
      let (mixture, lambda) = starts[index]
      return StartingPoint(
        make(mixture, lambda), ["mixture_init": mixture, "lambda_init": lambda])
    }
    #expect(table.rows.count == 10)
    let bounds = [
      ("err", 5e-6), ("mixture", 5e-6), ("lambda", 2e-5), ("mixture_init", 1e-6),
      ("lambda_init", 1e-6),
    ]
    for (column, bound) in bounds {
      let theirs = rows.map { $0[column] ?? .nan }
      let mine = try #require(table[column])
      #expect(distance(mine, theirs) < bound, "\(column): \(mine) and \(theirs)")
    }
  }
}

/// The example's model with the distribution that Levin has for it.
private final class LibraryModel: ZIPModel {
  override func forward() -> any Distribution { ZeroInflatedPoisson(gate: mixture, rate: rate) }
}
