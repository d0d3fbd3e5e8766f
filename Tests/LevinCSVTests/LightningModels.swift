import Levin

// The models and data of `Tests/Fixtures/lightning_rows.py`, in double precision.

/// Quotients of integers that follow from their index.
private func numbers(_ count: Int, over divisor: Double, _ integer: (Int) -> Int) -> Tensor {
  Tensor((0..<count).map { Double(integer($0)) / divisor })
}

/// Inputs and targets around 2 x + 1.
func line(_ count: Int, batchSize: Int) -> DataLoader<(Tensor, Tensor)> {
  let x = numbers(count, over: 8) { $0 }
  let y = numbers(count, over: 16) { 4 * $0 + 13 + $0 * 5 % 7 }
  return DataLoader(TensorDataset(x, y), batchSize: batchSize)
}

/// Points of a plane, and the class of each.
func points(_ count: Int, batchSize: Int) -> DataLoader<(Tensor, Tensor)> {
  let first = numbers(count, over: 4) { $0 * 7 % 11 - 5 }
  let second = numbers(count, over: 4) { $0 * 3 % 13 - 6 }
  let classes = (0..<count).map { $0 * 5 % 3 }
  return DataLoader(
    TensorDataset(stack([first, second], axis: 1), Tensor(classes)), batchSize: batchSize)
}

/// Counts with too many zeros.
func inflatedCounts() -> DataLoader<Tensor> {
  let counts = numbers(60, over: 1) { $0 % 3 == 0 ? 0 : $0 * $0 % 9 }
  return DataLoader(TensorDataset(counts), batchSize: 60)
}

/// Least squares.
class LeastSquares: ValidatingModule {
  @Parameter var slope: Tensor = Tensor(Double(0))
  @Parameter var offset: Tensor = Tensor(Double(0))
  private let logsByStep: Bool

  init(logsByStep: Bool = false) { self.logsByStep = logsByStep }

  func loss(_ batch: (Tensor, Tensor)) -> Tensor {
    (slope * batch.0 + offset - batch.1).square().mean()
  }

  func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
    let loss = loss(batch)
    log("train_loss", loss)
    if logsByStep { log("by_step", loss, onStep: true) }
    return loss
  }

  func validationStep(_ batch: (Tensor, Tensor), batchIndex: Int) { log("val_loss", loss(batch)) }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.05))
  }
}

/// Least squares that log in all forms, in training and in validation.
final class StepwiseLeastSquares: LeastSquares {
  override func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
    let loss = loss(batch)
    log("loss", loss, onStep: true, onEpoch: true)
    log("slope", slope, onStep: true)
    log("largest", loss, reduction: .max)
    log("least", loss, reduction: .min)
    log("total", loss, onStep: true, onEpoch: true, reduction: .sum)
    return loss
  }

  override func validationStep(_ batch: (Tensor, Tensor), batchIndex: Int) {
    log("val_loss", loss(batch), onStep: true, onEpoch: true)
  }
}

/// A mixture of two Poisson distributions, one of which has a rate of zero.
final class InflatedCounts: DistributionModule {
  @Parameter var mixtureLogit: Tensor = Tensor([0.5])
  @Parameter var rawRate: Tensor = Tensor([4.5])

  private var mixture: Tensor { mixtureLogit.sigmoid() }
  private var rate: Tensor { rawRate.softplus() }

  func forward() -> any Distribution {
    MixtureSameFamily(
      Categorical(probs: concatenate([mixture, 1 - mixture])),
      Poisson(rate: concatenate([[0], rate])))
  }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    let loss = -forward().logProb(batch).mean()
    log("train_loss", loss)
    log("lambda", rate)
    log("mixture", mixture)
    return loss
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: 0.5))
  }
}

/// A hidden layer of four between points of a plane and three classes.
final class Classifier: ValidatingModule {
  @Parameter var hidden: Tensor = numbers(8, over: 4) { $0 * 3 % 5 - 2 }
    .reshaped(to: [2, 4])
  @Parameter var output: Tensor = numbers(12, over: 4) { $0 * 5 % 7 - 3 }
    .reshaped(to: [4, 3])

  private func logBoth(_ stage: String, _ batch: (Tensor, Tensor)) -> Tensor {
    let logits = batch.0.matmul(hidden).tanh().matmul(output)
    let classes = batch.1.reshaped(to: [batch.1.count, 1])
    let loss = -logits.logSoftmax(axis: 1).takingAlong(classes, axis: 1).mean()
    log(stage + "_loss", loss)
    log(stage + "_accuracy", (logits.argMax(axis: 1) .== batch.1).cast(to: .float64).mean())
    return loss
  }

  func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
    logBoth("train", batch)
  }

  func validationStep(_ batch: (Tensor, Tensor), batchIndex: Int) { _ = logBoth("val", batch) }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.1, momentum: 0.9))
  }
}
