import LevinTestKit
import Testing

@testable import LevinTensor

/// One rule of differentiation: a function, and arguments at which it is smooth.
struct SmoothFunction: Sendable, CustomTestStringConvertible {
  var name: String
  var points: [[Double]]
  var shapes: [[Int]]?
  var apply: @Sendable ([Tensor]) -> Tensor

  var testDescription: String { name }

  init(
    _ name: String, _ points: [[Double]], _ shapes: [[Int]]? = nil,
    _ apply: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    (self.name, self.points, self.shapes, self.apply) = (name, points, shapes, apply)
  }
}

extension SmoothFunction {
  private static let around = [-2.3, -1.1, -0.4, 0.35, 0.9, 2.2]
  private static let inside = [-0.7, -0.4, -0.1, 0.2, 0.5, 0.8]
  private static let positive = [0.15, 0.6, 1.3, 2.4, 7.5, 30]
  // The poles at 0 are too steep for differences close by.
  private static let gammas = [0.9, 1.3, 2.4, 4.1, 7.5, 30]
  private static let divisors = [0.7, -0.45, 0.3, -0.55, 0.4, 0.9]
  private static let other = [1.7, -0.8, 2.6, -1.4, 0.3, 1.1]

  static let unary: [SmoothFunction] = [
    .init("negate", [around]) { -$0[0] }, .init("abs", [around]) { $0[0].abs() },
    .init("exp", [around]) { $0[0].exp() }, .init("expm1", [around]) { $0[0].expm1() },
    .init("log", [positive]) { $0[0].log() }, .init("log1p", [positive]) { $0[0].log1p() },
    .init("log2", [positive]) { $0[0].log2() }, .init("log10", [positive]) { $0[0].log10() },
    .init("rsqrt", [gammas]) { $0[0].rsqrt() }, .init("sin", [around]) { $0[0].sin() },
    .init("cos", [around]) { $0[0].cos() },
    .init("tan", [[-0.9, -0.3, 0.2, 1, 2.6]]) { $0[0].tan() },
    .init("asin", [inside]) { $0[0].asin() }, .init("acos", [inside]) { $0[0].acos() },
    .init("atan", [around]) { $0[0].atan() }, .init("sinh", [around]) { $0[0].sinh() },
    .init("cosh", [around]) { $0[0].cosh() }, .init("asinh", [around]) { $0[0].asinh() },
    .init("acosh", [[1.4, 1.9, 3, 7.5]]) { $0[0].acosh() },
    .init("atanh", [inside]) { $0[0].atanh() },
    .init("erfInverse", [inside]) { $0[0].erfInverse() },
    .init("log1mExp", [around]) { $0[0].log1mExp() },
    .init("logNormalCDF", [around]) { $0[0].logNormalCDF() },
    .init("logNormalCDF in its tail", [[-40, -31, -29, -12, -8, 5]]) { $0[0].logNormalCDF() },
    .init("normalHazard", [around]) { Tensor(Node.unary(.normalHazard, $0[0].node)) },
    .init("silu", [around]) { $0[0].silu() }, .init("gelu", [around]) { $0[0].gelu() },
    .init("gelu by tanh", [around]) { $0[0].gelu(approximation: .tanh) },
    .init("erf", [around]) { $0[0].erf() }, .init("erfc", [around]) { $0[0].erfc() },
    .init("sqrt", [positive]) { $0[0].sqrt() }, .init("square", [around]) { $0[0].square() },
    .init("reciprocal", [around]) { $0[0].reciprocal() },
    .init("tanh", [around]) { $0[0].tanh() }, .init("sigmoid", [around]) { $0[0].sigmoid() },
    .init("softplus", [around]) { $0[0].softplus() },
    .init("logSigmoid", [around]) { $0[0].logSigmoid() },
    .init("logGamma", [gammas]) { $0[0].logGamma() },
    .init("logGamma below 0", [[-0.5, -1.4, -2.6]]) { $0[0].logGamma() },
    .init("digamma", [gammas]) { $0[0].digamma() },
    .init("stirlingRest", [[0.9, 4.1, 32.5, 33.5, 80, 1e4]]) { $0[0].stirlingRest() },
    .init("gammaExponent", [[0.7, 4, 31, 33.5, 60, 60], [0.4, 6, 30, 35, 20, 61]]) {
      gammaExponent($0[0], $0[1], log: $0[1].log())
    },
    .init("trigamma", [gammas]) { $0[0].polygamma(order: 1) },
    .init("polygamma of order 2", [gammas]) { $0[0].polygamma(order: 2) },
    .init("relu", [around]) { $0[0].relu() },
    .init("clip", [around]) { $0[0].clip(min: -1, max: 1.5) },
    .init("cast", [around]) { $0[0].cast(to: .float64).square() },
    .init("sign times x", [around]) { $0[0].sign() * $0[0] },
    .init("x less its floor", [around]) { ($0[0] - $0[0].floor()).square() },
    .init("x less its ceil", [around]) { ($0[0] - $0[0].ceil()).square() },
    .init("x less its round", [around]) { ($0[0] - $0[0].round()).square() },
    .init("x less its trunc", [around]) { ($0[0] - $0[0].trunc()).square() },
  ]

