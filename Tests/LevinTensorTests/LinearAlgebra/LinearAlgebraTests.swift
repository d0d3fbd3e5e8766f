import LevinTestKit
import Testing

@testable import LevinTensor

/// A function of matrices as PyTorch has it, with the gradients of a weighted sum of what it gives.
struct MatrixFunctionCase: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var options: [Int]
  var shapes: [[Int]]
  var inputs: [[Double]]
  var outputShapes: [[Int]]
  var outputs: [[Double]]
  var gradients: [[Double]]

  var testDescription: String { "\(name) \(options) of \(shapes)" }

  private struct File: Decodable {
    var cases: [MatrixFunctionCase]
    var einsum: [MatrixFunctionCase]
  }

  private static let file: File = {
    do { return try Fixture.load("linear_algebra") } catch {
      fatalError("linear_algebra.json: \(error)")
    }
  }()

  static let all: [MatrixFunctionCase] = file.cases
  static let sumsOfProducts: [MatrixFunctionCase] = file.einsum

  func leaves(_ dtype: DType = .float64) -> [Tensor] {
    zip(inputs, shapes).map { Tensor($0, shape: $1, dtype: dtype).requiringGradient() }
  }

  /// Levin's function of the name.
  func apply(_ x: [Tensor]) -> [Tensor] {
    switch name {
    case "cholesky": [x[0].cholesky()]
    case "symmetricEigen": Self.eigen(x[0])
    case "logDeterminantPositiveDefinite": [x[0].logDeterminant(assuming: .positiveDefinite)]
    case "inversePositiveDefinite": [x[0].inverse(assuming: .positiveDefinite)]
    case "solvePositiveDefinite": [x[0].solve(x[1], assuming: .positiveDefinite)]
    case "inverse": [x[0].inverse()]
    case "determinant": [x[0].determinant()]
    case "logMagnitude": [x[0].signAndLogDeterminant().logMagnitude]
    case "solve": [x[0].solve(x[1])]
    case "qr": Self.qr(x[0])
    case "solveTriangular":
      [
        x[0].solveTriangular(
          x[1], isUpper: options[0] == 1, isTransposed: options[1] == 1,
          hasUnitDiagonal: options[2] == 1)
      ]
    default: [einsum(name, x)]
    }
  }

  private static func eigen(_ x: Tensor) -> [Tensor] {
    let (values, vectors) = x.symmetricEigen()
    let whole = vectors.matmul(values.exp().diagonalMatrix()).matmul(vectors.transposed())
    return [values, vectors.square(), whole]
  }

  private static func qr(_ x: Tensor) -> [Tensor] {
    let (q, r) = x.qr()
    return [q, r]
  }

  /// The weighted sum whose gradients the fixture has.
  static func loss(_ outputs: [Tensor]) -> Tensor {
    outputs.reduce(Tensor(0.0)) { total, output in
      let weights = (0..<output.elementCount).map { Double($0 % 7) - 2.5 }
      return total + (output * Tensor(weights, shape: output.shape, dtype: output.dtype)).sum()
    }
  }
}

@Suite struct LinearAlgebraTests {
  private static func error(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    let scale = b.reduce(1) { max($0, abs($1)) }
    return zip(a, b).reduce(0) { $1.0.isNaN ? .infinity : max($0, abs($1.0 - $1.1)) } / scale
  }

  @Test(arguments: MatrixFunctionCase.all + MatrixFunctionCase.sumsOfProducts)
  func valuesAndGradientsAreThoseOfPyTorch(_ expected: MatrixFunctionCase) {
    let leaves = expected.leaves()
    let outputs = expected.apply(leaves)
    #expect(outputs.map(\.shape) == expected.outputShapes)
    for (output, values) in zip(outputs, expected.outputs) {
      #expect(Self.error(output.scalars, values) < 1e-11)
    }
    let found = gradients(of: MatrixFunctionCase.loss(outputs), at: leaves)
    for (gradient, values) in zip(found, expected.gradients) {
      #expect(Self.error(gradient?.scalars ?? [], values) < 1e-10)
    }
  }

  @Test(arguments: MatrixFunctionCase.all)
  func singlePrecisionHasItsOwnDtypeAndRounding(_ expected: MatrixFunctionCase) {
    for (output, values) in zip(expected.apply(expected.leaves(.float32)), expected.outputs) {
      #expect(output.dtype == .float32)
      #expect(Self.error(output.scalars, values) < 1e-4)
    }
  }

  // Symmetric operands are made from any matrix, since only one triangle is read.
  @Test(arguments: MatrixFunctionCase.all + MatrixFunctionCase.sumsOfProducts)
  func secondDerivativesEqualCentralDifferences(_ expected: MatrixFunctionCase) {
    guard !expected.inputs.contains(where: \.isEmpty), expected.inputs[0].count <= 32 else {
      return
    }
    let isSymmetric =
      expected.name.hasSuffix("PositiveDefinite")
      || ["cholesky", "symmetricEigen"].contains(expected.name)
    let check = CentralDifferences(at: expected.inputs, shapes: expected.shapes, step: 1e-4) { x in
      let first = isSymmetric ? (x[0] + x[0].transposed()) * 0.5 : x[0]
      return concatenate(expected.apply([first] + x.dropFirst()).map { $0.flattened() })
    }
    #expect(check.first().error < 1e-6, "\(check.first())")
    #expect(check.second().error < 1e-5, "\(check.second())")
  }

  private static func normal(_ shape: [Int], seed: Int) -> Tensor {
    var random = PCG64(seed: seed)
    return random.normal(shape: shape).cast(to: .float64)
  }

