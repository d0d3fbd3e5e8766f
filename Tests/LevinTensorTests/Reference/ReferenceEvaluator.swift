@testable import LevinTensor

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Computes graphs node by node in plain Swift, with no plan: what the engine is held against.
///
/// Every value is kept in double precision and rounded to its node's dtype. To learn how much
/// rounding matters in a graph, all inexact results can be disturbed by up to `disturbance` units
/// of roundoff.
final class ReferenceEvaluator {
  private var known: [ObjectIdentifier: ReferenceArray] = [:]
  // Nodes whose values are known stay alive, so no other node takes their place in memory.
  private var kept: [Node] = []
  private var disturbance: Double
  private var random: PCG64
  /// The distances of values from the points where functions jump.
  private(set) var ties = ReferenceTies()

  init(disturbance: Double = 0, seed: Int = 0) {
    self.disturbance = disturbance
    random = PCG64(seed: seed)
  }

  /// The value of a tensor, which must not have been evaluated: the engine would be trusted for
  /// that.
  func value(of tensor: Tensor) -> ReferenceArray {
    for node in Self.nodes(feeding: [tensor]) where known[ObjectIdentifier(node)] == nil {
      let operands = node.operands.compactMap { known[ObjectIdentifier($0)] }
      kept.append(node)
      ties.note(node, operands)
      known[ObjectIdentifier(node)] = disturbed(Self.apply(node, operands), node, operands)
    }
    guard let value = known[ObjectIdentifier(tensor.node)] else {
      preconditionFailure("a walk ends at its root")
    }
    return value
  }

  /// All nodes that tensors are made from, inputs first.
  static func nodes(feeding tensors: [Tensor]) -> [Node] {
    var order: [Node] = []
    var seen = Set<ObjectIdentifier>()
    var stack = tensors.reversed().map { (node: $0.node, entered: false) }
    while let (node, entered) = stack.popLast() {
      if entered {
        order.append(node)
      } else if seen.insert(ObjectIdentifier(node)).inserted {
        stack.append((node, true))
        stack += node.operands.reversed().map { ($0, false) }
      }
    }
    return order
  }

  /// The value of one node from those of its inputs.
  static func apply(_ node: Node, _ inputs: [ReferenceArray]) -> ReferenceArray {
    switch node.operation {
    case .leaf: return ReferenceArray(reading: node)
    case .scalar: return result(of: node, [node.dtype.casting(node.scalar)])
    case .unary(.cast): return result(of: node, inputs[0].elements.map(node.dtype.casting))
    case .unary(let operation):
      let function = unary(operation, node)
      return result(of: node, inputs[0].elements.map { node.dtype.rounding(function($0)) })
    case .binary(let operation): return binary(operation, node, inputs)
    case .ternary(let operation): return ternary(operation, node, inputs)
    case .reduction(let operation): return reduced(node, inputs[0], reduction(operation))
    case .composite(.logSumExp): return reduced(node, inputs[0], ReferenceMathematics.logSumExp)
    case .composite(.softmax): return softmax(node, inputs[0])
    case .movement(let operation): return moved(operation, node, inputs)
    case .linearAlgebra(.matrixProduct): return matrixProduct(node, inputs)
    case .linearAlgebra(let operation):
      preconditionFailure("\(operation) is not among the random graphs")
    case .ordering(.searchSorted): return ReferenceOrder.searchSorted(node, inputs[0], inputs[1])
    case .ordering, .scan: return ReferenceOrder.apply(node, inputs)
    case .indexing:
      return result(
        of: node, ReferenceIndexing(node, inputs).elements.map(node.dtype.rounding))
    }
  }

  private static func reduced(
    _ node: Node, _ x: ReferenceArray, _ reduce: ([Double]) -> Double
  ) -> ReferenceArray {
    let groups = x.groups(over: Array(node.attributes.dropFirst()))
    return result(of: node, groups.map { node.dtype.rounding(reduce($0)) })
  }

  private static func moved(
    _ operation: MovementOperation, _ node: Node, _ inputs: [ReferenceArray]
  ) -> ReferenceArray {
    switch operation {
    case .reshape: result(of: node, inputs[0].elements)
    case .expand: result(of: node, inputs[0].broadcast(to: node.shape))
    case .permute, .slice: moved(node, inputs[0])
    case .embed: embedded(node, inputs[0])
    case .concatenate: concatenated(node, inputs)
    case .replace:
      result(of: node, ReferenceIndexing(node, inputs).replaced.map(node.dtype.rounding))
    }
  }

  private static func binary(
    _ operation: BinaryOperation, _ node: Node, _ inputs: [ReferenceArray]
  ) -> ReferenceArray {
    let function = binary(operation)
    let pairs = zip(inputs[0].broadcast(to: node.shape), inputs[1].broadcast(to: node.shape))
    return result(of: node, pairs.map { node.dtype.rounding(function($0, $1)) })
  }