  static let binary: [SmoothFunction] = [
    .init("add", [around, other]) { $0[0] + $0[1] },
    .init("subtract", [around, other]) { $0[0] - $0[1] },
    .init("multiply", [around, other]) { $0[0] * $0[1] },
    .init("divide", [around, other]) { $0[0] / $0[1] },
    .init("remainder", [around, divisors]) { ($0[0] % $0[1]).square() },
    .init("floorDivide", [around, divisors]) { $0[0].floorDivided(by: $0[1]) * $0[1].square() },
    .init("atan2", [around, other]) { atan2($0[0], $0[1]) },
    .init("power", [[0.15, 0.6, 1.3, 2.4, 7.5, 3], other]) { $0[0].power($0[1]) },
    .init("power of 3", [around]) { $0[0].power(3) },
    .init("maximum", [around, other]) { $0[0].maximum($0[1]).square() },
    .init("minimum", [around, other]) { $0[0].minimum($0[1]).square() },
    .init("absorbing multiply", [around, other]) {
      Tensor(Node.binary(.absorbingMultiply, $0[0].node, $0[1].node))
    },
    .init("absorbing divide", [around, other]) {
      Tensor(Node.binary(.absorbingDivide, $0[0].node, $0[1].node))
    },
    .init("logAddExp", [around, other]) { $0[0].logAddExp($0[1]) },
    .init("xlogy", [around, positive]) { xlogy($0[0], $0[1]) },
    .init("xlog1py", [around, positive]) { xlog1py($0[0], $0[1]) },
    .init("where", [around, other]) { `where`($0[0] .> 0.1, $0[0].square(), $0[1].exp()) },
    .init("broadcast product", [around, [0.7, -1.2]], [[2, 3], [2, 1]]) { $0[0] * $0[1].exp() },
    .init("quotient by a row", [around, [1.4, -0.6, 2]], [[2, 3], [3]]) { $0[0] / $0[1] },
    .init("power by one number", [positive, [1.3]], [[6], []]) { $0[0].power($0[1]) },
  ]

  private static let block = (0..<12).map { -1.9 + 0.37 * Double($0 * 5 % 12) }

