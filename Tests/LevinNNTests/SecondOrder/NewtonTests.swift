import Levin
import Testing

@testable import LevinNN

@Suite struct NewtonTests {
  @Test func aQuadraticTakesOneIteration() throws {
    let x = Parameter(wrappedValue: Tensor([3.0, -2.0, 0.5]))
    let matrix = Tensor([[4.0, 1, 0], [1, 3, 0.5], [0, 0.5, 2]])
    let b = Tensor([1.0, 2, 3])
    let optimizer = Newton([x], initialRadius: 100)
    try optimizer.step {
      let x = x.wrappedValue
      return (x * (matrix * x).sum(axis: 1)).sum() / 2 - (b * x).sum()
    }
    let rest = (matrix * x.wrappedValue).sum(axis: 1) - b
    #expect(rest.abs().max().item() < 1e-13 && optimizer.evaluationCount == 2)
  }

  // At 0 the gradient is 0 along the second coordinate, in which the curvature is negative: the hard case.
  @Test func aSaddleIsLeft() throws {
    let x = Parameter(wrappedValue: Tensor([1.0, 0.0]))
    let optimizer = Newton([x])
    for _ in 0..<3 {
      try optimizer.step {
        let (x, y) = (x.wrappedValue[0], x.wrappedValue[1])
        return x.square() + (y.square() - 1).square()
      }
    }
    let found = x.wrappedValue.scalars
    #expect(abs(found[0]) < 1e-7 && abs(abs(found[1]) - 1) < 1e-7)
  }

  @Test func whatTheLossDoesNotDependOnStays() throws {
    let x = Parameter(wrappedValue: Tensor([3.0, 2.0, -1.0]))
    let unused = Parameter(wrappedValue: Tensor([[5.0]]))
    let optimizer = Newton([unused, x])
    for _ in 0..<2 {
      try optimizer.step { (x.wrappedValue[0] - x.wrappedValue[2] - 1).square().square() }
    }
    let found = x.wrappedValue.scalars
    #expect(unused.wrappedValue.item() == 5 && found[1] == 2)
    #expect(abs(found[0] - found[2] - 1) < 1e-2 && abs(found[0] + found[2] - 2) < 1e-4)
  }

  @Test func theRosenbrockValleyIsFollowed() throws {
    let loss = LBFGSTests.rosenbrock()
    let optimizer = Newton(loss.parameters)
    for _ in 0..<3 { try optimizer.step(loss.value) }
    #expect(loss.parameters[0].wrappedValue.scalars.allSatisfy { abs($0 - 1) < 1e-8 })
    #expect(optimizer.evaluationCount < 50)
  }

  @Test func aTrialThatIsNotFiniteShrinksTheRadius() throws {
    let x = Parameter(wrappedValue: Tensor([0.1]))
    let optimizer = Newton([x], maxIter: 1, initialRadius: 1)
    var losses: [Double] = []
    let before = try optimizer.step {
      let inside = 1 - 20 * (x.wrappedValue - 0.1).square()
      let value = (-inside.log() - 200 * x.wrappedValue).sum()
      losses.append(value.item())
      return value
    }
    #expect(losses[1].isNaN && before == losses[0] && optimizer.radius < 1)
    #expect(x.wrappedValue.item() > 0.1 && losses.last! < before)
  }

  @Test func aLinearLossGoesToTheEdge() throws {
    let x = Parameter(wrappedValue: Tensor([0.0, 0.0]))
    let optimizer = Newton([x], maxIter: 1, initialRadius: 2)
    try optimizer.step { (x.wrappedValue * Tensor([3.0, 4.0])).sum() }
    let found = x.wrappedValue.scalars
    #expect(abs(found[0] + 1.2) < 1e-9 && abs(found[1] + 1.6) < 1e-9)
  }

