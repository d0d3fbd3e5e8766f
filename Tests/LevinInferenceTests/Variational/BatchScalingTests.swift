import Foundation
import Levin
import LevinTestKit
import Testing

/// Fits in batches: the data count in full, and the prior once.
@Suite struct BatchScalingTests {
  private static let data: Tensor = {
    var random = PCG64(seed: 8)
    return random.normal(loc: 1, scale: 1, shape: [50], dtype: .float64)
  }()

  private static func model(_ batch: Tensor) {
    let mean = sample("mean", Normal(number(0), 3))
    plate("data", batch.count) { sample("x", Normal(mean, 1), observed: batch) }
  }

  private func module(
    scaling: BatchScaling = .automatic, _ model: @escaping (Tensor) -> Void = model
  ) throws -> SVIModule<Tensor> {
    try SVIModule(
      model, AutoNormal(model), loss: TraceMeanFieldELBO(), prototype: Self.data[0..<10],
      scaling: scaling
    ) { Adam($0, learningRate: 0.01) }
  }

  private func loader(_ batchSize: Int) -> DataLoader<Tensor> {
    DataLoader(TensorDataset(Self.data), batchSize: batchSize, shuffle: .seeded(2))
  }

  @Test func thePosteriorIsThatOfAllData() throws {
    let module = try withSeed(3) { () throws -> SVIModule<Tensor> in try self.module() }
    try withSeed(4) { _ = try quietTrainer(maxEpochs: 300).fit(module, train: loader(10)) }
    let guide = try #require(module.guide as? AutoNormal<Tensor>)
    let levels = try #require(guide.quantiles([0.15865525393, 0.5, 0.84134474607])["mean"]).scalars
    let deviation = (levels[2] - levels[0]) / 2
    let precision = 1.0 / 9 + 50
    #expect(abs(deviation - 1 / precision.squareRoot()) < 0.01)
    #expect(abs(levels[1] - Self.data.sum().item() / precision) < 0.05)
  }

  // The mean over the batches of an epoch, at parameters that stay as they are, is the loss of all data.
  @Test(arguments: [10, 15, 50]) func losses(batchSize: Int) throws {
    func model(_ batch: Tensor) {
      plate("data", batch.count) {
        let c = sample("c", Categorical(probs: Tensor([0.4, 0.6])), enumerate: .parallel)
        sample("x", Normal(Tensor([-1.0, 2])[c], 1), observed: batch)
      }
      sample("prior", Normal(number(0), 1), observed: number(0.5))
    }
    final class Still: Guide {
      @Parameter var unused: Tensor = [0]

      func callAsFunction(_ batch: Tensor) { factor("unused", (unused * 0).sum()) }
    }
    let module = try SVIModule(model, Still(), loss: TraceEnumELBO(), prototype: Self.data[0..<10])
    {
      SGD($0, learningRate: 0)
    }
    let trainer = quietTrainer(maxEpochs: 1)
    _ = try trainer.fit(module, train: loader(batchSize))
    let whole = Self.data.scalars.reduce(normalLogDensity(0.5, 0, 1)) { total, x in
      total
        + logSumExp([log(0.4) + normalLogDensity(x, -1, 1), log(0.6) + normalLogDensity(x, 2, 1)])
    }
    let logged = try #require(trainer.metrics["train_loss"])
    #expect(abs(logged + whole) < 1e-5 * abs(whole), "\(logged) and \(-whole)")
  }

  private func refusal(_ model: @escaping (Tensor) -> Void) -> InferenceError? {
    inferenceError { _ = try quietTrainer(maxEpochs: 1).fit(try module(model), train: loader(10)) }
  }

  @Test func aModelThatScalesByItsSubsampleAsWellIsRefusedWithTheRemedy() throws {
    let error = refusal { batch in
      let mean = sample("mean", Normal(number(0), 3))
      plate("data", 50, subsampleSize: batch.count) {
        sample("x", Normal(mean, 1), observed: batch)
      }
    }
    guard case .scaledTwice("x", "data", 10, of: 50) = error else { throw Unexpected(error) }
    let text = error?.description ?? ""
    #expect(text.contains("plate(\"data\", batch.count)") && text.contains("scaling: .byModel"))
  }