  static let reductions: [SmoothFunction] = [
    .init("sum", [block], [[3, 4]]) { $0[0].square().sum() },
    .init("sum of columns", [block], [[3, 4]]) { $0[0].square().sum(axis: 0) },
    .init("sum with kept axes", [block], [[2, 3, 2]]) {
      $0[0].exp() * $0[0].sum(axes: [0, 2], keepingDimensions: true)
    },
    .init("mean", [block], [[3, 4]]) {
      ($0[0] - $0[0].mean(axis: 1, keepingDimensions: true)).exp()
    },
    .init("max", [block], [[3, 4]]) { $0[0].max(axis: 1).exp() },
    .init("max with kept axes", [block], [[3, 4]]) {
      ($0[0] - $0[0].max(axes: [0, 1], keepingDimensions: true)).exp()
    },
    .init("min", [block], [[3, 4]]) { $0[0].min(axis: 0).square() },
    .init("product", [block], [[3, 4]]) { $0[0].product(axis: 1) },
    .init("product over all", [block], [[3, 4]]) { $0[0].product() },
    .init("product with kept axes", [block], [[2, 3, 2]]) {
      $0[0].exp() * $0[0].product(axes: [0, 2], keepingDimensions: true)
    },
    .init("product with one zero", [[0.4, 0, -1.2, 0.7]]) { $0[0].product() },
    .init("product with two zeros", [[0, 1.3, 0, 0.7, -1.1]]) { $0[0].product() },
    .init("variance", [block], [[3, 4]]) { $0[0].variance(axis: 1) },
    .init("standardDeviation", [block], [[3, 4]]) { $0[0].standardDeviation(axes: [0, 1]) },
    .init("norm", [block], [[3, 4]]) { $0[0].norm(axis: 0) },
    .init("norm of order 3", [block], [[3, 4]]) { $0[0].norm(3, axis: 1) },
    .init("norm of order 1.5", [block], [[3, 4]]) { $0[0].exp().norm(1.5) },
    .init("largest magnitude", [block], [[3, 4]]) { $0[0].norm(.infinity, axis: 1).square() },
    .init("logSumExp", [block], [[3, 4]]) { $0[0].logSumExp(axis: 1) },
    .init("logSumExp over all", [block], [[3, 4]]) { $0[0].logSumExp() },
    .init("logWeightedSumExp", [block, [0.3, 1.2, 0.5, 2]], [[3, 4], [4]]) {
      logWeightedSumExp($0[0], logWeights: $0[1].log(), weights: $0[1])
    },
    .init("softmax", [block], [[3, 4]]) { $0[0].softmax(axis: 0) },
    .init("logSoftmax", [block], [[3, 4]]) { $0[0].logSoftmax(axis: -1) },
  ]

  static let shaping: [SmoothFunction] = [
    .init("reshape", [block], [[3, 4]]) { $0[0].exp().reshaped(to: [2, 6]).square() },
    .init("expand", [[0.3, -0.8]], [[2, 1]]) { $0[0].exp().expanded(to: [3, 2, 4]) },
    .init("permute", [block], [[2, 3, 2]]) { $0[0].exp().permuted([2, 0, 1]) * 2 },
    .init("transpose of a leaf", [block], [[3, 4]]) { $0[0].transposed().square() },
    .init("slice with steps", [block], [[3, 4]]) {
      $0[0].square()[.range(0, nil, step: 2), 1..<4].exp()
    },
    .init("element of a leaf", [block], [[3, 4]]) { $0[0][1].square() * $0[0][.all, 2].sum() },
    .init("flip", [block], [[3, 4]]) { $0[0].exp().flipped() * $0[0].flipped(axis: 0) },
    .init("roll", [block], [[3, 4]]) { $0[0].exp().rolled(by: 1, axis: 1) * $0[0] },
    .init("pad by reflection", [block], [[3, 4]]) {
      $0[0].square().padded([(2, 1), (3, 0)], with: .reflect).exp()
    },
    .init("pad by the edge", [block], [[3, 4]]) {
      $0[0].square().padded([(0, 1), (3, 2)], with: .replicate).exp()
    },
    .init("repeat and tile", [block], [[3, 4]]) {
      $0[0].exp().repeated(2, axis: 0) * $0[0].square().tiled([2, 1])
    },
    .init("slices that overlap", [block], [[12]]) { $0[0][0..<8] * $0[0][4..<12] },
    .init("embed", [block], [[3, 4]]) {
      Tensor(Node.embed($0[0].exp().node, starts: [1, 0], steps: [2, 3], in: [7, 10]))
    },
    .init("concatenate", [block, [0.2, 1.4, -0.5]], [[3, 4], [3, 1]]) {
      concatenate([$0[0].exp(), $0[1], $0[0] * $0[1]], axis: 1).square()
    },
    .init("concatenate a tensor with itself", [[0.3, -0.8]]) {
      concatenate([$0[0], $0[0], $0[0].square()]).exp()
    },
    .init("stack", [block, block], [[3, 4], [3, 4]]) { stack([$0[0], $0[1].square()], axis: 1) },
    .init("array literal", [[0.4], [1.2]], [[], []]) { [[$0[0], 1, $0[1]], [2, $0[0], 3]] },
  ]

