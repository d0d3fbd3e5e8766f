import Levin
import Testing

private final class Line: Module {
  @Parameter var slope: Tensor = [2]
  @Parameter var offset: Tensor = [1]
  @Parameter var unused: Tensor = [0]

  func loss(_ x: Tensor) -> Tensor { (slope * x + offset).square().mean() }
}

@Suite struct BackwardTests {
  private let x = Tensor([1, 2, 3] as [Float])

  @Test func gradientsAreThoseAskedForByName() throws {
    let line = Line()
    let expected = gradients(of: line.loss(x), at: [line.slope, line.offset])
    line.loss(x).backward()
    #expect(line.$slope.gradient?.scalars == expected[0]?.scalars)
    #expect(line.$offset.gradient?.scalars == expected[1]?.scalars)
    #expect(line.$unused.gradient == nil)
  }

  @Test func gradientsAddUpUntilTheyAreCleared() throws {
    let line = Line()
    line.loss(x).backward()
    let once = try #require(line.$slope.gradient).item()
    line.loss(x).backward()
    #expect(line.$slope.gradient?.item() == 2 * once)
    line.$slope.gradient = nil
    line.loss(x).backward()
    #expect(line.$slope.gradient?.item() == once)
  }

  @Test func aLoopWrittenByHandFindsTheMinimum() {
    let line = Line()
    let optimizer = SGD(line.parameters, learningRate: 0.1)
    for _ in 0..<300 {
      for parameter in line.parameters { parameter.gradient = nil }
      (line.loss(x) + (line.slope - 1).square().sum()).backward()
      optimizer.step(line.parameters.map(\.gradient))
    }
    let rest = gradients(
      of: line.loss(x) + (line.slope - 1).square().sum(), at: [line.slope, line.offset])
    #expect(rest.allSatisfy { abs($0?.item() ?? 1) < 1e-5 })
  }
}
