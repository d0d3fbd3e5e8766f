import Levin
import LevinTraining
import Testing

/// Looks an element up for each observation: an embedding of four entries.
private final class Embedding: ValidatingModule {
  @Parameter var table: Tensor = [1, 2, 3, 4]

  func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
    let loss = (table[batch.0] - batch.1).square().mean()
    log("train_loss", loss)
    return loss
  }
  func validationStep(_ batch: (Tensor, Tensor), batchIndex: Int) {
    log("val_loss", (table[batch.0] - batch.1).square().mean())
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.1))
  }
}

/// The data of an embedding, one observation a batch.
private func pairs(_ indices: [Int]) -> DataLoader<(Tensor, Tensor)> {
  DataLoader(
    TensorDataset(Tensor(indices), Tensor(indices.map { _ in Float(0) })), batchSize: 1)
}

@Suite struct FaultyFitTests {
  private func failure(_ fit: () throws -> Void) throws -> NonFiniteStep {
    let error = #expect(throws: TrainerError.self) { try fit() }
    guard case .nonFinite(let step)? = error else { throw try #require(error) }
    return step
  }

  @Test func anIndexFromTheDataEndsTheFitWithAnError() throws {
    let (model, probe) = (Embedding(), Probe())
    let trainer = quietTrainer(2, [probe])
    let step = try failure { try trainer.fit(model, train: pairs([0, 1, 7, 2])) }
    #expect(step.step == 2 && step.epoch == 0 && step.loss.isNaN)
    guard case .fault(let error)? = step.culprit else {
      Issue.record("\(String(describing: step.culprit))")
      return
    }
    #expect(error.problem == .indexOutOfRange(7, axis: 0, size: 4))
    #expect(step.description.hasPrefix("step 2 of epoch 0 failed: gather: index 7 is out of range"))
    #expect(step.result.steps == 2 && step.result.stopReason == .nonFinite)
    #expect(trainer.result?.stopReason == .nonFinite)
    #expect(probe.tornDown == 1 && probe.errors.count == 1)
    // Two steps were taken: 1 - 0.2 and 2 - 0.4.
    #expect(zip(model.table.scalars, [0.8, 1.6, 3, 4]).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func theTrainerServesAgain() throws {
    let model = Embedding()
    let trainer = quietTrainer(1)
    _ = try failure { try trainer.fit(model, train: pairs([9])) }
    let result = try trainer.fit(model, train: pairs([0, 1]))
    #expect(result.steps == 2 && result.stopReason == .maxEpochs)
  }

  @Test func aFaultInAValidationIsAnErrorToo() throws {
    let probe = Probe()
    let error = #expect(throws: EvaluationError.self) {
      try quietTrainer(1, [probe]).fit(
        Embedding(), train: pairs([0]), validation: pairs([1, 5]))
    }
    #expect(error?.problem == .indexOutOfRange(5, axis: 0, size: 4))
    #expect(probe.tornDown == 1)
  }

  @Test func aMatrixThatIsNotFitEndsTheFitWithAnError() throws {
    let model = Scripted { model, batch, index in
      let corner = Tensor(index == 1 ? Float(5) : 0.5) * model.weight
      let one = Tensor([1] as [Float])
      let matrix = concatenate([one, corner, corner, one]).reshaped(to: [2, 2])
      return matrix.logDeterminant(assuming: .positiveDefinite) + model.other.square().sum()
    }
    let step = try failure { try quietTrainer(1).fit(model, train: loader([1, 2], batchSize: 1)) }
    #expect(step.step == 1)
    #expect(
      step.description.contains("cholesky: matrix 0 of shape [2, 2] is not positive definite"))
    #expect(step.description.contains("FaultyFitTests.swift"))
  }

  @Test func fitsOnSeveralThreadsFailOnTheirOwn() async throws {
    let outcomes = await withTaskGroup(of: Int?.self) { group in
      for index in 0..<6 {
        group.addTask {
          do {
            return try quietTrainer(3).fit(
              Embedding(), train: pairs([0, 1, index % 2 == 0 ? 4 : 2])
            ).steps
          } catch { return nil }
        }
      }
      var outcomes: [Int?] = []
      for await outcome in group { outcomes.append(outcome) }
      return outcomes
    }
    #expect(outcomes.count { $0 == nil } == 3 && outcomes.count { $0 == 9 } == 3)
  }

  @Test func ofRestartsTheOtherOnesGoOn() throws {
    let table = try restarts(4, threads: 2, train: pairs([0, 1])) { _ in
      quietTrainer(1)
    } start: { index, _ in
      StartingPoint(Shrunken(to: index == 1 ? 1 : 4))
    }
    #expect(table.rows.count == 4 && table.rows.count { $0.failure != nil } == 1)
  }
}

/// An embedding whose table may be too small.
private final class Shrunken: LightningModule {
  @Parameter var table: Tensor = [1, 2, 3, 4]
  private let size: Int

  init(to size: Int) { self.size = size }

  func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
    (table[0..<size][batch.0] - batch.1).square().mean()
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.1))
  }
}
