import Levin
import LevinTestKit
import Testing

@testable import count_regression

/// The example against Newton's method with derivatives by hand, as `Fixtures/count_regression.py` prints it.
@Suite struct CountRegressionTests {
  private func visits() throws -> (inputs: Tensor, counts: Tensor) {
    try withTemporaryFolder { folder in
      let path = folder + "/made/visits.csv"
      try writeVisits(to: path, count: 2_000)
      return try readVisits(from: path)
    }
  }

  @Test func theDataAreNumPys() throws {
    let (inputs, counts) = try visits()
    #expect(inputs.shape == [2000, 6] && inputs.dtype == .float64)
    #expect(counts[0..<8].scalars == [6, 0, 0, 5, 3, 2, 0, 3])
    #expect(counts.sum().item() == 4158 && (counts .== 0).sum().item() == 795)
    #expect(distance(inputs[0].scalars, [1, 0.82177012, -0.15852584, 1, 1, 0]) < 1e-8)
    #expect(
      distance(inputs.sum(axis: 0).scalars, [2000, 133.42648069, 35.18567257, 1177, 675, 668])
        < 1e-7)
  }

  @Test func estimatesAndStandardErrorsAreThoseOfNewtonsMethod() throws {
    let data = try visits()
    let model = CountRegression()
    let dataset = TensorDataset(data.inputs, data.counts)
    let trainer = Trainer(
      maxEpochs: 20, callbacks: [Convergence(gradientTolerance: 1e-6)], progressBar: false,
      summary: false)
    let result = try trainer.fit(model, train: DataLoader(dataset, batchSize: 2_000))
    #expect(result.stopReason == .converged)
    #expect(model.gradientNorm(data) < 1e-6)
    let optimizer = try #require(trainer.optimizers.first as? LBFGS)
    #expect(optimizer.evaluationCount < 50, "\(optimizer.evaluationCount)")
    #expect(abs((result.loss?.value ?? .nan) - 1.6679934726613597) < 1e-10)
    let estimates = [
      0.7701359194, 0.2527559967, -0.0931569433, 0.2599951272, 0.3329967959, -0.4796337897,
      -0.427589817, -0.3312132579, 0.1987226507, -0.6125747153,
    ]
    let found = model.rateCoefficients.scalars + model.gateCoefficients.scalars
    #expect(distance(found, estimates) < 2e-5, "\(found)")
    let errors = [
      0.0409365226, 0.011662669, 0.0138681934, 0.0361688385, 0.0370213845, 0.046366216,
      0.0916088722, 0.0362239768, 0.0498787107, 0.121309971,
    ]
    #expect(distance(model.standardErrors(data), errors) < 1e-5)
    // The truth is within three standard errors.
    let truth = (Truth.rate + Truth.gate).map(\.1)
    for index in truth.indices {
      #expect(abs(found[index] - truth[index]) < 3 * errors[index])
    }
  }
}
