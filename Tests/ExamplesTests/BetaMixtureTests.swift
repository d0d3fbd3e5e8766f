import Levin
import Testing

@testable import beta_mixture

/// The figures that the notebook prints, and PyTorch's way to them.
@Suite struct BetaMixtureTests {
  private let reference = Notebooks.shared.betaMixture

  private var model: BetaMixtureModel {
    var random = MersenneTwister(seed: reference.seed)
    return BetaMixtureModel(learningRate: 1, random: &random)
  }

  @Test func theDataAreNumPys() {
    let proportions = randomProportions(10_000).flattened()
    let head = [0.8939386450941886, 0.13955507862797348, 0.08752160635960662, 0.0345193272937302]
    #expect(distance(proportions[0..<4].scalars, head) < 1e-13)
    #expect(distance([proportions.sum().item()], [5010.3643044622495]) < 1e-8)
    #expect(distance([proportions.square().sum().item()], [3952.1037137940793]) < 1e-8)
  }

  @Test func theModelStartsWherePyTorchDoes() {
    let (model, start) = (model, reference.start)
    #expect(distance(model.rawConcentrations.scalars, start.concentrations.flatMap { $0 }) < 1e-7)
    #expect(distance(model.mixtureLogits.scalars, start.logits) < 1e-7)
  }

  @Test func theFitFollowsPyTorchsTrajectory() throws {
    let (model, history) = (model, History())
    let data = fullBatch(randomProportions(10_000).cast(to: .float32))
    let result = try quietTrainer([history]).fit(model, train: data)
    let losses = reference.epochs.map { history.epochs[$0]["train_loss"] ?? .nan }
    #expect(distance(losses, reference.loss) < 5e-6, "\(losses) and \(reference.loss)")
    let last = try #require(reference.loss.last)
    #expect(distance([result.loss?.value ?? .nan], [last]) < 2e-6)
    let final = reference.final
    #expect(distance(model.concentrations.scalars, final.concentrations.flatMap { $0 }) < 5e-5)
    #expect(distance(model.weights.scalars, final.weights) < 5e-5)
  }

  /// Losses and weights of PyTorch's fits from the seeds 0 to 5, as `Fixtures/beta_restarts.py` prints them.
  @Test func restartsShowTheLocalOptimum() throws {
    let data = fullBatch(randomProportions(10_000).cast(to: .float32))
    let table = try fitBetaMixtures(to: data, seeds: 6) { _ in quietTrainer() }
    #expect(table.columns == ["loss", "seed"] && table.rows.count == 6)
    let losses = [-0.113622, -0.414186, -0.113617, -0.113617, -0.113621, -0.412076]
    for row in table.rows {
      #expect(abs(row.loss - losses[row.index]) < 5e-4, "\(row.index): \(row.loss)")
    }
    // Most starts are stuck, where one beta distribution does for both.
    #expect(Set(table.rows.prefix(2).map(\.index)) == [1, 5])
    #expect(table.best?.index == 1)
    #expect(table.description.contains("-0.1136"))
  }
}
