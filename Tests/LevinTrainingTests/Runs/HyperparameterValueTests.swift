import Levin
import LevinTestKit
import Testing

@testable import LevinTraining

@Suite struct HyperparameterValueTests {
  private final class Configured: LightningModule, HyperparameterProviding {
    @Parameter var location: Tensor = [0]
    let hyperparameters: Hyperparameters

    init(_ hyperparameters: Hyperparameters) { self.hyperparameters = hyperparameters }

    func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
      (batch - location).square().mean()
    }
    func configureOptimizers() -> OptimizerConfiguration {
      .init(SGD(parameters, learningRate: 0.1))
    }
  }

  @Test func loggersGetEachSettingByItsNameAndKind() throws {
    struct Inner { let rate = Float(0.1), name = "true" }
    let trainer = quietTrainer(1)
    let module = Configured([
      "a b": 3, "yes": false, "word": "no \"way\"\n", "none": Int?.none,
      "inner": Inner(), "list": [64, 2], "empty": [String: Int](), "odd": Double.nan,
      "far": -Double.infinity, "big": 1e300,
    ])
    try trainer.fit(module, train: loader([1]))
    let found = trainer.hyperparameters
    let expected: [(String, HyperparameterValue)] = [
      ("a b", .number(3)), ("yes", .boolean(false)), ("word", .text("no \"way\"\n")),
      ("none", .null), ("inner.rate", .number(0.1)), ("inner.name", .text("true")),
      ("list", .text("[64, 2]")), ("empty", .text("{}")), ("odd", .number(.nan)),
      ("far", .number(-.infinity)), ("big", .number(1e300)),
    ]
    #expect(found.map(\.name) == expected.map(\.0))
    #expect(found.map { "\($0.value)" } == expected.map { "\($0.1)" })
    for (found, expected) in zip(found, expected) where expected.0 != "odd" {
      #expect(found.value == expected.1)
    }
  }

  @Test func aModuleWithoutSettingsHasNone() throws {
    let trainer = quietTrainer(1)
    try trainer.fit(Location(), train: loader([1]))
    #expect(trainer.hyperparameters.isEmpty)
  }

  @Test(arguments: [
    (3.0, "3"), (0.1, "0.1"), (-2, "-2"), (1e300, "1e+300"), (.infinity, "inf"), (1e16, "1e+16"),
  ])
  func integersHaveNoPoint(number: Double, text: String) {
    #expect(HyperparameterValue.number(number).description == text)
  }
}
