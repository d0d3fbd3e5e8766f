import LevinTestKit
import Testing

@testable import LevinTensor

/// A product as PyTorch has it, with the gradients of a weighted sum of its elements.
struct MatrixProductCase: Decodable, Sendable, CustomTestStringConvertible {
  var shapes: [[Int]]
  var a: [Double]
  var b: [Double]
  var product: [Double]
  var gradients: [[Double]]

  var testDescription: String { "\(shapes[0]) times \(shapes[1])" }

  private struct File: Decodable { var cases: [MatrixProductCase] }

  static let all: [MatrixProductCase] = {
    do { return try Fixture.load("matrix_products", as: File.self).cases } catch {
      fatalError("matrix_products.json: \(error)")
    }
  }()
}

@Suite struct MatrixProductTests {
  private static func isClose(_ a: [Double], _ b: [Double], _ tolerance: Double) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
  }

  @Test(arguments: MatrixProductCase.all)
  func valuesAndGradientsAreThoseOfPyTorch(_ expected: MatrixProductCase) {
    let a = Tensor(expected.a, shape: expected.shapes[0]).requiringGradient()
    let b = Tensor(expected.b, shape: expected.shapes[1]).requiringGradient()
    let product = matmul(a, b)
    #expect(product.shape == expected.shapes[2])
    #expect(Self.isClose(product.scalars, expected.product, 1e-13))
    let weights = (0..<product.elementCount).map { Double($0 % 7) - 2.5 }
    let loss = (product * Tensor(weights, shape: product.shape)).sum()
    let found = gradients(of: loss, at: [a, b])
    for (index, gradient) in found.enumerated() {
      #expect(Self.isClose(gradient?.scalars ?? [], expected.gradients[index], 1e-13))
    }
  }

  @Test(arguments: MatrixProductCase.all)
  func singlePrecisionIsAsClose(_ expected: MatrixProductCase) {
    let a = Tensor(expected.a, shape: expected.shapes[0], dtype: .float32)
    let b = Tensor(expected.b, shape: expected.shapes[1], dtype: .float32)
    let product = a.matmul(b)
    #expect(product.dtype == .float32)
    #expect(Self.isClose(product.scalars, expected.product, 4e-6))
  }

  @Test(arguments: MatrixProductCase.all.filter { !$0.a.isEmpty })
  func gradientsEqualCentralDifferences(_ expected: MatrixProductCase) {
    let check = CentralDifferences(
      at: [expected.a, expected.b], shapes: Array(expected.shapes.prefix(2))
    ) { $0[0].tanh().matmul($0[1].exp()) }
    #expect(check.first().error < 1e-8, "\(check.first())")
    #expect(check.second().error < 1e-7, "\(check.second())")
  }

  @Test func integersWrapAround() {
    let a = Tensor([Int32.max, 1, 2, 3], shape: [2, 2])
    #expect(a.matmul(a).dtype == .int32)
    #expect(a.matmul(a).scalars == [3, -2_147_483_646, 4, 11])
    let long = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    #expect(long.transposed().matmul(long).scalars == [35, 44, 44, 56])
  }

  @Test func dtypesMeetAsInArithmetic() {
    let integers = Tensor([1, 2, 3, 4], shape: [2, 2])
    let real = Tensor([0.5, 1, 1.5, 2] as [Float], shape: [2, 2])
    #expect(integers.matmul(real).dtype == .float32)
    #expect(integers.matmul(real).scalars == [3.5, 5, 7.5, 11])
    #expect(real.matmul(real.cast(to: .float64)).dtype == .float64)
    #expect(([1, 2] as Tensor).matmul(real.cast(to: .float64)).dtype == .float64)
  }

  @Test func dotAndOuterAreProductsOfVectors() {
    let a = Tensor([1.0, 2, 3])
    let b = Tensor([4.0, -5, 6])
    #expect(dot(a, b).item() == 12 && dot(a, b).shape == [])
    #expect(outer(a, b[0..<2]).scalars == [4, -5, 8, -10, 12, -15])
    #expect(outer(a, b[0..<2]).shape == [3, 2])
    #expect(Tensor([1, 2] as [Int32]).dot(Tensor([3, 4] as [Int32])).dtype == .int32)
  }

  @Test func operandsInAnyLayoutAreReadWhereTheyLie() {
    let whole = Tensor((0..<60).map(Double.init), shape: [3, 4, 5])
    let a = whole[.all, 1, .range(0, nil, step: 2)]
    let b = whole[1, .all, 1..<4].transposed()
    let packedA = Tensor(a.scalars, shape: a.shape)
    let packedB = Tensor(b.scalars, shape: b.shape)
    #expect(a.matmul(b).scalars == packedA.matmul(packedB).scalars)
    let expected: Double = 5 * 21 + 7 * 22 + 9 * 23
    #expect(a.matmul(b).scalars[0] == expected)
  }

  @Test func infinitiesAndNaNSpreadAlongTheirRow() {
    let a = Tensor([1.0, .infinity, .nan, 1, 1, 1], shape: [3, 2])
    let found = a.matmul(Tensor.ones([2, 3], dtype: .float64)).scalars
    #expect(found[0...2].allSatisfy { $0 == .infinity })
    #expect(found[3...5].allSatisfy(\.isNaN) && found[6...8] == [2, 2, 2])
  }
}
