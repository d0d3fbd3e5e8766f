import Testing

@testable import LevinTensor

/// The plans that are kept have a bound in number and in bytes.
@Suite(.serialized) struct PlanCacheTests {
  // A structure of its own for each length.
  private static func plan(_ length: Int, in cache: PlanCache) {
    var x = Tensor([1, 2, 3] as [Float]).requiringGradient()
    for index in 0..<length { x = index % 2 == 0 ? x.sin() : x.exp() }
    let ticket = GraphReaders.shared.enter()
    defer { GraphReaders.shared.leave(ticket) }
    Capture.with(roots: [x.node], usesMarks: ticket.ownsMarks) { _ = cache.plan(for: $0) }
  }

  @Test func largePlansAreBoundedByTheirBytes() {
    let cache = PlanCache()
    for length in 0..<80 { Self.plan(3000 + length, in: cache) }
    #expect(cache.plansMade == 80)
    #expect(cache.kept.byteCount <= PlanCache.mostBytes)
    #expect(cache.kept.count > 10 && cache.kept.count < 80)
  }

  @Test func theNewestPlanIsKept() {
    let cache = PlanCache()
    for length in 0..<50 { Self.plan(3000 + length, in: cache) }
    Self.plan(3049, in: cache)
    #expect(cache.plansMade == 50)
  }

  @Test func smallPlansAreBoundedByTheirNumber() {
    let cache = PlanCache()
    for length in 1...600 { Self.plan(length, in: cache) }
    #expect(cache.kept.count <= PlanCache.capacity)
  }

  @Test func aPlanLargerThanTheBoundIsKeptAlone() {
    let cache = PlanCache()
    Self.plan(10, in: cache)
    Self.plan(140_000, in: cache)
    #expect(cache.kept.count == 1)
    Self.plan(10, in: cache)
    #expect(cache.kept.count == 1)
    cache.removeAll()
    #expect(cache.kept.count == 0 && cache.kept.byteCount == 0)
  }
}