  static let indexing: [SmoothFunction] = [
    .init("gather", [block], [[3, 4]]) {
      $0[0].exp().gathered(at: Tensor([2, -2, 2, 0], shape: [2, 2]), axis: 1).square()
    },
    .init("gather from a short table by a long index", [[0.2, -1.3, 0.8]]) {
      $0[0].exp()[Tensor((0..<700).map { $0 * 5 % 3 })].sin()
    },
    .init("gather by no index", [block], [[3, 4]]) {
      $0[0].gathered(at: Tensor([Int]())).square().sum() + $0[0].square()
    },
    .init("take along", [block], [[3, 4]]) {
      $0[0].exp().takingAlong(Tensor([1, -1, 1], shape: [3, 1]), axis: 1).square()
    },
    .init("adding", [block, around], [[3, 4], [3, 2]]) {
      $0[0].adding($0[1].exp(), at: Tensor([1, 1]), axis: 1).square()
    },
    .init("adding along", [block, around], [[3, 4], [3, 2]]) {
      $0[0].addingAlong($0[1].exp(), at: Tensor([0, 3, 1, 1, 2, 0], shape: [3, 2]), axis: 1)
        .square()
    },
    .init("replacing, one index twice", [block, around], [[3, 4], [3, 2]]) {
      $0[0].replacing(at: Tensor([1, -3]), axis: 1, with: $0[1].exp()).square()
    },
    .init("replacing along, one index twice", [block, around], [[3, 4], [3, 2]]) {
      $0[0].replacingAlong(
        Tensor([0, 3, 1, 1, 2, 0], shape: [3, 2]), axis: 1, with: $0[1].exp()
      ).square()
    },
    .init("two indices", [block], [[2, 3, 2]]) {
      $0[0].exp()[[0, 1, 1], .all, [1, 0, 0]].square()
    },
    .init("assignment to a slice", [block, around], [[3, 4], [3, 2]]) {
      var x = $0[0].exp()
      x[.all, .range(nil, nil, step: -2)] = $0[1].square()
      return x.square()
    },
    .init("assignment to indices and a mask", [block, other], [[3, 4], [6]]) {
      var x = $0[0].exp()
      x[[true, false, true], 1..<4] = $0[1].reshaped(to: [2, 3]).square()
      x[[1, 2], [-1, 0]] *= $0[1][2]
      return x.square()
    },
    .init("assignment of a number under a mask", [block], [[12]]) {
      var x = $0[0].square()
      x[$0[0] .> 0] = 3
      x[0] += 1
      return x.exp()
    },
    .init("selected", [block], [[3, 4]]) { $0[0].exp().selected(where: $0[0] .> -0.5).square() },
  ]

  static let all = unary + binary + reductions + shaping + indexing
}

@Suite struct GradientTests {
  @Test(arguments: SmoothFunction.all)
  func gradientEqualsCentralDifference(_ function: SmoothFunction) {
    let slopes = CentralDifferences(
      at: function.points, shapes: function.shapes, of: function.apply
    ).first()
    #expect(slopes.error < 1e-8, "\(slopes)")
  }

  @Test(arguments: SmoothFunction.all)
  func gradientOfGradientEqualsCentralDifference(_ function: SmoothFunction) {
    let slopes = CentralDifferences(
      at: function.points, shapes: function.shapes, of: function.apply
    ).second()
    #expect(slopes.error < 1e-7, "\(slopes)")
  }

  /// The same where a long axis makes chunks.
  @Test(arguments: SmoothFunction.unary + SmoothFunction.binary)
  func gradientOverManyElementsEqualsCentralDifference(_ function: SmoothFunction) {
    let lengths = Set(function.points.map(\.count))
    guard lengths.count == 1, function.shapes == nil else { return }
    let points = function.points.map { point in (0..<700).map { point[$0 % point.count] } }
    let slopes = CentralDifferences(at: points, of: function.apply).first()
    #expect(slopes.error < 1e-7, "\(slopes)")
  }
}
