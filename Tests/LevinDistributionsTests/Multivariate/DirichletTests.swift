import LevinDistributions
import LevinTensor
import Testing

@Suite struct DirichletTests {
  @Test func aFlatDirichletHasNoSlopeAtACorner() {
    let value = Tensor([0.0, 1]).requiringGradient()
    let flat = Dirichlet(Tensor([1.0, 1])).logProb(value)
    #expect(flat.item() == 0)
    #expect(gradients(of: flat, at: [value])[0]?.scalars == [0, 0])
  }
}
