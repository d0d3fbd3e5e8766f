@testable import LevinTensor

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Computes all nodes of a random graph by the engine, and each again by the reference from what
/// the engine has for its inputs: so errors do not add up, and every kernel is held to its own
/// bound.
struct NodeComparison {
  private let graph: RandomGraph

  init(_ graph: RandomGraph) { self.graph = graph }

  /// The first node whose value is off, in words.
  func firstMismatch() -> String? {
    var random = PCG64(seed: [UInt32(graph.seed), 2])
    let roots = graph.requested(in: graph.build(&random))
    let nodes = ReferenceEvaluator.nodes(feeding: roots)
    // An evaluated node may drop its inputs, so they are kept here.
    let inputs = nodes.map(\.operands)
    evaluateOrStop(nodes.map { Tensor($0) })
    for (node, operands) in zip(nodes, inputs) {
      let values = operands.map { ReferenceArray(reading: $0) }
      let expected = ReferenceEvaluator.apply(node, values)
      if let text = Self.difference(node, expected, values) {
        let shapes = values.map { "\($0.dtype) \($0.shape)" }.joined(separator: ", ")
        return "seed \(graph.seed): \(node.operation) \(node.attributes) of \(shapes) to "
          + "\(node.dtype) \(node.shape): \(text)"
      }
    }
    return nil
  }

  private static func difference(
    _ node: Node, _ expected: ReferenceArray, _ inputs: [ReferenceArray]
  ) -> String? {
    let found = ReferenceArray(reading: node)
    let bounds = ErrorBound(node, expected, inputs)
    for (index, (a, b)) in zip(found.elements, expected.elements).enumerated()
    where a != b && !(abs(a - b) <= bounds.bound(index)) && !(a.isNaN && b.isNaN) {
      return "element \(index) is \(a), the reference has \(b), bound \(bounds.bound(index))"
    }
    return nil
  }
}

/// The distance that a node's result may have from the exact one, for exact inputs.
struct ErrorBound {
  private let node: Node
  private let expected: ReferenceArray
  // For sums alone.
  private let sumsOfMagnitudes: [Double]
  private let productOfMagnitudes: [Double]
  private let factorCount: Int
  private let runningMagnitudes: [Double]

  init(_ node: Node, _ expected: ReferenceArray, _ inputs: [ReferenceArray]) {
    self.node = node
    self.expected = expected
    sumsOfMagnitudes =
      switch node.operation {
      case .reduction(.sum):
        inputs[0].groups(over: Array(node.attributes.dropFirst())).map {
          $0.reduce(0) { $0 + abs($1) } * Self.depth($0.count)
        }
      // One after the other.
      case .indexing(.scatterAdd), .indexing(.scatterAddAlong):
        ReferenceIndexing(node, inputs).sizesOfSums.map { ($0.count + 1) * $0.magnitude }
      default: []
      }
    productOfMagnitudes =
      node.operation == .linearAlgebra(.matrixProduct)
      ? ReferenceEvaluator.matrixProduct(node, inputs.map(\.magnitudes)).elements : []
    factorCount =
      node.operation == .reduction(.product)
      ? inputs[0].elements.count / max(1, expected.elements.count) : 0
    runningMagnitudes = ReferenceOrder.magnitudes(node, inputs) ?? []
  }

  // Sums add pairwise, so their error grows with the logarithm of the number of terms; and factors
  // that all terms share may have been taken out of the sum, with a rounding each.
  private static func depth(_ count: Int) -> Double {
    var depth = 16.0
    var size = 1
    while size < count { (size, depth) = (2 * size, depth + 1) }
    return depth
  }