  private static func ternary(
    _ operation: TernaryOperation, _ node: Node, _ inputs: [ReferenceArray]
  ) -> ReferenceArray {
    let operands = inputs.map { $0.broadcast(to: node.shape) }
    let triples = zip(operands[0], zip(operands[1], operands[2]))
    guard let function = ReferenceIncomplete.ofThree(operation) else {
      return result(of: node, triples.map { $0 != 0 ? $1.0 : $1.1 })
    }
    return result(of: node, triples.map { node.dtype.rounding(function($0, $1.0, $1.1)) })
  }

  private static func result(of node: Node, _ elements: [Double]) -> ReferenceArray {
    ReferenceArray(shape: node.shape, dtype: node.dtype, elements: elements)
  }

  private static func unary(_ operation: UnaryOperation, _ node: Node) -> (Double) -> Double {
    switch operation {
    case .negate: { -$0 }
    case .absolute: { Swift.abs($0) }
    case .sign: ReferenceMathematics.sign
    case .floor: { $0.rounded(.down) }
    case .ceil: { $0.rounded(.up) }
    case .round: { $0.rounded(.toNearestOrEven) }
    case .trunc: { $0.rounded(.towardZero) }
    case .exp: { exp($0) }
    case .expm1: { expm1($0) }
    case .log: { log($0) }
    case .log1p: { log1p($0) }
    case .log2: { log2($0) }
    case .log10: { log10($0) }
    case .squareRoot: { $0.squareRoot() }
    case .reciprocalSquareRoot: { 1 / $0.squareRoot() }
    case .square: { $0 * $0 }
    case .reciprocal: { 1 / $0 }
    case .sin: { sin($0) }
    case .cos: { cos($0) }
    case .asin: { asin($0) }
    case .acos: { acos($0) }
    case .atan: { atan($0) }
    case .sinh: { sinh($0) }
    case .cosh: { cosh($0) }
    case .tanh: { tanh($0) }
    case .asinh: { asinh($0) }
    case .acosh: { acosh($0) }
    case .atanh: { atanh($0) }
    case .sigmoid: ReferenceMathematics.sigmoid
    case .softplus: ReferenceMathematics.softplus
    case .logSigmoid: ReferenceMathematics.logSigmoid
    case .erf: { erf($0) }
    case .erfc: { erfc($0) }
    case .erfInverse: ReferenceMathematics.erfInverse
    case .log1mExp: ReferenceMathematics.log1mExp
    case .logNormalCDF: ReferenceMathematics.logNormalCDF
    case .normalHazard: ReferenceMathematics.normalHazard
    case .logGamma: ReferenceMathematics.logGamma
    case .polygamma: { ReferenceMathematics.polygamma(node.attributes[0], $0) }
    case .stirlingRest: ReferenceMathematics.stirlingRest
    case .stirlingRestSlope: ReferenceMathematics.stirlingRestSlope
    case .isNaN: { $0.isNaN ? 1 : 0 }
    case .isFinite: { $0.isFinite ? 1 : 0 }
    case .logicalNot: { $0 == 0 ? 1 : 0 }
    case .cast: node.dtype.casting
    }
  }

  private static func binary(_ operation: BinaryOperation) -> (Double, Double) -> Double {
    switch operation {
    case .add: { $0 + $1 }
    case .subtract: { $0 - $1 }
    case .multiply: { $0 * $1 }
    case .divide: { $0 / $1 }
    case .remainder: ReferenceMathematics.remainder
    case .floorDivide: ReferenceMathematics.floorQuotient
    case .power: { pow($0, $1) }
    case .atan2: { atan2($0, $1) }
    case .maximum: ReferenceMathematics.maximum
    case .minimum: ReferenceMathematics.minimum
    case .absorbingMultiply: { $0 == 0 ? 0 : $0 * $1 }
    case .absorbingDivide: { $0 == 0 ? 0 : $0 / $1 }
    case .logAddExp: ReferenceMathematics.logAddExp
    case .xlogy: ReferenceMathematics.xlogy
    case .xlog1py: ReferenceMathematics.xlog1py
    case .equal: { $0 == $1 ? 1 : 0 }
    case .notEqual: { $0 != $1 ? 1 : 0 }
    case .less: { $0 < $1 ? 1 : 0 }
    case .lessOrEqual: { $0 <= $1 ? 1 : 0 }
    case .logicalAnd: { $0 != 0 && $1 != 0 ? 1 : 0 }
    case .logicalOr: { $0 != 0 || $1 != 0 ? 1 : 0 }
    case .gammaP, .gammaQ, .gammaDensity, .gammaShapeSlope, .gammaPInverse, .gammaQInverse:
      ReferenceIncomplete.ofTwo(operation) ?? { _, _ in .nan }
    }
  }

  private static func reduction(_ operation: ReductionOperation) -> ([Double]) -> Double {
    switch operation {
    case .maximumOver: { $0.reduce(-.infinity, ReferenceMathematics.maximum) }
    case .minimumOver: { $0.reduce(.infinity, ReferenceMathematics.minimum) }
    case .product: { $0.reduce(1, *) }
    case .sum: ReferenceMathematics.sum
    }
  }
}

extension Node {
  /// The nodes that the operation is applied to; none for a leaf.
  var operands: [Node] { operation == .leaf ? [] : inputs.map { $0 } }
}

