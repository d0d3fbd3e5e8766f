import Levin
import LevinTraining
import Testing

@Suite struct ErrorHookTests {
  private struct Stop: Error, Equatable { let text: String }

  /// The tasks of a trainer.
  enum Task: CaseIterable {
    case fit, validation, test, prediction
  }

  /// A model whose steps of one task throw.
  private final class Failing: ValidatingModule, TestingModule, PredictingModule {
    @Parameter var weight: Tensor = [1]
    private let task: Task?

    init(_ task: Task?) { self.task = task }

    private func pass(_ own: Task) throws {
      if own == task { throw Stop(text: "\(own)") }
    }

    func trainingStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor {
      try pass(.fit)
      return (weight * batch).sum()
    }
    func validationStep(_ batch: Tensor, batchIndex: Int) throws { try pass(.validation) }
    func testStep(_ batch: Tensor, batchIndex: Int) throws { try pass(.test) }
    func predictStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor {
      try pass(.prediction)
      return batch
    }
    func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 1)) }
  }

  private func run(_ task: Task, _ model: Failing, _ callbacks: [Callback]) throws {
    let (trainer, data) = (quietTrainer(2, callbacks), loader([1, 2], batchSize: 1))
    switch task {
    case .fit: try trainer.fit(model, train: data, validation: data)
    case .validation: try trainer.validate(model, data)
    case .test: try trainer.test(model, data)
    case .prediction: _ = try trainer.predict(model, data)
    }
  }

  @Test(arguments: Task.allCases) func anErrorOfAStepIsToldOfOnceAndThrown(_ task: Task) {
    let probe = Probe()
    let error = #expect(throws: Stop.self) { try run(task, Failing(task), [probe]) }
    #expect(error == Stop(text: "\(task)") && probe.errors.count == 1)
    #expect(probe.errors.first as? Stop == error && probe.tornDown == 1)
  }

  @Test func anErrorOfAValidationInAFitIsToldOfOnceAndThrown() {
    let probe = Probe()
    let error = #expect(throws: Stop.self) { try run(.fit, Failing(.validation), [probe]) }
    #expect(probe.errors.count == 1 && probe.errors.first as? Stop == error)
  }

  @Test(arguments: Task.allCases) func anErrorOfAHookIsToldOfOnceAndThrown(_ task: Task) {
    let (probe, callback) = (Probe(), LambdaCallback())
    let stop = Stop(text: "hook")
    callback.onTrainBatchEnd = { _, _, _, _, _ in throw stop }
    callback.onValidationBatchEnd = { _, _, _, _ in throw stop }
    callback.onTestBatchEnd = { _, _, _, _ in throw stop }
    callback.onPredictBatchEnd = { _, _, _, _, _ in throw stop }
    let error = #expect(throws: Stop.self) { try run(task, Failing(nil), [callback, probe]) }
    #expect(error == stop && probe.errors.count == 1 && probe.tornDown == 1)
  }

  @Test(arguments: Task.allCases) func whatDoesNotFailHasNoHookOfErrors(_ task: Task) throws {
    let probe = Probe()
    try run(task, Failing(nil), [probe])
    #expect(probe.errors.isEmpty && probe.tornDown == 1)
  }
}