  /// The bound for one element.
  func bound(_ index: Int) -> Double {
    let unit = 2 * node.dtype.unitRoundoff
    let value = abs(expected.elements[index])
    let subnormal = node.dtype == .float32 ? 0x1p-149 : 0x1p-1074
    switch node.operation {
    case .unary(let operation): return ofOne(operation, value, unit, subnormal)
    case .binary(let operation): return ofTwo(operation, value, unit, subnormal)
    case .ternary(.select): return 0
    case .ternary(.betaIInverse):
      return (node.dtype == .float32 ? 2 * unit : 1e-11) * max(1, value)
    // Where it is not told from its largest value, the terms are as large as the product.
    case .ternary(.gammaExponent), .ternary(.gammaExponentSlope), .ternary(.zeroWeightSlope):
      return (node.dtype == .float32 ? 32 * unit : 1e-12) * max(1, value)
    case .ternary: return (node.dtype == .float32 ? unit : 1e-12) * max(1, value)
    case .reduction(.sum), .indexing(.scatterAdd), .indexing(.scatterAddAlong):
      return sumsOfMagnitudes[index] * unit / 2
    case .reduction(.product): return (value * unit + subnormal) * Double(factorCount)
    // At most 256 terms are added one after the other, and blocks of them likewise.
    case .linearAlgebra(.matrixProduct):
      return 300 * productOfMagnitudes[index] * unit / 2 + subnormal
    // Lines are added up in double precision and in order.
    case .scan(.cumulativeSum), .scan(.recurrence):
      return unit * value / 2 + runningMagnitudes[index] * 0x1p-53 * Double(node.length)
    case .scan(.cumulativeProduct):
      return unit * value / 2 + value * 0x1p-52 * Double(node.length)
    case .composite(.logSumExp), .scan(.logCumulativeSumExp): return 16 * unit * max(1, value)
    // A weight's relative error is the absolute one of its logarithm.
    case .composite(.softmax):
      return (16 + 2 * abs(log(max(value, subnormal)))) * unit * value + subnormal
    case .leaf, .scalar, .reduction, .movement, .indexing, .linearAlgebra, .ordering: return 0
    }
  }

  private func ofOne(
    _ operation: UnaryOperation, _ value: Double, _ unit: Double, _ subnormal: Double
  ) -> Double {
    let isSingle = node.dtype == .float32
    return switch operation {
    case .exp, .expm1, .log, .log1p, .log2, .log10, .reciprocalSquareRoot, .sin, .cos, .tanh,
      .sigmoid, .softplus, .logSigmoid, .erf, .asin, .acos, .atan, .sinh, .cosh, .asinh, .acosh,
      .atanh, .erfInverse, .log1mExp:
      (isSingle ? 2 : 4) * unit * value + subnormal
    case .logNormalCDF, .normalHazard: (isSingle ? 2 : 100) * unit * value + subnormal
    case .erfc: (isSingle ? 5.2 : 4) * unit * value + subnormal
    case .logGamma, .polygamma, .stirlingRest, .stirlingRestSlope:
      (isSingle ? 1e-6 : 1e-13) * max(1, value)
    case .negate, .absolute, .sign, .floor, .ceil, .round, .trunc, .squareRoot, .square,
      .reciprocal, .isNaN, .isFinite, .logicalNot, .cast:
      0
    }
  }

  private func ofTwo(
    _ operation: BinaryOperation, _ value: Double, _ unit: Double, _ subnormal: Double
  ) -> Double {
    let isSingle = node.dtype == .float32
    return switch operation {
    case .atan2: (isSingle ? 2 : 4) * unit * value + subnormal
    case .gammaP, .gammaQ, .gammaDensity, .gammaShapeSlope:
      (isSingle ? unit : 1e-12) * max(1, value)
    case .gammaPInverse, .gammaQInverse: (isSingle ? 2 * unit : 1e-11) * max(1, value)
    case .power, .xlogy, .xlog1py: 4 * unit * value + subnormal
    case .logAddExp: 4 * unit * max(1, value)
    case .add, .subtract, .multiply, .divide, .remainder, .floorDivide, .maximum, .minimum,
      .absorbingMultiply, .absorbingDivide, .equal, .notEqual, .less, .lessOrEqual, .logicalAnd,
      .logicalOr:
      0
    }
  }
}

extension Node {
  /// The length of the axis along which a scan runs.
  fileprivate var length: Int { shape[attributes[0]] }
}
