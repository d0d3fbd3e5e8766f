import Levin
import Testing

@testable import LevinTraining

/// Two normal distributions of equal width in equal parts, whose locations are fitted: a loss with several optima.
private final class Pair: LightningModule {
  @Parameter var locations: Tensor
  private let make: @Sendable ([Parameter]) -> any Optimizer

  init(_ start: [Double], _ make: @escaping @Sendable ([Parameter]) -> any Optimizer) {
    self.make = make
    locations = Tensor(start, dtype: .float64)
  }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    let densities = -(batch - locations).square() / 2
    let loss = -densities.logSumExp(axis: 1).mean()
    log("train_loss", loss)
    return loss
  }

  func configureOptimizers() -> OptimizerConfiguration { .init(make(parameters)) }
}

/// Restarts with every kind of optimizer, several at a time.
@Suite struct RestartOptimizerTests {
  // In the worst optimum both are at the mean, 1; in the best each is near one of the two clusters.
  private static let data = DataLoader(
    TensorDataset(
      Tensor([[-3.1], [-2.9], [-3.2], [-2.8], [5.1], [4.9], [5.2], [4.8]], dtype: .float64)),
    batchSize: 8)
  private static let starts = [[-1.0, 2], [1, 1], [4, -4], [0.5, 0.6], [-6, 8]]

  private func table(
    threads: Int, epochs: Int, _ make: @escaping @Sendable ([Parameter]) -> any Optimizer
  ) throws -> RestartTable<Pair> {
    try restarts(
      Self.starts.count, threads: threads, train: Self.data, metrics: ["train_loss"]
    ) { _ in
      quietTrainer(epochs, [Convergence(gradientTolerance: 1e-6)])
    } start: { index, _ in
      StartingPoint(Pair(Self.starts[index], make))
    }
  }

  @Test(arguments: ["LBFGS", "Newton"]) func searchesRunOnSeveralThreads(_ name: String) throws {
    let make: @Sendable ([Parameter]) -> any Optimizer = {
      name == "LBFGS" ? LBFGS($0) : Newton($0)
    }
    let one = try table(threads: 1, epochs: 20, make)
    let four = try table(threads: 4, epochs: 20, make)
    #expect(one.description == four.description)
    #expect(one.rows.allSatisfy { $0.result.stopReason == .converged })
    // Both clusters are symmetric about -3 and 5, and 8 apart.
    let best = try #require(four.best).model.locations.scalars.sorted()
    #expect(abs(best[0] + 3) < 1e-5 && abs(best[1] - 5) < 1e-5, "\(best)")
    // The start where both are equal stays in between.
    let stuck = four.rows[1].model.locations.scalars
    #expect(abs(stuck[0] - 1) < 1e-6 && abs(stuck[1] - 1) < 1e-6)
    #expect(four.rows[1].loss > four.rows[0].loss + 1)
  }

  @Test func theirEndsCountForStartsThatGoOn() throws {
    // LBFGS converges within a few epochs; who is stuck ends where they are compared.
    let table = try restarts(
      5, threads: 2, train: Self.data, pruning: .margin(1, afterEpochs: 4)
    ) { index in
      quietTrainer(30, index == 1 ? [] : [Convergence(gradientTolerance: 1e-6)])
    } start: { index, _ in
      StartingPoint(Pair(Self.starts[index]) { LBFGS($0) })
    }
    #expect(table.rows[1].result.stopReason == .pruned && table.rows[1].result.epochs == 4)
    #expect(table.best?.result.stopReason == .converged)
  }

  @Test func firstOrderMethodsMayDifferFromStartToStart() throws {
    let table = try restarts(4, train: Self.data) { _ in
      quietTrainer(200)
    } start: { index, _ in
      StartingPoint(
        Pair([-1, 2]) { parameters in
          switch index {
          case 0: Adam(parameters, learningRate: 0.3)
          case 1: SGD(parameters, learningRate: 0.5, momentum: 0.5)
          case 2: RMSprop(parameters, learningRate: 0.05)
          default: Rprop(parameters, learningRate: 0.1)
          }
        })
    }
    for row in table.rows { #expect(abs(row.loss - 0.0125) < 0.02, "\(row.index): \(row.loss)") }
  }
}
