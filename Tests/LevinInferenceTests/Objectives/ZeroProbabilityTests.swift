import Foundation
import Levin
import LevinTestKit
import Testing

/// Gradients of sums over enumerated sites at probabilities that are exactly 0: those of the likelihood itself, against
/// one-sided differences of plain sums.
@Suite struct ZeroProbabilityTests {
  private static let locs = Tensor([0.0, 3])
  // Of the log-likelihood with respect to the first weight.
  private static let slope = exp(4.5) - 1

  private func gradient(
    _ parameter: Tensor, _ model: (Tensor) -> Void
  ) throws -> (loss: Double, gradient: [Double]) {
    let leaf = parameter.requiringGradient()
    let loss = try TraceEnumELBO().loss(model: { model(leaf) }, guide: {})
    let gradient = try #require(gradients(of: loss, at: [leaf])[0])
    return (loss.item(), gradient.scalars)
  }

  private func expectSlope(
    _ result: (loss: Double, gradient: [Double]), _ times: Double = 1,
    _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(abs(result.gradient[0] + times * Self.slope) < 1e-9, sourceLocation: location)
    #expect(abs(result.loss + times * normalLogDensity(0, 3, 1)) < 1e-12, sourceLocation: location)
  }

  @Test func aWeightOfACategorical() throws {
    let weights = Tensor([0.0, 1])
    func observe(_ c: Tensor) { sample("y", Normal(Self.locs[c], 1), observed: number(0)) }
    expectSlope(
      try gradient(weights) {
        observe(sample("c", Categorical(probs: $0), enumerate: .parallel))
      })
    // A row that is chosen out of a matrix.
    expectSlope(
      try gradient(weights.reshaped(to: [1, 2])) {
        observe(sample("c", Categorical(probs: $0[Tensor(0)]), enumerate: .parallel))
      })
    // Of which nothing is known before it is computed.
    expectSlope(
      try gradient(weights) {
        observe(sample("c", Categorical(probs: $0 * 1), enumerate: .parallel))
      })
  }

  @Test func theProbabilityOfABernoulli() throws {
    func observe(_ c: Tensor) { sample("y", Normal(c * 3, 1), observed: number(0)) }
    let result = try gradient(number(1)) {
      observe(sample("c", Bernoulli(probs: $0), enumerate: .parallel))
    }
    #expect(abs(result.gradient[0] - Self.slope) < 1e-9)
    let none = try gradient(number(0)) {
      let c = sample("c", Bernoulli(probs: $0), enumerate: .parallel)
      sample("y", Normal(3 - c * 3, 1), observed: number(0))
    }
    #expect(abs(none.gradient[0] + Self.slope) < 1e-9)
  }

  @Test func insidePlatesMasksAndSubsamples() throws {
    func observe(_ weights: Tensor, _ data: Tensor) {
      let c = sample("c", Categorical(probs: weights), enumerate: .parallel)
      sample("y", Normal(Self.locs[c], 1), observed: data)
    }
    let (weights, zeros) = (Tensor([0.0, 1]), Tensor.zeros([2], dtype: .float64))
    expectSlope(try gradient(weights) { w in plate("n", 2) { observe(w, zeros) } }, 2)
    expectSlope(
      try gradient(weights) { w in
        plate("n", 2) { withMask(Tensor([true, false])) { observe(w, zeros) } }
      })
    expectSlope(
      try gradient(weights) { w in
        plate("n", 4, subsample: Tensor([0, 1])) { _ in observe(w, zeros) }
      }, 4)
  }

  // The likelihood of a chain of `steps` and of observations with errors, by all paths.
  private func chain(_ start: [Double], _ rows: [[Double]], _ data: [Double]) -> Double {
    func normalized(_ weights: [Double]) -> [Double] { weights.map { $0 / weights.reduce(0, +) } }
    var forward = normalized(start)
    for (step, y) in data.enumerated() {
      if step > 0 {
        let before = forward
        forward = (0..<2).map { to in
          (0..<2).reduce(0) { $0 + before[$1] * normalized(rows[$1])[to] }
        }
      }
      forward = (0..<2).map { forward[$0] * exp(normalLogDensity(y, [0.0, 3][$0], 1)) }
    }
    return -log(forward[0] + forward[1])
  }

  private static let data = [0.2, 0.4, 2.5, 0.1]

  private static func chainModel(_ numbers: Tensor) {
    var state: Tensor?
    markov(0..<data.count) { step in
      let probs = state.map { numbers[1...][$0] } ?? numbers[0]
      let next = sample("x\(step)", Categorical(probs: probs), enumerate: .parallel)
      sample("y\(step)", Normal(locs[next], 1), observed: number(data[step]))
      state = next
    }
  }

  // The start, then the rows of the transitions. In the last three a state cannot be reached at all in a step, so that
  // the sum over the states before it is 0 too.
  @Test(
    arguments: [
      [0.5, 0.5, 0.3, 0.7, 0, 1], [0, 1, 0.3, 0.7, 0.5, 0.5], [1, 0, 1, 0, 0.5, 0.5],
      [0, 1, 0.4, 0.6, 0, 1], [0, 1, 0, 1, 0, 1],
    ] as [[Double]]) func chains(numbers: [Double]) throws
  {
    func loss(_ numbers: [Double]) -> Double {
      chain(
        Array(numbers[0..<2]), [Array(numbers[2..<4]), Array(numbers[4..<6])], Self.data)
    }
    let result = try gradient(Tensor(numbers, shape: [3, 2]), Self.chainModel)
    #expect(abs(result.loss - loss(numbers)) < 1e-12)
    for index in numbers.indices {
      let step = 1e-6
      func moved(_ times: Double) -> Double {
        var moved = numbers
        moved[index] += times * step
        return loss(moved)
      }
      // Of second order, to the side of weights above 0.
      let slope = (4 * moved(1) - moved(2) - 3 * moved(0)) / (2 * step)
      #expect(
        abs(result.gradient[index] - slope) < 1e-4 * max(1, abs(slope)),
        "\(numbers), \(index): \(result.gradient[index]) and \(slope)")
    }
  }

  // An observed symbol that one of the states never gives.
  @Test func aProbabilityOfAnObservation() throws {
    let result = try gradient(Tensor([0.0, 1, 0.5, 0.5], shape: [2, 2])) { rows in
      let c = sample("c", Categorical(probs: Tensor([0.25, 0.75])), enumerate: .parallel)
      sample("y", Categorical(probs: rows[c]), observed: Tensor(0))
    }
    // -log(0.25 w / (w + 1) + 0.375) at w = 0.
    #expect(abs(result.gradient[0] + 0.25 / 0.375) < 1e-12)
    #expect(abs(result.loss + log(0.375)) < 1e-12)
  }

  // A choice that all elements share is impossible by one of them: -log(0.5 w / (w + 1)² + 0.5 · 0.6 · 0.4), and with
  // two such elements w²: nothing of first order.
  @Test(arguments: [[0, 1], [0, 0]]) func impossibleElementsOfAPlate(symbols: [Int]) throws {
    let result = try gradient(Tensor([0.0, 1, 0.6, 0.4], shape: [2, 2])) { rows in
      let c = sample("c", Categorical(probs: Tensor([0.5, 0.5])), enumerate: .parallel)
      plate("n", 2) { _ = sample("y", Categorical(probs: rows[c]), observed: Tensor(symbols)) }
    }
    #expect(abs(result.gradient[0] + (symbols == [0, 1] ? 0.5 / 0.12 : 0)) < 1e-9)
  }
}
