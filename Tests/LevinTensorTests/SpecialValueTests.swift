import Testing

@testable import LevinTensor

@Suite struct TmpCoverage {
  @Test func coverage() {
    for rows in [1, 2, 3] {
      let a = Tensor([0.3, 0.7, 0.45, 0.02, 0.13, 0.5].prefix(2 * rows).map { $0 }, shape: [rows, 2])
      let w = a.softmax(axis: 1)
      let g = (w * 2.0) * (Tensor(1.0) / 6.0)
      let p = Tensor(Node.binary(.absorbingMultiply, w.node, g.node))
      let s = p.sum(axis: 1, keepingDimensions: true)
      evaluate(w, g, p, s)
      let x = p.scalars
      print("COV", x, s.scalars, (0..<rows).map { x[2 * $0] + x[2 * $0 + 1] })
      print("COV", zip(w.scalars, g.scalars).map { $0 * $1 })
    }
  }
}
