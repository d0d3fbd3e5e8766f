import Levin
import LevinTraining
import Testing

@Suite struct DataModuleTests {
  private struct Stop: Error {}

  private final class Numbers: DataModule, ValidationDataProviding, TestDataProviding,
    PredictionDataProviding, DataPreparing, DataReleasing
  {
    var calls: [String] = []

    func prepareData() { calls.append("prepare") }
    func releaseData() { calls.append("release") }
    func trainingData() -> any BatchSource<Tensor> { source("training", [1, 3]) }
    func validationData() -> [any BatchSource<Tensor>] {
      [source("validation", [2]), source("validation", [4])]
    }
    func testData() -> any BatchSource<Tensor> { source("test", [5]) }
    func predictionData() -> any BatchSource<Tensor> { source("prediction", [6, 7]) }

    private func source(_ name: String, _ numbers: [Float]) -> any BatchSource<Tensor> {
      calls.append(name)
      return loader(numbers)
    }
  }

  private struct Plain: DataModule {
    func trainingData() -> any BatchSource<Tensor> { loader([1, 3]) }
  }

  private final class Tested: Location, TestingModule, PredictingModule {
    var fails = false
    func testStep(_ batch: Tensor, batchIndex: Int) throws {
      if fails { throw Stop() }
      log("test", batch.sum())
    }
    func predictStep(_ batch: Tensor, batchIndex: Int) -> Tensor { batch + 1 }
  }

  @Test func aFitTakesItsDataFromAModule() throws {
    let expected = Location()
    try quietTrainer(3).fit(
      expected, train: loader([1, 3]), validation: [loader([2]), loader([4])])
    let (model, data) = (Location(), Numbers())
    let result = try quietTrainer(3).fit(model, data: data)
    #expect(model.location.item() == expected.location.item())
    #expect(result.metrics["val_loss/dataloader_idx_1"] != nil)
    #expect(data.calls.first == "prepare" && data.calls.last == "release")
    #expect(data.calls.count { $0 == "prepare" } == 1)
  }

  @Test func trainingDataAreEnough() throws {
    let model = Location()
    let result = try quietTrainer(2).fit(model, data: Plain())
    #expect(result.epochs == 2 && result.metrics["val_loss"] == nil)
    try quietTrainer(2).fit(
      Scripted { ($0.weight * $1).square().mean() + Float($2) }, data: Plain())
  }

  @Test func passesByThemselvesTakeTheirsToo() throws {
    let (model, data) = (Tested(), Numbers())
    let trainer = quietTrainer(1)
    #expect(try trainer.validate(model, data: data)["val_loss/dataloader_idx_0"] == 4)
    #expect(try trainer.test(model, data: data)["test"] == 5)
    #expect(try trainer.predict(model, data: data).map(\.scalars) == [[7, 8]])
    #expect(data.calls.count { $0 == "release" } == 3)
  }

  @Test func dataAreReleasedAfterAnError() throws {
    let (model, data) = (Tested(), Numbers())
    model.fails = true
    #expect(throws: Stop.self) { try quietTrainer(1).test(model, data: data) }
    #expect(data.calls == ["prepare", "test", "release"])
  }
}