  @Test func aModelThatScalesByHandAsWellIsRefused() throws {
    let error = refusal { batch in
      let mean = sample("mean", Normal(number(0), 3))
      withScale(5) {
        plate("data", batch.count) { sample("x", Normal(mean, 1), observed: batch) }
      }
    }
    guard case .scaledTwice("x", nil, 10, of: 50) = error else { throw Unexpected(error) }
  }

  @Test func aBatchWithoutAPlateIsRefused() throws {
    let error = refusal { batch in
      let mean = sample("mean", Normal(number(0), 3))
      let means = mean + Tensor.zeros([batch.count], dtype: .float64)
      sample("x", Normal(means, 1).toEvent(1), observed: batch)
    }
    guard case .noBatchPlate(10, of: 50) = error else { throw Unexpected(error) }
  }

  @Test func anObservationWithoutAPlateBesideOneWithItIsRefused() throws {
    let error = refusal { batch in
      let mean = sample("mean", Normal(number(0), 3))
      plate("data", batch.count) { sample("x", Normal(mean, 1), observed: batch) }
      let means = mean + Tensor.zeros([batch.count], dtype: .float64)
      sample("again", Normal(means, 2).toEvent(1), observed: batch)
    }
    guard case .noBatchPlate(10, of: 50) = error else { throw Unexpected(error) }
  }

  @Test func twoPlatesOfTheSizeOfTheBatchAreRefused() throws {
    let error = refusal { batch in
      let mean = sample("mean", Normal(number(0), 3))
      plate("data", batch.count, dim: -2) {
        plate("times", 10, dim: -1) {
          sample("x", Normal(mean, 1), observed: batch.expandingDimensions(at: -1))
        }
      }
    }
    guard case .severalBatchPlates("x", ["data", "times"]) = error else { throw Unexpected(error) }
  }

  @Test func anAutomaticGuideForTheObservationsOfABatchIsRefused() throws {
    let error = refusal { batch in
      plate("data", batch.count) {
        let local = sample("local", Normal(number(0), 1))
        sample("x", Normal(local, 1), observed: batch)
      }
    }
    guard case .latentSiteInBatch("local", plate: "data") = error else { throw Unexpected(error) }
  }

