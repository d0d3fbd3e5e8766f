import Testing

@testable import LevinTensor

/// Logarithms of softmax and sigmoid where these are rounded to 0 or 1.
@Suite struct LogFormTests {
  private func slope(_ x: Tensor, _ loss: (Tensor) -> Tensor) -> [Double] {
    let leaf = x.requiringGradient()
    return gradients(of: loss(leaf), at: [leaf])[0]?.scalars ?? []
  }

  private let z = Tensor([-91, 0] as [Float])

  @Test func theLogarithmOfASoftmaxIsAccurate() {
    #expect(Tensor([-200, 0] as [Float]).softmax(axis: 0).log().scalars == [-200, 0])
    #expect(slope(z) { $0.softmax(axis: 0).log().sum() } == [1, -1])
    #expect(slope(z) { $0.softmax(axis: 0)[0].log() } == [1, -1])
    #expect(slope(z) { $0.softmax(axis: 0).reshaped(to: [2, 1]).log()[0].sum() } == [1, -1])
    #expect(slope(z) { xlogy([-0.5, 2], $0.softmax(axis: 0)).sum() } == [-0.5, 0.5])
  }

  @Test func theLogarithmsOfASigmoidAreAccurate() {
    let far = Tensor([-110, 110] as [Float])
    #expect(far.sigmoid().log().scalars == [-110, 0])
    #expect(log1p(-far.sigmoid()).scalars == [0, -110])
    #expect(slope(far) { $0.sigmoid().log().sum() } == [1, 0])
    #expect(slope(far) { log1p(-$0.sigmoid()).sum() } == [0, -1])
    #expect(slope(far) { xlogy(3, $0.sigmoid()).sum() } == [3, 0])
    #expect(slope(far) { xlog1py(3, -$0.sigmoid()).sum() } == [0, -3])
    #expect(xlogy(0, Tensor([-Double.infinity]).sigmoid()).item() == 0)
  }

  @Test func whatIsCutOffStaysCutOff() {
    #expect(slope(z) { ($0.softmax(axis: 0).detached().log() + $0 * 0).sum() } == [0, 0])
    let detached = z.requiringGradient().softmax(axis: 0).detached()
    #expect(!detached.log().requiresGradient)
  }

  @Test func secondDerivativesAreThoseOfTheLogarithm() {
    let leaf = Tensor([0.3, -0.8, 1.1]).requiringGradient()
    func twice(_ logs: Tensor) -> [Double] {
      let first = gradients(of: logs[0].square(), at: [leaf])[0]
      return gradients(of: (first ?? 0)[1], at: [leaf])[0]?.scalars ?? []
    }
    let (mine, other) = (twice(leaf.softmax(axis: 0).log()), twice(leaf.logSoftmax(axis: 0)))
    #expect(zip(mine, other).allSatisfy { abs($0 - $1) < 1e-14 } && mine.count == 3)
  }
}
