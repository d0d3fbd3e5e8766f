import Levin
import Testing

/// Mistakes of a model that are found with data at hand, and what is said of them.
@Suite struct ModelMistakeTests {
  @Test func aValueThatDoesNotFitIsFatalWithTheShapesSoFar() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Trace {
        let mean = sample("mean", Normal(0, 1))
        sample("x", Normal(.zeros([3]) + mean, 1), observed: [1, 2, 3, 4])
      }
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("site 'x': a value of shape [4] does not fit batch shape [3]"))
    #expect(message.contains("Trace Shapes:") && message.contains("mean dist"))
  }

  @Test func aLossThatIsNotFiniteNamesTheSite() throws {
    let model: (Tensor) -> Void = { data in
      let rate = sample("rate", LogNormal(0, 1))
      plate("data", data.count) { sample("x", Normal(rate, 1), observed: data) }
    }
    let svi = SVI(model, AutoDelta(model), loss: TraceELBO()) { Adam($0, learningRate: 0.1) }
    let error = #expect(throws: InferenceError.self) { try svi.step([1, 1e30, 2]) }
    #expect(
      error?.description
        == "step 1: the loss (the log-probability of 'x') is not finite; the parameters stay as they were "
        + "before the step")
  }
}
