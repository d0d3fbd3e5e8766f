import Foundation
import Levin
import Testing

/// Chains of discrete states.
@Suite struct MarkovTests {
  @Test(arguments: [1, 2]) func aChainUsesAxesAgain(history: Int) {
    let trace = Trace { withEnumeration(firstAvailableDim: -1) { chain(20, history) } }
    let dims = (0..<20).compactMap { trace["z \($0)"].enumeratedDim }
    #expect(Set(dims) == Set((-1 - history)...(-1)))
    #expect(zip(dims, dims.dropFirst()).allSatisfy { $0 != $1 })
    #expect(trace.sites.allSatisfy { $0.value.rank <= history + 1 })
  }

  private func chain(_ count: Int, _ history: Int, isBinary: Bool = false) {
    let transition = Tensor([0.75, 0.25, 0.5, 0.5], shape: [2, 2])
    var last = number(0)
    markov(0..<count, history: history) { step in
      let rows = transition[last.cast(to: .int64)]
      let next: any Distribution =
        isBinary ? Bernoulli(probs: rows[.ellipsis, 1]) : Categorical(probs: rows)
      last = sample("z \(step)", next, enumerate: .parallel)
      sample("x \(step)", Normal(last.cast(to: .float64), 1), observed: Tensor(Double(step % 3)))
    }
  }

  // Forward filtering in plain numbers.
  private func logEvidence(_ count: Int) -> Double {
    var weights = [1.0, 0]
    for step in 0..<count {
      let x = Double(step % 3)
      let next = [
        weights[0] * 0.75 + weights[1] * 0.5, weights[0] * 0.25 + weights[1] * 0.5,
      ]
      weights = [
        next[0] * exp(normalLogDensity(x, 0, 1)), next[1] * exp(normalLogDensity(x, 1, 1)),
      ]
    }
    return log(weights[0] + weights[1])
  }

  @Test(arguments: [(1, true), (1, false), (2, true), (2, false)])
  func aChainSumsOutAsItsForwardRecursion(history: Int, isBinary: Bool) throws {
    let mine = try TraceEnumELBO().loss(
      model: { chain(20, history, isBinary: isBinary) }, guide: {}
    ).item()
    #expect(abs(mine + logEvidence(20)) < 1e-9)
  }

  @Test func withoutAChainEachSiteKeepsAnAxis() {
    let trace = Trace {
      withEnumeration(firstAvailableDim: -1) {
        for step in 0..<4 {
          sample("z \(step)", Bernoulli(probs: number(0.5)), enumerate: .parallel)
        }
      }
    }
    #expect((0..<4).map { trace["z \($0)"].enumeratedDim } == [-1, -2, -3, -4])
  }

  @Test func chainsOfASequentialPlateShareTheirAxes() {
    let trace = Trace {
      withEnumeration(firstAvailableDim: -1) {
        Plate("sequences", 5).sequential { index in
          markov(0..<3) { step in
            sample("z \(index) \(step)", Bernoulli(probs: number(0.5)), enumerate: .parallel)
          }
        }
      }
    }
    #expect(Set(trace.samples.map(\.enumeratedDim)) == [-1, -2])
  }

  @Test func theBodysResultsComeBackInOrder() {
    #expect(markov(["a", "b"]) { $0 + "!" } == ["a!", "b!"])
  }

  @Test func aStateMayBeUsedAfterItsChain() throws {
    let flip = Tensor([0.75, 0.25, 0.5, 0.5], shape: [2, 2])
    let loss = try TraceEnumELBO().loss(
      model: {
        var last = Tensor([0.0], shape: [])
        markov(0..<3) { step in
          let rows = flip[last.cast(to: .int64)]
          last = sample("z \(step)", Bernoulli(probs: rows[.ellipsis, 1]), enumerate: .parallel)
        }
        let y = sample("y", Bernoulli(probs: number(0.5)), enumerate: .parallel)
        _ = sample("x", Normal(last + 2 * y, 1), observed: number(1))
      }, guide: {}
    ).item()
    var share = 0.0
    for _ in 0..<3 { share = (1 - share) * 0.25 + share * 0.5 }
    let terms = [0.0, 1].flatMap { y in
      [(0.0, 1 - share), (1, share)].map { z, p in
        log(0.5 * p) + normalLogDensity(1, z + 2 * y, 1)
      }
    }
    #expect(abs(loss + logSumExp(terms)) < 1e-9)
  }
}
