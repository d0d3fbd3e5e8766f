import Foundation
import Levin
import Testing

/// Chains that the guide enumerates: axes are used again along them, and the sites stay apart.
@Suite struct GuideChainTests {
  private static let transitions = Tensor([0.75, 0.25, 0.2, 0.8], shape: [2, 2])
  private static let emissions = Tensor([0.7, 0.3, 0.4, 0.6], shape: [2, 2])
  private static let guesses = Tensor([0.6, 0.4, 0.3, 0.7], shape: [2, 2])

  /// How a program goes along its steps, and whether it observes each state at once or after all of them.
  struct Form: Sendable, CustomTestStringConvertible {
    var isMarkov: Bool
    var observesLate = false

    var testDescription: String { "\(isMarkov ? "markov" : "loop")\(observesLate ? ", late" : "")" }
  }

  private func steps(_ count: Int, _ form: Form, _ body: (Int) -> Void) {
    if form.isMarkov { markov(0..<count) { body($0) } } else { for t in 0..<count { body(t) } }
  }

  private func loss(_ observed: [Int], guide: Form, model: Form) throws -> Double {
    try TraceEnumELBO().loss(
      model: {
        var state = Tensor(0)
        var states: [Tensor] = []
        func observe(_ t: Int, _ state: Tensor) {
          sample("y \(t)", Categorical(probs: Self.emissions[state]), observed: Tensor(observed[t]))
        }
        steps(observed.count, model) { t in
          state = sample("x \(t)", Categorical(probs: Self.transitions[state]))
          if model.observesLate { states.append(state) } else { observe(t, state) }
        }
        for (t, state) in states.enumerated() { observe(t, state) }
      },
      guide: {
        var state = Tensor(0)
        steps(observed.count, guide) { t in
          state = sample("x \(t)", Categorical(probs: Self.guesses[state]), enumerate: .parallel)
        }
      }
    ).item()
  }

  // The expectation under the guide's chain, forwards in plain numbers.
  private func expected(_ observed: [Int]) -> Double {
    let (p, o, q) = (Self.transitions.scalars, Self.emissions.scalars, Self.guesses.scalars)
    var shares = [1.0, 0]
    var total = 0.0
    for y in observed {
      var next = [0.0, 0]
      for from in 0..<2 {
        for to in 0..<2 {
          let pair = 2 * from + to
          let share = shares[from] * q[pair]
          total -= share * (log(p[pair]) + log(o[2 * to + y]) - log(q[pair]))
          next[to] += share
        }
      }
      shares = next
    }
    return total
  }

  static let forms: [Form] = [
    Form(isMarkov: true), Form(isMarkov: false), Form(isMarkov: false, observesLate: true),
  ]

  @Test(arguments: [true, false], forms) func threeStepsHavePyrosLoss(isMarkov: Bool, model: Form)
    throws
  {
    let value = try loss([0, 1, 0], guide: Form(isMarkov: isMarkov), model: model)
    let figures = try EnumerationFigures.load()
    #expect(abs(value - (figures.guideChains["3"] ?? 0)) < 1e-12)
    #expect(abs(value - expected([0, 1, 0])) < 1e-12)
  }

  @Test(arguments: [2, 5, 20, 60, 400]) func aChainOfAnyLengthHasTheLossOfTheSum(length: Int) throws
  {
    let observed = (0..<length).map { ($0 * 7 + $0 / 3) % 2 }
    let value = try loss(observed, guide: Form(isMarkov: true), model: Form(isMarkov: true))
    #expect(abs(value - expected(observed)) < 1e-10 * Double(length))
    if let pyro = try EnumerationFigures.load().guideChains["\(length)"] {
      #expect(abs(value - pyro) < 1e-12 * Double(length))
    }
  }

  // A draw of the guide that depends on an enumerated state has that state's axis, wherever the model has it.
  @Test(arguments: [true, false]) func drawsThatDependOnAStateGoWithIt(isMarkov: Bool) throws {
    let means = Tensor([-1.0, 3])
    let value = try TraceEnumELBO().loss(
      model: {
        steps(4, Form(isMarkov: isMarkov)) { t in
          let x = sample("x \(t)", Categorical(probs: Self.guesses[0]))
          let z = sample("z \(t)", Normal(number(0), 1))
          sample("y \(t)", Normal(z, 1), observed: number(Double(t)))
          _ = x
        }
      },
      guide: {
        markov(0..<4) { t in
          let x = sample("x \(t)", Categorical(probs: Self.guesses[0]), enumerate: .parallel)
          let z = means[x] + Double(t)
          sample("z \(t)", Delta(z))
        }
      }
    ).item()
    var total = 0.0
    for t in 0..<4 {
      for (share, mean) in [(0.6, -1.0), (0.4, 3.0)] {
        let z = mean + Double(t)
        total += share * (normalLogDensity(z, 0, 1) + normalLogDensity(Double(t), z, 1))
      }
    }
    #expect(abs(value + total) < 1e-10)
  }
}
