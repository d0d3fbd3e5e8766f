import Levin
import Testing

@testable import gaussian_mixture

@Suite struct FormatShapesTests {
  static let cases = MixtureRecord.names.flatMap { name in
    (MixtureRecord.all[name]?.formatShapes ?? [:]).keys.sorted().map { (name, $0) }
  }

  @Test(arguments: cases) func tablesArePyrosByteForByte(name: String, key: String) throws {
    let record = try #require(MixtureRecord.all[name])
    let model = try #require(MixtureRecord.models[name])
    // "n11" or "n11_enum_dim_-2".
    let dim = key.split(separator: "_").last.flatMap { Int($0) }
    let trace = withSeed(0) {
      Trace {
        if let dim {
          withEnumeration(firstAvailableDim: dim) { model(nil, 11) }
        } else {
          model(nil, 11)
        }
      }
    }
    trace.computeLogProb()
    #expect(trace.formatShapes() == record.formatShapes[key])
  }

  @Test func parametersOfAGuideStandAboveItsSites() throws {
    let guide = AutoDelta<Tensor>(
      { mixture($0, count: $0.count) }, expose: ["weights", "locs", "scale"])
    let trace = try withSeed(0) { try Trace { try guide(MixtureRecord.data("gmm1d")) } }
    trace.computeLogProb()
    let rows = [
      "    Trace Shapes:      ", "     Param Sites:      ", "AutoDelta.weights   2  ",
      "  AutoDelta.scale      ", "   AutoDelta.locs   2  ", "    Sample Sites:      ",
      "  components dist   |  ", "            value 2 |  ", "         log_prob   |  ",
      "     weights dist   | 2", "            value   | 2", "         log_prob   |  ",
      "       scale dist   |  ", "            value   |  ", "         log_prob   |  ",
      "        locs dist 2 |  ", "            value 2 |  ", "         log_prob 2 |  ",
    ]
    #expect(trace.formatShapes() == rows.joined(separator: "\n"))
  }
}
