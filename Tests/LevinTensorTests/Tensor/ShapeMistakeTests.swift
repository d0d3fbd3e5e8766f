import LevinTestKit
import Testing

@testable import LevinTensor

/// A mistake that ends the process, and what the message must name.
struct ShapeMistake: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var named: [String]
  var make: @Sendable () -> Void

  init(_ description: String, names named: [String], _ make: @escaping @Sendable () -> Tensor) {
    testDescription = description
    self.named = named
    self.make = { evaluateOrStop(make()) }
  }

  private static func second(_ function: (Tensor) -> Tensor) -> Tensor {
    let x = Tensor([1.5]).requiringGradient()
    let first = gradients(of: function(x).sum(), at: [x])[0] ?? x
    return gradients(of: first.sum(), at: [x])[0] ?? x
  }

  private static func ones(_ shape: Int...) -> Tensor { .ones(shape) }

  static let all: [ShapeMistake] = [
    .init("adding shapes that do not broadcast", names: ["add", "[2, 3]", "[4]"]) {
      ones(2, 3) + ones(4)
    },
    .init("multiplying shapes that do not broadcast", names: ["multiply", "[3]", "[4]", "-1"]) {
      ones(3) * ones(4)
    },
    .init("a beta function of shapes that do not broadcast", names: ["betaI", "[2]", "[3]"]) {
      regularizedBeta(ones(2), 1, ones(3))
    },
    .init("a second derivative by a shape of gamma", names: ["regularizedGammaP", "second"]) {
      second { regularizedGammaP($0, 1) }
    },
    .init("a second derivative by a shape of beta", names: ["regularizedBeta", "second"]) {
      second { regularizedBeta(2, $0, 0.5) }
    },
    .init("raising integers to a power below 0", names: ["power", "-2", "cast"]) {
      Tensor([1, 2]).power(-2)
    },
    .init("dividing integers by the number 0", names: ["remainder", "0"]) {
      Tensor([1, 2]) % 0
    },
    .init("dividing integers by elements of 0", names: ["integer", "0"]) {
      Tensor([1, 2]).floorDivided(by: Tensor([1, 0]))
    },
    .init("comparing shapes that do not broadcast", names: ["less", "[5, 1]", "[4, 2]"]) {
      ones(5, 1) .< ones(4, 2)
    },
    .init("where with a condition of another shape", names: ["where", "[3]", "[2]"]) {
      `where`(ones(3) .> 0, ones(2), 0)
    },
    .init("reshaping to another count", names: ["reshape", "[2, 3]", "[4, 2]"]) {
      ones(2, 3).reshaped(to: [4, 2])
    },
    .init("reshaping with an unknown size that cannot be", names: ["reshape", "[2, 3]", "4"]) {
      ones(2, 3).reshaped(to: [4, -1])
    },
    .init("reshaping with two unknown sizes", names: ["reshape", "[-1, -1]"]) {
      ones(2, 3).reshaped(to: [-1, -1])
    },
    .init("negative sizes", names: ["-2", "-3"]) { ones(2, 3).reshaped(to: [-2, -3]) },
    .init("expanding an axis that is not 1", names: ["expand", "[2]", "[3]"]) {
      ones(2).expanded(to: [3])
    },
    .init("permuting by an order that names an axis twice", names: ["permute", "[0, 0]"]) {
      ones(2, 3).permuted([0, 0])
    },
    .init("squeezing an axis of size 3", names: ["squeezed", "[2, 3]", "3"]) {
      ones(2, 3).squeezed(axis: 1)
    },
    .init("concatenating ranks that differ", names: ["concatenate", "[2, 3]", "[3]"]) {
      concatenate([ones(2, 3), ones(3)])
    },
    .init("concatenating sizes that differ", names: ["concatenate", "[2, 3]", "[2, 4]"]) {
      concatenate([ones(2, 3), ones(2, 4)])
    },
    .init("stacking shapes that differ", names: ["stack", "[2]", "[3]"]) {
      stack([ones(2), ones(3)])
    },
    .init("multiplying matrices whose sizes differ", names: ["matmul", "[2, 3]", "[2, 4]", "3"]) {
      ones(2, 3).matmul(ones(2, 4))
    },
    .init("multiplying batches that do not broadcast", names: ["matmul", "[2, 3, 4]", "[3, 4, 2]"])
    {
      ones(2, 3, 4).matmul(ones(3, 4, 2))
    },
    .init("a matrix product with a single number", names: ["matmul", "[2, 3]", "[]", "*"]) {
      ones(2, 3).matmul(ones())
    },
    .init("the dot product of matrices", names: ["dot", "[2, 3]"]) { ones(2, 3).dot(ones(2, 3)) },
    .init("the outer product of matrices", names: ["outer", "[2, 3]"]) {
      ones(2, 3).outer(ones(2))
    },
    .init("the Cholesky factor of no square", names: ["cholesky", "[2, 3]"]) {
      ones(2, 3).cholesky()
    },
    .init(
      "a matrix that is not positive definite",
      names: ["cholesky", "matrix 1", "[2, 2, 2]", "order 2", "ShapeMistakeTests.swift:"]
    ) {
      Tensor([1.0, 0, 0, 1, 1, 2, 2, 1], shape: [2, 2, 2]).cholesky()
    },
    .init("a right side of other rows", names: ["solve", "[3, 3]", "[2, 1]"]) {
      ones(3, 3).solve(ones(2, 1))
    },
    .init(
      "a singular matrix", names: ["solve", "matrix 0", "[2, 2]", "pivot 2", "ShapeMistakeTests"]
    ) {
      ones(2, 2).inverse()
    },
    .init("eigenvalues of NaN", names: ["symmetricEigen", "matrix 0", "[2, 2]"]) {
      Tensor.full([2, 2], .nan).symmetricEigen().values
    },
    .init("a diagonal of one axis", names: ["diagonal", "[2, 3]"]) {
      ones(2, 3).diagonal(axis1: 1, axis2: -1)
    },
    .init("a triangle of a vector", names: ["lowerTriangle", "[3]"]) { ones(3).lowerTriangle() },
    .init("an equation that names too few axes", names: ["einsum", "i,j->ij", "[2, 3]"]) {
      einsum("i,j->ij", ones(2, 3), ones(3))
    },
    .init("an equation of sizes that differ", names: ["einsum", "3", "4"]) {
      einsum("ij,jk->ik", ones(2, 3), ones(4, 5))
    },
    .init("an equation for fewer operands", names: ["einsum", "1", "2"]) {
      einsum("ij->i", ones(2, 3), ones(2, 3))
    },
    .init("an equation whose result names no operand's axis", names: ["einsum", "ij->k"]) {
      einsum("ij->k", ones(2, 3))
    },
    .init("an equation with a digit", names: ["einsum", "i1->i"]) { einsum("i1->i", ones(2, 3)) },
    .init("a sum over an axis that is not there", names: ["sum", "2"]) { ones(2, 3).sum(axis: 2) },
    .init("a sum over one axis twice", names: ["sum", "[0, -2]"]) {
      ones(2, 3).sum(axes: [0, -2])
    },
    .init("the largest of nothing", names: ["maximum", "[0]"]) { ones(0).max() },
    .init("the index of the largest of nothing", names: ["argMax", "1", "[2, 0]"]) {
      ones(2, 0).argMax(axis: 1)
    },
    .init("the index of the smallest along no axis", names: ["argMin", "2"]) {
      ones(2, 3).argMin(axis: 2)
    },
    .init("more of the largest than there are", names: ["topK", "4", "[2, 3]"]) {
      ones(2, 3).topK(4).values
    },
    .init("values that do not fit rows of boundaries", names: ["searchSorted", "[2, 3]", "[3, 3]"])
    {
      ones(2, 3).searchSorted(ones(3, 3))
    },
    .init("a quantile of order 2", names: ["quantile", "2"]) { ones(3).quantile(2) },
    .init("quantiles one of whose orders is negative", names: ["quantile", "-0.5"]) {
      ones(3).quantile([0.5, -0.5])
    },
    .init("the median of nothing", names: ["median", "[2, 0]", "1"]) { ones(2, 0).median(axis: 1) },
    .init("counting negative numbers", names: ["bincount", "-1"]) { Tensor([2, -1]).bincount() },
    .init("counting real numbers", names: ["bincount", "float32"]) { ones(3).bincount() },
    .init("weights that do not fit what they weigh", names: ["bincount", "[2]", "[3]"]) {
      Tensor([1, 2, 3]).bincount(weights: ones(2))
    },
    .init("no bins", names: ["histogram", "0"]) { ones(3).histogram(bins: 0).counts },
    .init("edges that descend", names: ["histogram", "1.0", "2.0"]) {
      ones(3).histogram(edges: [0, 2, 1]).counts
    },
    .init("bins over an undefined range", names: ["histogram", "nan"]) {
      Tensor([1.0, .nan]).histogram().counts
    },
    .init("a running sum along no axis", names: ["cumulativeSum", "-3", "rank 2"]) {
      ones(2, 3).cumulativeSum(axis: -3)
    },
    .init("an index out of range", names: ["subscript", "3", "[2, 3]"]) { ones(2, 3)[0, 3] },
    .init("more indices than axes", names: ["subscript", "2", "[3]"]) { ones(3)[0, 0] },
    .init("a step of 0", names: ["subscript", "0"]) { ones(3)[.range(0, nil, step: 0)] },
    .init("rows of a literal that differ", names: ["literal", "[2]", "[3]"]) {
      [[1, 2], [1, 2, 3]]
    },
    .init("numbers that do not fill a shape", names: ["3", "[2, 2]"]) {
      Tensor([1.0, 2, 3], shape: [2, 2])
    },
    .init("the only element of two", names: ["item", "[2]"]) { Tensor(ones(2).item()) },
    .init("the gradient of two elements", names: ["gradients", "[2]"]) {
      let x = ones(2).requiringGradient()
      return gradients(of: x * 2, at: [x])[0] ?? x
    },
    .init("a gradient of integers", names: ["requiringGradient", "int64"]) {
      Tensor([1, 2]).requiringGradient()
    },
  ]
}

@Suite struct ShapeMistakeTests {
  @Test(arguments: ShapeMistake.all.indices)
  func aMistakeEndsTheProcessWithAMessageThatNamesIt(_ index: Int) async throws {
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in
      ShapeMistake.all[index].make()
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    let firstLine = message.split(separator: "\n").first { $0.contains("rror") } ?? ""
    let missing = ShapeMistake.all[index].named.filter { !firstLine.contains($0) }
    #expect(missing.isEmpty, "\(ShapeMistake.all[index]): \(firstLine)")
  }
}
