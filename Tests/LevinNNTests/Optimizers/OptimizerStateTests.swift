import Levin
import Testing

@Suite struct OptimizerStateTests {
  private static let makers: [@Sendable ([Parameter]) -> any Optimizer] = [
    { Adam($0, learningRate: 0.1) },
    { SGD($0, learningRate: 0.1, momentum: 0.9) },
    { SGD($0, learningRate: 0.1) },
    { Adam($0, amsgrad: true) },
    { AdamW($0, learningRate: 0.1) },
    { AdamW($0, learningRate: 0.1, amsgrad: true) },
    { NAdam($0, learningRate: 0.1) },
    { RAdam($0, learningRate: 0.1, betas: (0.9, 0.6)) },
    { Adagrad($0, learningRate: 0.1, learningRateDecay: 0.1, initialAccumulatorValue: 0.5) },
    { RMSprop($0, learningRate: 0.1) },
    { RMSprop($0, learningRate: 0.1, momentum: 0.9, centered: true) },
    { Adadelta($0) },
    { Rprop($0, learningRate: 0.1) },
    { Lion($0, learningRate: 0.1, betas: (0.4, 0.8)) },
    {
      OptimizerGroup([
        Adam([$0[0]], learningRate: 0.1), SGD([$0[1]], learningRate: 0.2, momentum: 0.5),
      ])
    },
  ]

  private func gradients(_ step: Int) -> [Tensor?] {
    // The second parameter has no gradient at first.
    [[Tensor(Float(step) + 1), -1], step == 0 ? nil : [0.5]]
  }

  @Test(arguments: makers.indices) func anOptimizerGoesOnWhereAnotherWas(_ index: Int) throws {
    let make = Self.makers[index]
    func parameters() -> [Parameter] {
      [Parameter(wrappedValue: [1, 2]), Parameter(wrappedValue: [3])]
    }
    let (first, second) = (parameters(), parameters())
    let (a, b) = (make(first), make(second))
    for step in 0..<2 { a.step(gradients(step)) }
    a.learningRate = 0.05
    for (from, to) in zip(first, second) { to.wrappedValue = from.wrappedValue }
    try b.restore(from: a.state())
    #expect(a.state() == b.state() && b.learningRate == 0.05)
    for step in 2..<4 {
      a.step(gradients(step))
      b.step(gradients(step))
    }
    for (x, y) in zip(first, second) { #expect(x.wrappedValue.scalars == y.wrappedValue.scalars) }
  }

  @Test func theStateOfAnotherOptimizerIsRefused() {
    let small = Adam([Parameter(wrappedValue: [1])], learningRate: 0.1)
    small.step([[1]])
    let before = small.state()
    let large = Adam([Parameter(wrappedValue: [1, 2])], learningRate: 0.3)
    large.step([[1, 1]])
    #expect(throws: StateError.self) { try small.restore(from: large.state()) }
    // One that has taken no step yet tells its kind all the same.
    let other = SGD([Parameter(wrappedValue: [1])], learningRate: 0.5)
    #expect(throws: StateError.self) { try small.restore(from: other.state()) }
    let decoupled = AdamW([Parameter(wrappedValue: [1])])
    #expect(throws: StateError.self) { try small.restore(from: decoupled.state()) }
    let group = OptimizerGroup([small, large])
    #expect(throws: StateError.self) { try group.restore(from: small.state()) }
    #expect(small.state() == before && small.learningRate == 0.1)
  }

  @Test func aGroupSetsTheLearningRateOfItsMembers() {
    let members = [0.1, 0.2].map { Adam([Parameter(wrappedValue: [1])], learningRate: $0) }
    let group = OptimizerGroup(members)
    #expect(group.learningRate == 0.1 && group.groups.map(\.learningRate) == [0.1, 0.2])
    group.learningRate = 0.01
    #expect(members.map(\.learningRate) == [0.01, 0.01])
  }
}