  /// Sizes around the blocks that factorisations work in.
  @Test(arguments: [1, 2, 3, 47, 48, 49, 96, 97, 150])
  func factorsMultiplyToWhatTheyCameFrom(_ n: Int) {
    let a = Self.normal([n, n], seed: n)
    let identity = Tensor.eye(n, dtype: .float64)
    let positive = a.matmul(a.transposed()) + identity * Double(n)
    let l = positive.cholesky()
    let right = Self.normal([n, 3], seed: 7)
    func distance(_ x: Tensor, _ y: Tensor) -> Double { (x - y).abs().max().item() }
    #expect(distance(l.matmul(l.transposed()), positive) < 1e-12 * Double(n) * Double(n))
    #expect(distance(l, l.lowerTriangle()) == 0)
    #expect(distance(a.matmul(a.solve(right)), right) < 1e-9)
    #expect(
      distance(positive.matmul(positive.solve(right, assuming: .positiveDefinite)), right) < 1e-11)
    let upper = l.transposed()
    #expect(distance(upper.matmul(upper.solveTriangular(right, isUpper: true)), right) < 1e-11)
    let (values, vectors) = positive.symmetricEigen()
    let rebuilt = vectors.matmul(values.diagonalMatrix()).matmul(vectors.transposed())
    #expect(distance(rebuilt, positive) < 1e-12 * Double(n) * Double(n))
    #expect(distance(vectors.transposed().matmul(vectors), identity) < 1e-13 * Double(n + 9))
    #expect(zip(values.scalars, values.scalars.dropFirst()).allSatisfy { $0 <= $1 })
    let tall = Self.normal([n + 5, n], seed: 8)
    let (q, r) = tall.qr()
    #expect(distance(q.matmul(r), tall) < 1e-13 * Double(n + 9))
    #expect(distance(q.transposed().matmul(q), identity) < 1e-13 * Double(n + 9))
    #expect(distance(r, r.upperTriangle()) == 0)
  }

  @Test func equalEigenvaluesMakeNoNaN() {
    let x = Tensor.eye(4, dtype: .float64).detached().requiringGradient()
    let (values, vectors) = x.symmetricEigen()
    #expect(values.scalars == [1, 1, 1, 1])
    let whole = vectors.matmul(values.exp().diagonalMatrix()).matmul(vectors.transposed())
    let gradient = gradients(of: whole.trace() + values.sum(), at: [x])[0]
    let expected = 1 + 2.718281828459045
    let found = gradient?.scalars ?? []
    for i in 0..<16 { #expect(abs(found[i] - (i % 5 == 0 ? expected : 0)) < 1e-12) }
  }

  @Test func eigenvaluesOfExtremeMatricesAreFound() {
    let diagonal = Tensor([3.0, -1, 0, 1e-300, 1e300]).diagonalMatrix()
    #expect(diagonal.symmetricEigen().values.scalars == [-1, 0, 1e-300, 3, 1e300])
    let zero = Tensor.zeros([3, 3], dtype: .float64)
    #expect(zero.symmetricEigen().values.scalars == [0, 0, 0])
    // The second difference matrix has eigenvalues 2 - 2 cos(k pi / (n + 1)).
    let n = 60
    let ones = Tensor.ones([n - 1], dtype: .float64)
    let matrix =
      Tensor.eye(n, dtype: .float64) * 2 - ones.diagonalMatrix(offset: 1)
      - ones.diagonalMatrix(offset: -1)
    let angles = Tensor((1...n).map { Double($0) * Double.pi / Double(n + 1) })
    let error = (matrix.symmetricEigen().values - (2 - angles.cos() * 2)).abs().max().item()
    #expect(error < 1e-13)
  }

  @Test func determinantsOfSingularAndEmptyMatrices() {
    let singular = Tensor([1.0, 2, 2, 4], shape: [2, 2])
    #expect(singular.determinant().item() == 0)
    #expect(singular.logDeterminant().item() == -.infinity)
    #expect(Tensor([0.0, 1, 1, 0], shape: [2, 2]).determinant().item() == -1)
    #expect(Tensor([0.0, 1, 1, 0], shape: [2, 2]).logDeterminant().item().isNaN)
    let empty = Tensor.zeros([0, 0], dtype: .float64)
    #expect(empty.determinant().item() == 1)
    #expect(empty.cholesky().shape == [0, 0] && empty.inverse().shape == [0, 0])
    #expect(empty.symmetricEigen().values.shape == [0])
    #expect(Tensor.zeros([3, 0, 2]).qr().r.shape == [3, 0, 2])
    #expect(Tensor.zeros([0, 2, 2]).cholesky().shape == [0, 2, 2])
  }

  @Test func integersBecomeReal() {
    let a = Tensor([4, 2, 2, 3], shape: [2, 2])
    #expect(a.cholesky().dtype == .float32)
    #expect(a.solve(Tensor([2, 1])).scalars == [0.5, 0])
  }

  @Test func bitsDoNotDependOnTheNumberOfThreads() {
    let a = Self.normal([4, 120, 120], seed: 3)
    let positive = a.matmul(a.transposed()) + Tensor.eye(120, dtype: .float64) * 120
    func bits() -> [UInt64] {
      let eigen = positive.symmetricEigen()
      return [
        positive.cholesky(), a.inverse(), eigen.values, eigen.vectors, a.qr().q,
        a.signAndLogDeterminant().logMagnitude,
      ].flatMap { $0.scalars.map(\.bitPattern) }
    }
    let before = Threads.count
    defer { Threads.count = before }
    Threads.count = 1
    let alone = bits()
    for count in [2, 7] {
      Threads.count = count
      #expect(bits() == alone)
    }
  }
}
