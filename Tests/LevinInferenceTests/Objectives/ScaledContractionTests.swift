import Foundation
import Levin
import LevinTestKit
import Testing

/// Sums over enumerated sites with plates below that are looked at in parts, or that cross each other.
@Suite struct ScaledContractionTests {
  private static let data = [0.2, 1.5, -0.7, 2, 0.1]
  private static let prior = [0.3, 0.7]
  private static let parts = [[0.6, 0.4], [0.2, 0.8]]

  // The elements that are looked at stand for all 15: each counts three times for the choice above them.
  @Test(arguments: [true, false]) func aSubsampledPlateBelowAGlobalSiteCountsForAll(
    isSequential: Bool
  ) throws {
    let loss = try TraceEnumELBO().loss(
      model: {
        let c = sample("c", Categorical(probs: Tensor(Self.prior)), enumerate: .parallel)
        func observe(_ suffix: String, _ y: Tensor) {
          let probs = Tensor(Self.parts.flatMap(\.self), shape: [2, 2])
          let z = sample("z\(suffix)", Categorical(probs: probs[c]), enumerate: .parallel)
          sample("y\(suffix)", Normal(Tensor([-1.0, 2])[z], 1), observed: y)
        }
        let plate = Plate("data", 15, subsample: Tensor([0, 3, 6, 9, 12]))
        if isSequential {
          plate.sequential { observe(" \($0)", number(Self.data[$0 / 3])) }
        } else {
          plate { observe("", Tensor(Self.data)) }
        }
      }, guide: {}
    ).item()
    let joint = (0..<2).map { c in
      Self.data.reduce(log(Self.prior[c])) { total, y in
        let terms = (0..<2).map { log(Self.parts[c][$0]) + normalLogDensity(y, [-1, 2][$0], 1) }
        return total + 3 * logSumExp(terms)
      }
    }
    #expect(abs(loss + logSumExp(joint)) < 1e-10)
  }

  @Test func theMeanOverSubsamplesOfALocalModelIsTheLossOfAllData() throws {
    func loss(_ indices: [Int]?) throws -> Double {
      try TraceEnumELBO().loss(
        model: {
          plate("data", 5, subsample: indices.map { Tensor($0) }) { indices in
            let z = sample("z", Categorical(probs: Tensor(Self.prior)), enumerate: .parallel)
            sample("y", Normal(Tensor([-1.0, 2])[z], 1), observed: Tensor(Self.data)[indices])
          }
        }, guide: {}
      ).item()
    }
    let parts = try (0..<5).map { try loss([$0]) }
    #expect(abs(parts.reduce(0, +) / 5 - (try loss(nil))) < 1e-12)
  }

  @Test func unlikeScalesOfSitesThatShareAnEnumeratedOneAreRefused() throws {
    let error = inferenceError {
      _ = try TraceEnumELBO().loss(
        model: {
          let c = sample("c", Categorical(probs: Tensor(Self.prior)), enumerate: .parallel)
          withScale(2) { sample("y", Normal(Tensor([-1.0, 2])[c], 1), observed: number(1)) }
        }, guide: {})
    }
    guard case .differentScales = error else { throw Unexpected(error) }
  }

  private func crossing(_ visit: (Int, (Int) -> Void) -> Void) throws -> Double {
    let table = Tensor((0..<4).map { [-1.0, 0.5, 1, 2.5][$0] }, shape: [2, 2])
    let data = Tensor([0.3, -0.4, 1.2, 0.8, 2, -1], shape: [3, 2])
    return try TraceEnumELBO().loss(
      model: {
        let people = Plate("people", 2, dim: -1)
        let x = people {
          sample("x", Categorical(probs: Tensor([0.4, 0.6])), enumerate: .parallel)
        }
        visit(3) { day in
          let w = sample("w \(day)", Bernoulli(probs: number(0.35)), enumerate: .parallel)
          people {
            sample("y \(day)", Normal(table[x, w.cast(to: .int64)], 1), observed: data[day])
          }
        }
      }, guide: {}
    ).item()
  }

  @Test func aSequentialPlateBesideAVectorisedOneEqualsALoop() throws {
    let plates = try crossing { count, body in Plate("days", count).sequential { body($0) } }
    let loop = try crossing { count, body in (0..<count).forEach(body) }
    var total: [Double] = []
    let table = [-1.0, 0.5, 1, 2.5]
    let data = [0.3, -0.4, 1.2, 0.8, 2, -1]
    for values in 0..<32 {
      let bit = { (index: Int) in values >> index & 1 }
      var joint = 0.0
      for person in 0..<2 { joint += log([0.4, 0.6][bit(person)]) }
      for day in 0..<3 {
        joint += log([0.65, 0.35][bit(2 + day)])
        for person in 0..<2 {
          let mean = table[2 * bit(person) + bit(2 + day)]
          joint += normalLogDensity(data[2 * day + person], mean, 1)
        }
      }
      total.append(joint)
    }
    #expect(abs(plates + logSumExp(total)) < 1e-10)
    #expect(abs(plates - loop) < 1e-12)
    #expect(abs(plates - (try EnumerationFigures.load().crossing)) < 1e-12)
  }

  // The table over a site and all its neighbours would have more elements than an integer can count.
  @Test func aSiteWithAHundredNeighboursIsSummedOut() throws {
    let loss = try TraceEnumELBO().loss(
      model: {
        let c = sample("c", Categorical(probs: Tensor(Self.prior)), enumerate: .parallel)
        for index in 0..<100 {
          sample(
            "z \(index)", Categorical(probs: Tensor([0.6, 0.4, 0.2, 0.8], shape: [2, 2])[c]),
            enumerate: .parallel)
        }
      }, guide: {}
    ).item()
    #expect(abs(loss) < 1e-10)
  }
}
