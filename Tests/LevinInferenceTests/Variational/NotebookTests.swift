import Levin
import LevinTestKit
import Testing

/// The contents of `Fixtures/notebooks.json`: what the notebooks print and PyTorch computes.
private struct Notebooks: Decodable {
  struct Single: Decodable {
    let epochs: [Int]
    let trajectory: [[Double]]
    let printed: [String: Double]
  }

  struct BetaMixture: Decodable {
    struct Start: Decodable {
      let concentrations: [[Double]]
      let logits: [Double]

      enum CodingKeys: String, CodingKey {
        case concentrations = "beta_params"
        case logits = "mixture_logits"
      }
    }

    struct Final: Decodable {
      let concentrations: [[Double]]
      let weights: [Double]
    }

    let seed: Int
    let start: Start
    let epochs: [Int]
    let loss: [Double]
    let final: Final

    enum CodingKeys: String, CodingKey {
      case seed = "torch_seed"
      case start = "init"
      case epochs, loss, final
    }
  }

  let single: Single
  let zipRestarts: [[String: Double]]
  let distZIPRestarts: [[String: Double]]
  let betaMixture: BetaMixture

  enum CodingKeys: String, CodingKey {
    case single = "zip_single"
    case zipRestarts = "zip_restarts"
    case distZIPRestarts = "distzip_restarts"
    case betaMixture = "beta_mixture"
  }
}

/// The largest distance between numbers; infinite when their counts differ.
private func distance(_ mine: [Double], _ theirs: [Double]) -> Double {
  guard mine.count == theirs.count else { return .infinity }
  return zip(mine, theirs).map { ($0 - $1).magnitude }.max() ?? 0
}

@Suite struct NotebookTests {
  private let notebooks: Notebooks

  init() throws { notebooks = try Fixture.load("notebooks") }

  @Test func theDataAreNumPys() {
    let counts = inflatedCounts.flattened()
    #expect(counts[0..<8].scalars == [0, 0, 0, 4, 8, 5, 0, 4])
    #expect(counts.sum().item() == 24578)
    #expect((counts .== 0).sum().item() == 5130)
    let proportions = bimodalProportions.flattened()
    let head = [0.8939386450941886, 0.13955507862797348, 0.08752160635960662, 0.0345193272937302]
    #expect(distance(proportions[0..<4].scalars, head) < 1e-13)
    #expect(distance([proportions.sum().item()], [5010.3643044622495]) < 1e-8)
    #expect(distance([proportions.square().sum().item()], [3952.1037137940793]) < 1e-8)
  }

  @Test func theZeroInflatedPoissonFollowsPyTorchsTrajectory() throws {
    let reference = notebooks.single
    let history = History()
    let data = fullBatch(inflatedCounts)
    let result = try quietTrainer([history]).fit(ZIPModel(0.5, 4.5), train: data)
    for (epoch, row) in zip(reference.epochs, reference.trajectory) {
      let logged = history.epochs[epoch]
      let mine = ["err", "mixture", "lambda"].map { logged[$0] ?? .nan }
      #expect(distance(mine, row) < 5e-6, "epoch \(epoch): \(mine) and \(row)")
    }
    let final = [result.metrics["mixture"], result.metrics["lambda"]].map { $0 ?? .nan }
    let printed = ["mix", "lambda"].map { reference.printed[$0] ?? .nan }
    #expect(distance(final, printed) < 2e-6, "\(final) and \(printed)")
  }

  @Test func restartsOfTheMixtureGiveTheNotebooksTable() throws {
    try expectTable(notebooks.zipRestarts) { ZIPModel($0, $1) }
  }

  @Test func restartsOfTheDistributionGiveTheNotebooksTable() throws {
    try expectTable(notebooks.distZIPRestarts) { DistZIPModel($0, $1) }
  }

  private func expectTable(
    _ rows: [[String: Double]], _ make: @escaping @Sendable (Double, Double) -> ZIPModel
  ) throws {
    let table = try restarts(
      rows.count, train: fullBatch(inflatedCounts), loss: "err", metrics: ["mixture", "lambda"]
    ) { _ in
      quietTrainer()
    } start: { index, _ in
      StartingPoint(
        make(rows[index]["mixture_init"] ?? .nan, rows[index]["lambda_init"] ?? .nan), [:])
    }
    for (column, tolerance) in [("err", 5e-6), ("mixture", 5e-6), ("lambda", 2e-5)] {
      let theirs = rows.map { $0[column] ?? .nan }
      let mine = try #require(table[column])
      #expect(distance(mine, theirs) < tolerance, "\(column): \(mine) and \(theirs)")
    }
  }

  @Test func theBetaMixtureStartsWherePyTorchDoes() {
    let reference = notebooks.betaMixture
    let model = BetaMixtureModel(seed: reference.seed)
    let start = reference.start
    #expect(distance(model.rawConcentrations.scalars, start.concentrations.flatMap { $0 }) < 1e-7)
    #expect(distance(model.mixtureLogits.scalars, start.logits) < 1e-7)
  }

  @Test func theBetaMixtureFollowsPyTorchsTrajectory() throws {
    let reference = notebooks.betaMixture
    let model = BetaMixtureModel(seed: reference.seed)
    let history = History()
    let data = fullBatch(bimodalProportions.cast(to: .float32))
    let result = try quietTrainer([history]).fit(model, train: data)
    let losses = reference.epochs.map { history.epochs[$0]["err"] ?? .nan }
    #expect(distance(losses, reference.loss) < 5e-6, "\(losses) and \(reference.loss)")
    #expect(distance([result.loss?.value ?? .nan], [-0.414186]) < 2e-6)
    let final = reference.final
    #expect(distance(model.concentrations.scalars, final.concentrations.flatMap { $0 }) < 5e-5)
    #expect(distance(model.weights.scalars, final.weights) < 5e-5)
  }
}
