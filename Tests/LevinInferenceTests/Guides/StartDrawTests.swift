import Levin
import LevinTestKit
import Testing

/// What a guide draws in its first call comes from the generator in force.
@Suite struct StartDrawTests {
  enum Start: CaseIterable, Sendable {
    case sample, uniform, own

    var strategy: StartStrategy {
      switch self {
      case .sample: .sample
      case .uniform: .uniform()
      case .own: StartStrategy { Tensor.normal($0.value.shape, dtype: .float64) }
      }
    }
  }

  enum Kind: CaseIterable, Sendable {
    case elbo, meanField, enumerated

    func objective(_ nesting: Int?) -> any Objective {
      switch self {
      case .elbo: TraceELBO(maxPlateNesting: nesting)
      case .meanField: TraceMeanFieldELBO(maxPlateNesting: nesting)
      case .enumerated: TraceEnumELBO(maxPlateNesting: nesting)
      }
    }
  }

  private static let data = Tensor([0.5, -1, 2])

  private static func model(_ data: Tensor) {
    let locs = plate("groups", 2) { sample("locs", Normal(number(0), 3)) }
    plate("data", 3) { sample("y", Normal(locs.sum(), 1), observed: data) }
  }

  private func svi(
    _ guide: some Guide<Tensor>, _ kind: Kind, _ nesting: Int?
  ) -> SVI<Tensor> {
    func objective(_ objective: some Objective) -> SVI<Tensor> {
      SVI(Self.model, guide, loss: objective) { SGD($0, learningRate: 0) }
    }
    return objective(kind.objective(nesting))
  }

  @Test(arguments: Start.allCases, Kind.allCases)
  func startsFollowTheSeed(start: Start, kind: Kind) throws {
    for nesting in [nil, 1] {
      var starts: [[Double]] = []
      for seed in 0..<3 {
        let alone = AutoDelta(Self.model, start: start.strategy)
        _ = try withSeed(seed) { try Trace { try alone(Self.data) } }
        let evaluated = AutoDelta(Self.model, start: start.strategy)
        _ = try withSeed(seed) { try svi(evaluated, kind, nesting).evaluate(Self.data) }
        let stepped = AutoDelta(Self.model, start: start.strategy)
        _ = try withSeed(seed) { try svi(stepped, kind, nesting).step(Self.data) }
        #expect(evaluated["locs"].scalars == alone["locs"].scalars)
        #expect(stepped["locs"].scalars == alone["locs"].scalars)
        starts.append(alone["locs"].scalars)
      }
      #expect(Set(starts).count == 3)
    }
  }

  @Test(arguments: Kind.allCases) func oneGuideAfterTheOtherStartsElsewhere(kind: Kind) throws {
    for nesting in [nil, 1] {
      let starts = try withSeed(5) {
        try (0..<3).map { _ in
          let guide = AutoDelta(Self.model, start: .uniform())
          _ = try svi(guide, kind, nesting).evaluate(Self.data)
          return guide["locs"].scalars
        }
      }
      #expect(Set(starts).count == 3)
    }
  }

  private final class Lazy: Guide {
    private(set) var locs: Parameter?

    func callAsFunction(_ data: Tensor) {
      let locs = self.locs ?? Parameter(wrappedValue: .normal([2], dtype: .float64))
      self.locs = locs
      plate("groups", 2) { sample("locs", Delta(locs.wrappedValue)) }
    }
  }

  @Test(arguments: Kind.allCases) func aGuideOfOnesOwnDrawsItsParametersInItsFirstCall(kind: Kind)
    throws
  {
    for nesting in [nil, 1] {
      for seed in 0..<2 {
        let guide = Lazy()
        _ = try withSeed(seed) { try svi(guide, kind, nesting).evaluate(Self.data) }
        let expected = withSeed(seed) { Tensor.normal([2], dtype: .float64).scalars }
        #expect(guide.locs?.wrappedValue.scalars == expected)
      }
    }
  }

  @Test func aModuleStartsByTheSeedToo() throws {
    let starts = try (0..<2).map { seed in
      let guide = AutoDelta(Self.model, start: .sample)
      _ = try withSeed(seed) {
        try SVIModule(Self.model, guide, loss: TraceEnumELBO(), prototype: Self.data) {
          SGD($0, learningRate: 0.1)
        }
      }
      return guide["locs"].scalars
    }
    #expect(starts[0] != starts[1])
  }
}
