import LevinDistributions
import LevinTensor
import Testing

/// Densities of what a softmax or a sigmoid rounds to 0 or 1, with the gradients of double precision.
@Suite struct SmallProportionTests {
  private func gradient(
    _ z: [Double], _ dtype: DType, _ loss: (Tensor) -> Tensor
  ) -> (value: Double, slope: [Double]) {
    let leaf = Tensor(z, dtype: dtype).requiringGradient()
    let result = loss(leaf).sum()
    return (result.item(), gradients(of: result, at: [leaf])[0]?.scalars ?? [])
  }

  // The derivative of Σ (a - 1) log x with respect to z is a - 1 - x Σ (a - 1).
  @Test(arguments: [-91, -87, -95, -103, -200, -3.0])
  func dirichletsOfASoftmax(_ low: Double) {
    let exact = gradient([low, 0], .float64) { Dirichlet([0.5, 3]).logProb($0.softmax(axis: 0)) }
    let mine = gradient([low, 0], .float32) { Dirichlet([0.5, 3]).logProb($0.softmax(axis: 0)) }
    #expect(agree(mine.slope, exact.slope, within: 1e-6))
    #expect(agree([mine.value], [exact.value], within: 1e-6))
    if low < -50 { #expect(agree(mine.slope, [-0.5, 0.5], within: 1e-6)) }
  }

  @Test(arguments: [-91, -110, 91, 20, 0.5])
  func betasOfASigmoid(_ z: Double) {
    let exact = gradient([z], .float64) { Beta(0.5, 3).logProb($0.sigmoid()) }
    let mine = gradient([z], .float32) { Beta(0.5, 3).logProb($0.sigmoid()) }
    #expect(agree(mine.slope, exact.slope, within: 1e-6))
    #expect(agree([mine.value], [exact.value], within: 1e-6))
  }

  @Test(arguments: [0.0, 1])
  func categoriesOfASoftmax(_ category: Double) {
    for z in [[-91.0, 0], [-200, 0], [0, 300]] {
      func loss(_ z: Tensor) -> Tensor {
        Categorical(probs: z.softmax(axis: -1)).logProb(Tensor(category))
      }
      let (mine, exact) = (gradient(z, .float32, loss), gradient(z, .float64, loss))
      #expect(agree(mine.slope, exact.slope, within: 1e-6))
      #expect(agree([mine.value], [exact.value], within: 1e-6))
    }
  }

  @Test(arguments: [0.0, 1])
  func bitsOfASigmoid(_ bit: Double) {
    for z in [-110.0, -91, 20, 91] {
      func loss(_ z: Tensor) -> Tensor { Bernoulli(probs: z.sigmoid()).logProb(Tensor(bit)) }
      let (mine, exact) = (gradient([z], .float32, loss), gradient([z], .float64, loss))
      #expect(agree(mine.slope, exact.slope, within: 1e-6))
      #expect(agree([mine.value], [exact.value], within: 1e-6))
    }
  }
}
