import Levin
import LevinTraining
import Testing

/// A line through the origin.
private final class Line: LightningModule {
  @Parameter var slope: Tensor = [1]

  func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
    (batch.0 * slope - batch.1).square().mean()
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.01))
  }
}

@Suite struct NonFiniteDataTests {
  private func fit(
    _ x: [Float], _ y: [Float], batchSize: Int, shuffle: Shuffle = .none
  ) throws {
    let data = TensorDataset(Tensor(x, shape: [x.count, 1]), Tensor(y, shape: [y.count, 1]))
    try quietTrainer(1).fit(
      Line(), train: DataLoader(data, batchSize: batchSize, shuffle: shuffle))
  }

  private func failure(_ fit: () throws -> Void) throws -> NonFiniteStep {
    let error = #expect(throws: TrainerError.self) { try fit() }
    guard case .nonFinite(let step)? = error else { throw try #require(error) }
    return step
  }

  @Test func theNumberIsNamedWithItsIndexInBatchAndData() throws {
    let step = try failure {
      try quietTrainer(1).fit(Location(2), train: loader([1, 2, 3, .nan, 5], batchSize: 2))
    }
    #expect(step.step == 1 && step.input?.element.index == [1] && step.input?.dataIndex == [3])
    #expect(step.input?.name == "")
    #expect(
      step.description.hasSuffix("; the batch holds nan at [1], the training data at [3]"))
  }

  @Test func infinitiesOfABatchAreNamedWhereThereIsNoNaN() throws {
    let step = try failure {
      try quietTrainer(1).fit(Location(2), train: loader([1, .infinity, 3]))
    }
    #expect(step.input?.element.value == .infinity && step.input?.dataIndex == [1])
  }

  @Test func tensorsOfATupleAreNamed() throws {
    let step = try failure {
      try fit([1, 2, 3], [1, 2, .nan], batchSize: 3, shuffle: .seeded(1))
    }
    #expect(step.input?.name == ".1" && step.input?.dataIndex == [2, 0])
    #expect(step.description.contains("'.1' of the batch holds nan"))
  }

  @Test func theIndexInTheDataIsOfTheTensorThatIsNamed() throws {
    // The other tensor has such a number too, earlier or later.
    for other in [0, 5] {
      var (x, y) = ([Float](repeating: 1, count: 6), [Float](repeating: 1, count: 6))
      x[other] = .nan
      y[3] = .nan
      let isFirst = other == 0
      let step = try failure { try fit(x, y, batchSize: 2) }
      #expect(step.input?.name == (isFirst ? ".0" : ".1"))
      #expect(step.input?.dataIndex == (isFirst ? [0, 0] : [3, 0]))
    }
  }

  @Test func theIndexInTheDataIsOfTheSameKindOfNumber() throws {
    // NaN comes later in the data than the batch that failed.
    for bad in [Float.infinity, -.infinity] {
      let step = try failure { try fit([1, 1, 1, 1, .nan], [1, -bad, 1, bad, 1], batchSize: 4) }
      #expect(step.input?.element.value == Double(-bad) && step.input?.dataIndex == [1, 0])
      let later = try failure { try fit([1, 1, bad, .nan], [1, 1, 1, 1], batchSize: 3) }
      #expect(later.input?.element.value == Double(bad) && later.input?.dataIndex == [2, 0])
    }
  }

  @Test func aNaNIsNamedBeforeInfinities() throws {
    let step = try failure { try fit([.infinity, 1, 1], [1, 1, .nan], batchSize: 3) }
    #expect(step.input?.name == ".1" && step.input?.element.value.isNaN == true)
    #expect(step.input?.element.index == [2, 0] && step.input?.dataIndex == [2, 0])
  }

  @Test func indicesInTheDataCountFromTheFirstBatchOn() throws {
    // The data are read again in batches of 65,536.
    let count = 1 << 17
    var numbers = [Float](repeating: 1, count: count)
    numbers[(1 << 16) + 7] = .nan
    let step = try failure {
      try fit(numbers, [Float](repeating: 1, count: count), batchSize: count / 2)
    }
    #expect(step.input?.element.index == [7, 0] && step.input?.dataIndex == [(1 << 16) + 7, 0])
  }

  @Test func goodDataAreNotBlamed() throws {
    let model = Scripted { model, batch, _ in
      (batch * model.weight).mean() + Tensor(Float.infinity)
    }
    #expect(try failure { try quietTrainer(1).fit(model, train: loader([1])) }.input == nil)
  }
}
