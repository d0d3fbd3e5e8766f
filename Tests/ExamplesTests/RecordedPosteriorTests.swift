import Levin
import LevinTestKit
import Testing

@testable import gaussian_mixture

/// Discrete posteriors of the notebook's mixture at the simulated parameters, which Pyro recorded.
@Suite struct RecordedPosteriorTests {
  private struct Recorded: Decodable {
    let probabilities: [Double]
    let assignments: [Double]

    enum CodingKeys: String, CodingKey {
      case probabilities = "assignment_prob_component1_at_truth"
      case assignments = "assignment_map_at_truth"
    }
  }

  private let recorded: Recorded
  private let truth: [String: Tensor]
  private let data = MixtureRecord.data("gmm1d")

  init() throws {
    recorded = try Fixture.load("gmm/gmm1d")
    let numbers = try #require(MixtureRecord.all["gmm1d"]).truth
    truth = numbers.filter { $0.key != "assignment" }.mapValues { $0.tensor() }
  }

  private func model(_ data: Tensor) { mixture(data, count: data.count) }

  @Test func marginalsArePyros() throws {
    let guide = AutoDelta(model, expose: Set(truth.keys), start: .values(truth))
    let marginals = try TraceEnumELBO(maxPlateNesting: 1).computeMarginals(
      model: { model(data) }, guide: { try guide(data) })
    let assignment = try #require(marginals["assignment"])
    #expect(assignment.batchShape == [100] && marginals.count == 1)
    for (mine, theirs) in zip(assignment.probs[.all, 1].scalars, recorded.probabilities) {
      #expect(abs(mine - theirs) < 2e-6)
    }
  }

  @Test(arguments: [-2, -3]) func theMostProbableValuesArePyros(dim: Int) throws {
    let trace = try withCondition(truth) {
      try inferDiscrete(temperature: 0, firstAvailableDim: dim) { model(data) }
    }
    #expect(trace["assignment"].value.scalars == recorded.assignments)
    #expect(trace["assignment"].value.shape == [100])
  }

  @Test func drawsFollowTheMarginals() throws {
    // Every observation many times over, so that one run draws each component often.
    let copies = 200
    let many = data.expandingDimensions(at: 0).expanded(to: [copies, 100]).reshaped(to: [-1])
    let trace = try withSeed(5) {
      try withCondition(truth) {
        try inferDiscrete(temperature: 1, firstAvailableDim: -2) { model(many) }
      }
    }
    let drawn = trace["assignment"].value.cast(to: .float64).reshaped(to: [copies, 100])
    for (mean, p) in zip(drawn.mean(axis: 0).scalars, recorded.probabilities) {
      #expect(abs(mean - p) <= 5 * (p * (1 - p) / Double(copies)).squareRoot() + 1e-3)
    }
  }

  @Test func valuesThatWouldBeDrawnAnewAreRefused() {
    let error = #expect(throws: InferenceError.self) {
      try inferDiscrete(temperature: 0, firstAvailableDim: -3) { model(data) }
    }
    #expect(error?.description.contains("'weights' is drawn") == true)
    #expect(throws: InferenceError.self) {
      try inferDiscrete(temperature: 2, firstAvailableDim: -2) { model(data) }
    }
  }
}
