import Levin
import Testing

@testable import LevinTraining

/// A row as a fit with this loss, or one that failed, would leave it.
private func row(
  _ index: Int, loss: Double, from start: KeyValuePairs<String, any TensorScalar> = [:],
  _ reason: StopReason = .maxEpochs
) -> RestartRow<Location> {
  var metrics = Metrics()
  metrics.update("location", MetricValue(loss / 4, .float32))
  let result = FitResult(
    stopReason: reason, stopDetail: nil, epochs: 1, steps: 1, loss: MetricValue(loss, .float32),
    metrics: metrics,
    seconds: 1, directory: nil)
  let failure = NonFiniteStep(
    epoch: 0, step: 3, loss: .nan, culprit: nil, result: result)
  return RestartRow(
    index: index, start: StartingPoint(Location(), start), result: result,
    failure: reason == .nonFinite ? failure : nil)
}

private func table(_ rows: [RestartRow<Location>], requested: Int? = nil) -> RestartTable<Location>
{
  RestartTable(rows: rows, lossName: "err", metricNames: ["location"], requestedCount: requested)
}

@Suite struct RestartTableTests {
  @Test func pointsStandUnderEachOther() {
    let rows = [
      row(0, loss: 5.0625, from: ["location_init": Float(0.5), "count": 7]),
      row(1, loss: 123, from: ["location_init": Float.nan, "count": 12], .nonFinite),
      row(2, loss: 23.75, from: ["location_init": Float(12), "count": 100], .interrupted),
      row(10, loss: 2e-5, from: ["location_init": Float(-1e20), "count": 1]),
    ]
    #expect(
      table(rows).description == """
                 err    location  location_init  count
        0     5.0625    1.265625          0.5        7
        1   NaN       NaN               NaN         12  step 3 of epoch 0 is not finite: the loss is \
        nan, and every gradient is finite
        2    23.75      5.9375           12.0      100  interrupted
        10    2e-05     5e-06            -1e+20      1
        """)
  }

  @Test func missingStartsAreCounted() {
    let rows = [row(0, loss: 4), row(1, loss: 2, .interrupted)]
    #expect(
      table(rows, requested: 9).sorted().description == """
           err  location
        1  2.0       0.5  interrupted
        0  4.0       1.0
        7 of 9 starts are missing: interrupted
        """)
    #expect(
      table(rows, requested: 3).description.hasSuffix("\n1 of 3 starts is missing: interrupted"))
    #expect(
      table([], requested: 1).description == """
          err  location
        1 of 1 start is missing: interrupted
        """)
    #expect(table(rows, requested: 9).missingCount == 7 && table(rows).missingCount == 0)
  }

  @Test func theLeastLossComesFirstAndFailuresLast() {
    let rows = [
      row(0, loss: 1, .nonFinite), row(1, loss: 3), row(2, loss: 2), row(3, loss: 2),
      row(4, loss: 0, .nonFinite),
    ]
    #expect(table(rows).sorted().rows.map(\.index) == [2, 3, 1, 0, 4])
    #expect(table(rows).best?.index == 2)
    #expect(table([rows[0]]).best == nil)
  }
}
