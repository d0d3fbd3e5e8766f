import Levin
import Testing

@Suite struct MaximizeTests {
  private static let pairs: [@Sendable ([Parameter], Bool) -> any Optimizer] = [
    { SGD($0, learningRate: 0.1, momentum: 0.9, maximize: $1) }, { Adam($0, maximize: $1) },
    { AdamW($0, maximize: $1) }, { NAdam($0, maximize: $1) }, { RAdam($0, maximize: $1) },
    { Adagrad($0, maximize: $1) }, { RMSprop($0, maximize: $1) }, { Adadelta($0, maximize: $1) },
    { Rprop($0, maximize: $1) }, { Lion($0, maximize: $1) },
  ]

  @Test(arguments: pairs.indices) func maximizingALossIsMinimizingItsNegative(_ index: Int) throws {
    let (up, down) = (Parameter(wrappedValue: [1, -2]), Parameter(wrappedValue: [1, -2]))
    let climber = Self.pairs[index]([up], true)
    let faller = Self.pairs[index]([down], false)
    for _ in 0..<10 {
      var first = Step(-(up.wrappedValue - 3).square().sum(), optimizer: climber)
      var second = Step((down.wrappedValue - 3).square().sum(), optimizer: faller)
      try first.take()
      try second.take()
    }
    #expect(up.wrappedValue.scalars == down.wrappedValue.scalars)
    #expect(up.wrappedValue.scalars[0] > 1)
  }
}
