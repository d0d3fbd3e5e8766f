import LevinTestKit
import Testing

@testable import LevinTensor

/// Draws of NumPy's generator of one seed.
struct NumPyStream: Decodable, Sendable, CustomTestStringConvertible {
  let seed: [UInt32]
  let state: [UInt32]
  let raw: [UInt64]
  let halves: [UInt64]
  let uniform: [Double]
  let scaled: [Double]
  let normal: [Double]
  let children: [[UInt64]]
  let grandchildren: [[UInt64]]

  var testDescription: String { "seed of words \(seed)" }

  static let all = try! Fixture.load("random", as: Streams.self).streams

  struct Streams: Decodable {
    let streams: [NumPyStream]
  }
}

@Suite struct PCG64Tests {
  @Test(arguments: NumPyStream.all) func seedSequenceGivesNumPysState(_ stream: NumPyStream) {
    let sequence = SeedSequence(entropy: stream.seed)
    #expect(sequence.state(count: stream.state.count) == stream.state)
    #expect(sequence.state(count: 0).isEmpty)
  }

  @Test(arguments: NumPyStream.all) func wordsEqualNumPys(_ stream: NumPyStream) {
    var random = PCG64(seed: stream.seed)
    #expect(stream.raw.map { _ in random.next() } == stream.raw)
  }

  @Test(arguments: NumPyStream.all) func halfWordsAreKeptAcrossWholeOnes(_ stream: NumPyStream) {
    var random = PCG64(seed: stream.seed)
    let widths = [32, 64, 32, 32, 64, 64, 32, 32, 32]
    let halves = widths.map { $0 == 32 ? UInt64(random.nextUInt32()) : random.next() }
    #expect(halves == stream.halves)
  }

  @Test(arguments: NumPyStream.all) func uniformsEqualNumPys(_ stream: NumPyStream) {
    var random = PCG64(seed: stream.seed)
    #expect(stream.uniform.map { _ in random.uniform() } == stream.uniform)
    random = PCG64(seed: stream.seed)
    #expect(stream.scaled.map { _ in random.uniform(in: -3.5..<12.25) } == stream.scaled)
  }

  @Test(arguments: NumPyStream.all) func normalsShiftAndScale(_ stream: NumPyStream) {
    var random = PCG64(seed: stream.seed)
    let off = stream.normal.map { abs($0 - random.normal(loc: -2.5, scale: 0.3)) }
    #expect(off.allSatisfy { $0 < 1e-13 }, "off by \(off)")
  }

  @Test(arguments: NumPyStream.all) func childrenEqualNumPys(_ stream: NumPyStream) {
    var parent = PCG64(seed: stream.seed)
    var children = parent.spawn(2) + parent.spawn(1)
    var grandchildren = children[1].spawn(2)
    let words = { (random: inout PCG64) in [random.next(), random.next(), random.next()] }
    #expect(grandchildren.indices.map { words(&grandchildren[$0]) } == stream.grandchildren)
    #expect(children.indices.map { words(&children[$0]) } == stream.children)
    #expect(parent.next() == stream.raw[0], "spawning draws nothing")
  }

  @Test(arguments: [0, 1, 42, 12345, Int.max]) func integerSeedsEqualTheirWords(_ seed: Int) {
    let low = UInt32(truncatingIfNeeded: seed)
    let high = UInt32(seed >> 32)
    #expect(PCG64(seed: seed) == PCG64(seed: high == 0 ? [low] : [low, high]))
    #expect(PCG64(seed: seed) == PCG64(SeedSequence(seed: seed)))
  }

  @Test func equalityHoldsAsLongAsTheDrawsAreTheSame() {
    var first = PCG64(seed: 3)
    var second = first
    _ = first.nextUInt32()
    #expect(first != second)
    _ = second.next()
    #expect(first != second, "the first has half a word left")
    _ = first.nextUInt32()
    #expect(first == second)
    _ = first.spawn(1)
    #expect(first != second, "the next children differ")
  }

  @Test func standardLibraryDrawsFromIt() {
    var random = PCG64(seed: 5)
    #expect((0..<100).allSatisfy { _ in (3...9).contains(Int.random(in: 3...9, using: &random)) })
  }
}