  @Test func anOptimizerGoesOnWhereAnotherWas() throws {
    let (first, second) = (LBFGSTests.rosenbrock(), LBFGSTests.rosenbrock())
    let a = Newton(first.parameters, maxIter: 2)
    let b = Newton(second.parameters, maxIter: 2)
    for _ in 0..<3 { try a.step(first.value) }
    second.parameters[0].wrappedValue = first.parameters[0].wrappedValue
    try b.restore(from: a.state())
    for _ in 0..<3 {
      try a.step(first.value)
      try b.step(second.value)
    }
    #expect(
      first.parameters[0].wrappedValue.scalars == second.parameters[0].wrappedValue.scalars)
    #expect(a.state() == b.state())
  }
}

@Suite struct TrustRegionTests {
  // A symmetric matrix with given eigenvalues, turned by a few plane rotations.
  private func matrix(_ eigenvalues: [Double], _ random: inout PCG64) -> [[Double]] {
    let count = eigenvalues.count
    let vectors = random.normal(shape: [count, count], dtype: .float64).scalars
    var basis: [[Double]] = []
    for row in 0..<count {
      var vector = Array(vectors[row * count..<(row + 1) * count])
      for other in basis + basis { vector = adding(vector, -dot(vector, other), other) }
      basis.append(scaled(vector, by: 1 / norm(vector)))
    }
    return (0..<count).map { i in
      (0..<count).map { j in
        (0..<count).reduce(0) { $0 + eigenvalues[$1] * basis[$1][i] * basis[$1][j] }
      }
    }
  }

  // Moré and Sorensen's conditions for the minimum in the ball.
  @Test(arguments: [1, 2, 3, 5, 12, 40], [0.1, 1, 30]) func theStepIsTheMinimum(
    _ count: Int, _ radius: Double
  ) {
    var random = PCG64(seed: count)
    for shift in [-2.0, 0, 1, 8] {
      let eigenvalues = random.normal(shape: [count], dtype: .float64).scalars.map { $0 + shift }
      let rows = matrix(eigenvalues, &random)
      let gradient = random.normal(shape: [count], dtype: .float64).scalars
      let region = TrustRegion(hessian: rows.flatMap { $0 }, gradient: gradient)
      let step = region.step(within: radius)
      let slope = zip(rows, gradient).map { dot($0, step) + $1 }
      #expect(norm(step) <= radius * (1 + 1e-9))
      // (H + m I) p = -g with m >= 0, no eigenvalue below -m, and m = 0 inside of the ball.
      let multiplier = -dot(slope, step) / dot(step, step)
      #expect(norm(adding(slope, multiplier, step)) < 1e-7 * (1 + norm(gradient)))
      #expect(multiplier > -1e-7 && eigenvalues.min()! + multiplier > -1e-7)
      #expect(norm(step) > radius * (1 - 1e-6) || abs(multiplier) < 1e-7)
      #expect(region.decrease(along: step) > 0)
    }
  }

  @Test(arguments: [2, 7]) func theHardCaseGoesAlongTheEigenvector(_ count: Int) {
    var random = PCG64(seed: 9)
    let eigenvalues = (0..<count).map { Double($0) - 1 }
    let rows = matrix(eigenvalues, &random)
    // A gradient without a part along the least eigenvalue's vector: one that the shifted matrix made.
    let any = random.normal(shape: [count], dtype: .float64).scalars.map { $0 * 0.01 }
    let gradient = rows.enumerated().map { dot($1, any) + any[$0] }
    let region = TrustRegion(hessian: rows.flatMap { $0 }, gradient: gradient)
    let step = region.step(within: 1)
    #expect(abs(norm(step) - 1) < 1e-9)
    #expect(region.decrease(along: step) >= 0.5 - 1e-9)
  }

  @Test func noCurvatureAndNoGradientAreNoTrouble() {
    let flat = TrustRegion(hessian: [0, 0, 0, 0], gradient: [3, 4])
    #expect(zip(flat.step(within: 1), [-0.6, -0.8]).allSatisfy { abs($0 - $1) < 1e-9 })
    let top = TrustRegion(hessian: [2, 0, 0, 1], gradient: [0, 0])
    #expect(top.step(within: 1) == [0, 0])
    let single = TrustRegion(hessian: [4], gradient: [2])
    #expect(single.step(within: 10) == [-0.5])
    #expect(TrustRegion(hessian: [], gradient: []).step(within: 1).isEmpty)
  }
}