extension ReferenceEvaluator {
  fileprivate static func softmax(_ node: Node, _ x: ReferenceArray) -> ReferenceArray {
    let axes = Array(node.attributes.dropFirst())
    var kept = x.shape
    for axis in axes { kept[axis] = 1 }
    func spread(_ function: ([Double]) -> Double) -> [Double] {
      ReferenceArray(shape: kept, dtype: x.dtype, elements: x.groups(over: axes).map(function))
        .broadcast(to: x.shape)
    }
    let largest = spread { $0.reduce(-.infinity, ReferenceMathematics.maximum) }
    let shifted = zip(x.elements, largest).map { exp($1.isFinite ? $0 - $1 : $0) }
    let sums = ReferenceArray(shape: x.shape, dtype: x.dtype, elements: shifted)
      .groups(over: axes).map(ReferenceMathematics.sum)
    let totals = ReferenceArray(shape: kept, dtype: x.dtype, elements: sums)
    let weights = zip(shifted, totals.broadcast(to: x.shape)).map { $0 == 0 ? 0 : $0 / $1 }
    return result(of: node, weights.map(node.dtype.rounding))
  }

  fileprivate static func moved(_ node: Node, _ x: ReferenceArray) -> ReferenceArray {
    var strides = RowMajor.strides(x.shape)
    var start = 0
    if node.operation == .movement(.permute) {
      strides = node.attributes.map { strides[$0] }
    } else {
      for axis in strides.indices {
        start += node.attributes[2 * axis] * strides[axis]
        strides[axis] *= node.attributes[2 * axis + 1]
      }
    }
    let offsets = RowMajor.offsets(node.shape, strides: strides, start: start)
    return result(of: node, offsets.map { x.elements[$0] })
  }

  fileprivate static func embedded(_ node: Node, _ x: ReferenceArray) -> ReferenceArray {
    var strides = RowMajor.strides(node.shape)
    var start = 0
    for axis in strides.indices {
      start += node.attributes[2 * axis] * strides[axis]
      strides[axis] *= node.attributes[2 * axis + 1]
    }
    var elements = [Double](repeating: 0, count: RowMajor.count(node.shape))
    for (offset, element) in zip(
      RowMajor.offsets(x.shape, strides: strides, start: start), x.elements)
    {
      elements[offset] = element
    }
    return result(of: node, elements)
  }

  fileprivate static func concatenated(
    _ node: Node, _ parts: [ReferenceArray]
  ) -> ReferenceArray {
    let axis = node.attributes[0]
    let outer = RowMajor.count(Array(node.shape[..<axis]))
    var elements: [Double] = []
    for row in 0..<outer {
      for part in parts {
        let run = RowMajor.count(Array(part.shape[axis...]))
        elements += part.elements[(row * run)..<((row + 1) * run)]
      }
    }
    return result(of: node, elements)
  }

  // Operations that only choose among numbers or move them are exact.
  private static func isExact(_ operation: LevinTensor.Operation) -> Bool {
    switch operation {
    case .leaf, .scalar, .movement, .ordering, .ternary(.select), .reduction(.maximumOver),
      .reduction(.minimumOver):
      true
    case .unary(let operation):
      [.negate, .absolute, .sign, .floor, .ceil, .round, .trunc].contains(operation)
    case .binary(let operation): operation == .maximum || operation == .minimum
    case .indexing(let operation): operation != .scatterAdd && operation != .scatterAddAlong
    case .ternary, .reduction, .composite, .linearAlgebra, .scan: false
    }
  }

  // What rounding does to a sum goes with the size of its terms, which may cancel.
  fileprivate func disturbed(
    _ array: ReferenceArray, _ node: Node, _ operands: [ReferenceArray]
  ) -> ReferenceArray {
    let roundoff = array.dtype.unitRoundoff
    guard disturbance > 0, roundoff > 0, !Self.isExact(node.operation) else { return array }
    var sizes = array.elements
    if let running = ReferenceOrder.magnitudes(node, operands) { sizes = running }
    if node.operation == .reduction(.sum) {
      sizes = operands[0].groups(over: Array(node.attributes.dropFirst())).map { group in
        group.reduce(0) { $0 + Swift.abs($1) }
      }
    }
    if node.operation == .linearAlgebra(.matrixProduct) {
      sizes = Self.matrixProduct(node, operands.map(\.magnitudes)).elements
    }
    // Their error is that of the largest exponent, which the logarithm of the rest may cancel.
    let logarithmic: [LevinTensor.Operation] = [
      .composite(.logSumExp), .binary(.logAddExp), .scan(.logCumulativeSumExp),
    ]
    if logarithmic.contains(node.operation) {
      sizes = sizes.map { max(1, Swift.abs($0)) }
    }
    let scattering: [LevinTensor.Operation] = [.indexing(.scatterAdd), .indexing(.scatterAddAlong)]
    if scattering.contains(node.operation) {
      sizes = ReferenceIndexing(node, operands).sizesOfSums.map(\.magnitude)
    }
    var result = array
    result.elements = zip(array.elements, sizes).map {
      $0 + $1 * disturbance * roundoff * random.uniform(in: -1..<1)
    }
    return result
  }
}
