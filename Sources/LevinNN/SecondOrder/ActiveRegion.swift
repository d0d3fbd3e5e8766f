/// A trust region of the coordinates that the quadratic depends on; the others stay.
struct ActiveRegion {
  private let region: TrustRegion
  private let indices: [Int]
  private let count: Int

  init(hessian: [Double], gradient: [Double]) {
    let count = gradient.count
    let indices = gradient.indices.filter { row in
      gradient[row] != 0 || (0..<count).contains { hessian[row * count + $0] != 0 }
    }
    region = TrustRegion(
      hessian: indices.flatMap { row in indices.map { hessian[row * count + $0] } },
      gradient: indices.map { gradient[$0] })
    (self.indices, self.count) = (indices, count)
  }

  func step(within radius: Double) -> [Double] {
    var step = [Double](repeating: 0, count: count)
    for (index, element) in zip(indices, region.step(within: radius)) { step[index] = element }
    return step
  }

  func decrease(along step: [Double]) -> Double {
    region.decrease(along: indices.map { step[$0] })
  }
}
