import Levin
import Testing

@testable import LevinTraining

@Suite struct LearningRateSearchTests {
  private let data = loader((0..<40).map { Float($0) / 10 }, batchSize: 4)

  @Test func modelDataDrawsAndCountsAreAsBefore() throws {
    let model = Location(3)
    let trainer = quietTrainer(2)
    let shuffled = DataLoader(
      TensorDataset(Tensor([1, 2, 3, 4, 5] as [Float])), batchSize: 2, shuffle: .seeded(3))
    func run(searching: Bool) throws -> (Double, Double) {
      let model = Location(3)
      return try withSeed(4) {
        if searching { _ = try trainer.findLearningRate(model, train: shuffled, steps: 7) }
        #expect(model.location.item() == 3 && (!searching || trainer.globalStep == 0))
        try quietTrainer(2).fit(model, train: shuffled)
        return (model.location.item(), Tensor.uniform([1]).item())
      }
    }
    #expect(try run(searching: true) == run(searching: false))
    _ = try trainer.findLearningRate(model, train: data)
    #expect(model.location.item() == 3 && trainer.currentEpoch == 0 && trainer.result == nil)
  }

  @Test func ratesGrowByAFactorAndEndWhereTheLossBlowsUp() throws {
    let search = try quietTrainer(1).findLearningRate(
      Location(3), train: data, from: 1e-4, to: 100, steps: 60)
    let ratios = zip(search.learningRates.dropFirst(), search.learningRates).map { $0 / $1 }
    #expect(ratios.allSatisfy { abs($0 - ratios[0]) < 1e-9 })
    // The loss is a parabola with the second derivative 2, so rates above 1 go astray.
    #expect(search.losses.count < 60 && search.learningRates.count == search.losses.count)
    let rate = try #require(search.suggestion())
    #expect(rate > 1e-4 && rate < 1)
  }

  @Test func theLossesAreSmoothedAsInLightning() throws {
    // beta 0.98 with the bias divided out: the first is the loss itself.
    let search = try quietTrainer(1).findLearningRate(
      Scripted { model, batch, _ in model.weight.sum() * 0 + batch.sum() },
      train: loader([2, 4], batchSize: 1), steps: 2)
    let second = (0.98 * 0.02 * 2 + 0.02 * 4) / (1 - 0.98 * 0.98)
    #expect(abs(search.losses[0] - 2) < 1e-6 && abs(search.losses[1] - second) < 1e-6)
  }

  @Test func theSuggestionIsTheSteepestFall() throws {
    // The fall is steepest between the steps 12 and 14; numpy.gradient gives -3.5 at 13.
    let losses = [Double](repeating: 10, count: 12) + [9, 7, 2, 1, 1, 1]
    let search = LearningRateSearch(
      learningRates: (0..<18).map(Double.init), losses: losses)
    #expect(search.suggestion() == 13 && search.suggestion(skippingFirst: 16) == nil)
  }

  @Test func theCallbackSetsTheRateBeforeTheFirstStep() throws {
    let finder = LearningRateFinder(from: 1e-4, to: 100, steps: 60)
    let probe = Probe()
    var rates: [Double] = []
    probe.batchEnd = { trainer, _ in rates.append(trainer.optimizers[0].learningRate) }
    let result = try quietTrainer(1, [finder, probe]).fit(Location(3), train: data)
    let search = try #require(finder.search)
    #expect(rates == [Double](repeating: try #require(search.suggestion()), count: 10))
    #expect(result.steps == 10)
    // A fit that goes on keeps its rate.
    let trainer = quietTrainer(1, [probe])
    try trainer.fit(Location(3), train: data)
    finder.search.map { _ in }
    rates = []
    try quietTrainer(2, [LearningRateFinder(), probe]).fit(
      Location(3), train: data, resume: .state(try #require(trainer.keptState)))
    #expect(Set(rates) == [0.1])
  }

  @Test func schedulesAndSettingsThatMakeNoSenseAreRefused() throws {
    final class Scheduled: Location {
      override func configureOptimizers() -> OptimizerConfiguration {
        let optimizer = SGD(parameters, learningRate: 0.1)
        return .init(optimizer, StepLR(optimizer, stepSize: 2))
      }
    }
    #expect(throws: TrainerError.self) {
      try quietTrainer(1, [LearningRateFinder()]).fit(Scheduled(), train: data)
    }
    for (least, greatest, steps) in [
      (0.0, 1.0, 10), (1, 0.1, 10), (0.1, 1, 0), (0.1, .infinity, 3),
    ] {
      #expect(throws: TrainerError.self) {
        try quietTrainer(1).findLearningRate(
          Location(), train: data, from: least, to: greatest, steps: steps)
      }
    }
  }
}
