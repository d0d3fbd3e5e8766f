import LevinTestKit
import Testing

@testable import LevinTensor

/// Matrices of first and second derivatives.
@Suite struct HessianTests {
  struct Known: Decodable, Sendable, CustomTestStringConvertible {
    struct Values: Decodable, Sendable {
      let shape: [Int]
      let numbers: [Double]
    }

    let name: String
    let data: [Double]
    let parameters: [Values]
    let blocks: [[Values]]

    var testDescription: String { name }

    var tensors: [Tensor] {
      parameters.map { Tensor($0.numbers, shape: $0.shape).requiringGradient() }
    }

    func loss(_ x: [Tensor]) -> Tensor {
      let y = Tensor(data)
      return name == "betaMixture" ? Self.betaMixture(y, x[0], x[1]) : Self.counts(y, x[0], x[1])
    }

    private static func counts(_ y: Tensor, _ logit: Tensor, _ logRate: Tensor) -> Tensor {
      let rest = (-logit).logSigmoid()
      let poisson = y * logRate - logRate.exp() - (y + 1).logGamma()
      let zero = logit.logSigmoid().logAddExp(rest - logRate.exp())
      return -`where`(y .== 0, zero, rest + poisson).sum()
    }

    private static func betaMixture(
      _ y: Tensor, _ concentrations: Tensor, _ logits: Tensor
    ) -> Tensor {
      let (a, b) = (concentrations[.all, 0], concentrations[.all, 1])
      let norm = a.logGamma() + b.logGamma() - (a + b).logGamma()
      let column = y.expandingDimensions(at: -1)
      let density = (a - 1) * column.log() + (b - 1) * (-column).log1p() - norm
      return -(density + logits.logSoftmax(axis: 0)).logSumExp(axis: 1).sum()
    }
  }

  private struct Contents: Decodable { let cases: [Known] }

  static let known: [Known] = {
    do {
      return try Fixture.load("hessian", as: Contents.self).cases
    } catch {
      preconditionFailure("Tests/Fixtures/hessian.json: \(error)")
    }
  }()

  private static func isClose(_ a: [Double], _ b: [Double], _ bound: Double) -> Bool {
    let scale = b.reduce(1) { max($0, abs($1)) }
    return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= bound * scale }
  }

  @Test(arguments: known) func curvaturesOfLikelihoodsAreThoseOfMpmath(_ known: Known) {
    let x = known.tensors
    let blocks = hessian(of: known.loss(x), at: x)
    for (row, expected) in zip(blocks, known.blocks) {
      for (block, values) in zip(row, expected) {
        #expect(block.shape == values.shape)
        #expect(Self.isClose(block.scalars, values.numbers, 1e-12))
      }
    }
  }

  @Test(arguments: known) func curvaturesAreDifferencesOfGradients(_ known: Known) {
    let x = known.tensors
    let blocks = hessian(of: known.loss(x), at: x)
    let step = 1e-5
    for moved in x.indices {
      for element in 0..<x[moved].elementCount {
        func slopes(_ distance: Double) -> [Tensor?] {
          var at = known.tensors
          var numbers = at[moved].scalars
          numbers[element] += distance
          at[moved] = Tensor(numbers, shape: at[moved].shape).requiringGradient()
          return gradients(of: known.loss(at), at: at)
        }
        for (other, (up, down)) in zip(slopes(step), slopes(-step)).enumerated() {
          let difference = zip(up?.scalars ?? [], down?.scalars ?? []).map {
            ($0 - $1) / (2 * step)
          }
          let size = x[other].elementCount
          let row = blocks[moved][other].scalars[(element * size)..<((element + 1) * size)]
          #expect(Self.isClose(Array(row), difference, 1e-7))
        }
      }
    }
  }

  @Test func theCurvatureOfAQuadraticFormIsItsMatrix() {
    let matrix = Tensor([4.0, 1, -2, 1, 3, 0.5, -2, 0.5, 5], shape: [3, 3])
    let x = Tensor([1.0, -1, 2]).requiringGradient()
    let form = (matrix * x * x.expandingDimensions(at: -1)).sum() * 0.5
    let found = hessian(of: form, at: x)
    #expect(found.shape == [3, 3] && Self.isClose(found.scalars, matrix.scalars, 1e-15))
  }

  @Test func whatDoesNotMeetHasNoCurvature() {
    let x = Tensor([1.0, 2]).requiringGradient()
    let y = Tensor([3.0]).requiringGradient()
    let z = Tensor([4.0, 5, 6]).requiringGradient()
    let blocks = hessian(of: x.square().sum() + 3 * y.sum(), at: [x, y, z])
    #expect(blocks.map { $0.map(\.shape) }[1] == [[1, 2], [1, 1], [1, 3]])
    #expect(blocks[0][0].scalars == [2, 0, 0, 2])
    let others = blocks.indices.flatMap { row in
      blocks.indices.filter { row + $0 > 0 }.flatMap { blocks[row][$0].scalars }
    }
    #expect(others.allSatisfy { $0 == 0 } && others.count == 32)
  }

  @Test func theJacobianHasARowForEachElement() {
    let x = Tensor([1.0, 2, 3]).requiringGradient()
    let y = Tensor(5.0).requiringGradient()
    let output = stack([x * y, x.square()])
    let found = jacobian(of: output, at: [x, y])
    #expect(found.map(\.shape) == [[2, 3, 3], [2, 3]])
    #expect(found[0].scalars == [5, 0, 0, 0, 5, 0, 0, 0, 5, 2, 0, 0, 0, 4, 0, 0, 0, 6])
    #expect(found[1].scalars == [1, 2, 3, 0, 0, 0])
    #expect(jacobian(of: output[0], at: x).scalars == [5, 0, 0, 0, 5, 0, 0, 0, 5])
  }

  @Test func singleNumbersAndNoNumbersHaveCurvatures() {
    let x = Tensor(2.0).requiringGradient()
    #expect(hessian(of: x * x * x, at: x).item() == 12)
    let none = Tensor([Double]()).requiringGradient()
    #expect(hessian(of: none.square().sum(), at: none).shape == [0, 0])
    #expect(jacobian(of: none.exp(), at: none).shape == [0, 0])
  }

  @Test func curvaturesCanBeDifferentiated() {
    let x = Tensor([0.5, -1.0]).requiringGradient()
    let curvature = hessian(of: (x * x * x).sum(), at: x)
    let third = gradients(of: curvature.sum(), at: [x])[0]
    #expect(third?.scalars == [6, 6])
  }
}