  @Test func aModelMayScaleByItself() throws {
    func model(_ batch: Tensor) {
      let mean = sample("mean", Normal(number(0), 3))
      plate("data", 50, subsampleSize: batch.count) {
        sample("x", Normal(mean, 1), observed: batch)
      }
    }
    let own = try withSeed(3) { try module(scaling: .byModel, model) }
    let automatic = try withSeed(3) { try module() }
    let results = try [own, automatic].map { module in
      try withSeed(4) { try quietTrainer(maxEpochs: 2).fit(module, train: loader(10)) }
    }
    #expect(results[0].loss != nil)
    let values = [own, automatic].map { $0.guide.parameters.map(\.wrappedValue.scalars) }
    for (a, b) in zip(values[0].joined(), values[1].joined()) { #expect(abs(a - b) < 0.02) }
  }

  // A model with three pilot observations beside the data, whose last batch has three too.
  private static func pilot(_ batch: Tensor) {
    let mean = sample("mean", Normal(number(0), 3))
    plate("groups", 3) { sample("pilot", Normal(mean, 1), observed: Tensor([-1.0, -1, -1])) }
    plate("data", batch.count) { sample("x", Normal(mean, 1), observed: batch) }
  }

  // The loss that a fit of still parameters logs for an epoch of 53 observations, and the one of all data.
  private func losses(_ batchSize: Int, prototype: Int) throws -> (logged: Double, whole: Double) {
    var random = PCG64(seed: 8)
    let data = random.normal(loc: 1, scale: 1, shape: [53], dtype: .float64)
    let guide = AutoDelta(Self.pilot, start: .values(["mean": number(0.5)]))
    let module = try SVIModule(
      Self.pilot, guide, loss: TraceELBO(), prototype: data[0..<prototype]
    ) { SGD($0, learningRate: 0) }
    let trainer = quietTrainer(maxEpochs: 1)
    _ = try trainer.fit(
      module, train: DataLoader(TensorDataset(data), batchSize: batchSize, dropLast: false))
    let shared = normalLogDensity(0.5, 0, 3) + 3 * normalLogDensity(-1, 0.5, 1)
    let whole = data.scalars.reduce(shared) { $0 + normalLogDensity($1, 0.5, 1) }
    return (try #require(trainer.metrics["train_loss"]), -whole)
  }

  // 10 leaves a last batch of 3, and batches of 3 look like the pilot's plate from the first one on.
  @Test(arguments: [10, 3], [53, 10]) func aPlateThatStaysIsNotTheBatch(
    batchSize: Int, prototype: Int
  )
    throws
  {
    let (logged, whole) = try losses(batchSize, prototype: prototype)
    #expect(abs(logged - whole) < 1e-5 * abs(whole), "\(logged) and \(whole)")
  }

  @Test func platesOfTheBatchThatNothingTellsApartAreRefused() throws {
    let error = inferenceError { _ = try losses(3, prototype: 3) }
    guard case .severalBatchPlates(_, ["data", "groups"]) = error else { throw Unexpected(error) }
    #expect(error?.description.contains("prototype") ?? false)
  }

  // Thirteen rows of three: the last batch has three rows of three.
  @Test func aSmallerLastBatchHasThePlateOfTheFirst() throws {
    func model(_ batch: Tensor) {
      let mean = sample("mean", Normal(number(0), 3))
      plate("data", batch.shape[0], dim: -2) {
        plate("times", 3) { sample("x", Normal(mean, 1), observed: batch) }
      }
    }
    let data = Tensor.zeros([13, 3], dtype: .float64)
    let guide = AutoDelta(model, start: .values(["mean": number(0.5)]))
    let module = try SVIModule(model, guide, loss: TraceELBO(), prototype: data[0..<10]) {
      SGD($0, learningRate: 0)
    }
    let trainer = quietTrainer(maxEpochs: 1)
    _ = try trainer.fit(module, train: DataLoader(TensorDataset(data), batchSize: 10))
    let whole = normalLogDensity(0.5, 0, 3) + 39 * normalLogDensity(0, 0.5, 1)
    #expect(abs(try #require(trainer.metrics["train_loss"]) + whole) < 1e-5 * abs(whole))
  }

  @Test func aPlateMadeOutsideOfTheModelCountsForAllData() throws {
    let shared = Plate("data", 10)
    func model(_ batch: Tensor) {
      let mean = sample("mean", Normal(number(0), 3))
      shared { sample("x", Normal(mean, 1), observed: batch) }
    }
    let guide = AutoDelta(model, start: .values(["mean": number(0.5)]))
    let module = try SVIModule(model, guide, loss: TraceELBO(), prototype: Self.data[0..<10]) {
      SGD($0, learningRate: 0)
    }
    let trainer = quietTrainer(maxEpochs: 1)
    _ = try trainer.fit(module, train: loader(10))
    let whole = Self.data.scalars.reduce(normalLogDensity(0.5, 0, 3)) {
      $0 + normalLogDensity($1, 0.5, 1)
    }
    #expect(abs(try #require(trainer.metrics["train_loss"]) + whole) < 1e-5 * abs(whole))
  }

  // A guide's plate of another name would not count for all data.
  @Test func aGuideWhosePlateHasAnotherNameIsRefused() throws {
    final class Amortized: Guide {
      @Parameter var slope: Tensor = Tensor([0.5], shape: [])

      func callAsFunction(_ batch: Tensor) {
        plate("local", batch.count) { sample("z", Normal(batch * slope, 0.5)) }
      }
    }
    func model(_ batch: Tensor) {
      plate("data", batch.count) {
        let z = sample("z", Normal(number(0), 1))
        sample("x", Normal(z, 1), observed: batch)
      }
    }
    let module = try SVIModule(
      model, Amortized(), loss: TraceELBO(), prototype: Self.data[0..<10]
    ) { SGD($0, learningRate: 0) }
    let error = inferenceError {
      _ = try quietTrainer(maxEpochs: 1).fit(module, train: loader(10))
    }
    guard case .scalesDiffer("z", model: 5, guide: 1) = error else { throw Unexpected(error) }
  }
}
