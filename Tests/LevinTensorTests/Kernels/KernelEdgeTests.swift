import Foundation
import Testing

@testable import LevinTensor

// The behaviour of kernels at the edges of the memory they run over and of the numbers they take.

/// The elements of a tensor as bits, all NaN alike.
private func bits(_ tensor: Tensor) -> [UInt64] {
  switch tensor.dtype {
  case .bool: tensor.scalars(as: Bool.self).map { $0 ? 1 : 0 }
  case .int32: tensor.scalars(as: Int32.self).map { UInt64(UInt32(bitPattern: $0)) }
  case .int64: tensor.scalars(as: Int.self).map { UInt64(bitPattern: Int64($0)) }
  case .float32:
    tensor.scalars(as: Float.self).map { UInt64($0.isNaN ? Float.nan.bitPattern : $0.bitPattern) }
  case .float64: tensor.scalars.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
  }
}

/// An operation, element by element, on operands of one dtype.
struct ElementwiseOperation: Sendable, CustomTestStringConvertible {
  let name: String
  let dtype: DType
  let operandCount: Int
  let apply: @Sendable ([Tensor]) -> Tensor

  var testDescription: String { "\(name) of \(dtype)" }

  private typealias Unary = @Sendable (Tensor) -> Tensor
  private typealias Binary = @Sendable (Tensor, Tensor) -> Tensor

  private static let ofReals: [(String, Unary)] = [
    ("floor", { $0.floor() }), ("ceil", { $0.ceil() }), ("round", { $0.round() }),
    ("trunc", { $0.trunc() }), ("exp", { $0.exp() }), ("expm1", { $0.expm1() }),
    ("log2", { $0.log2() }), ("log10", { $0.log10() }), ("rsqrt", { $0.rsqrt() }),
    ("asin", { $0.asin() }), ("acos", { $0.acos() }), ("atan", { $0.atan() }),
    ("sinh", { $0.sinh() }), ("cosh", { $0.cosh() }), ("asinh", { $0.asinh() }),
    ("acosh", { $0.acosh() }), ("atanh", { $0.atanh() }), ("erfInverse", { $0.erfInverse() }),
    ("log1mExp", { $0.log1mExp() }), ("logNormalCDF", { $0.logNormalCDF() }),
    ("normalHazard", { Tensor(Node.unary(.normalHazard, $0.node)) }),
    ("isInfinite", { $0.isInfinite }), ("sin", { $0.sin() }), ("cos", { $0.cos() }),
    ("erf", { $0.erf() }), ("erfc", { $0.erfc() }),
    ("log", { $0.log() }), ("log1p", { $0.log1p() }), ("sqrt", { $0.sqrt() }),
    ("reciprocal", { $0.reciprocal() }), ("tanh", { $0.tanh() }), ("sigmoid", { $0.sigmoid() }),
    ("softplus", { $0.softplus() }), ("logSigmoid", { $0.logSigmoid() }),
    ("logGamma", { $0.logGamma() }), ("digamma", { $0.digamma() }),
    ("trigamma", { $0.polygamma(order: 1) }), ("tetragamma", { $0.polygamma(order: 2) }),
    ("isNaN", { $0.isNaN }), ("isFinite", { $0.isFinite }),
    ("stirlingRest", { $0.stirlingRest() }),
    ("stirlingRestSlope", { Tensor(Node.unary(.stirlingRestSlope, $0.node)) }),
  ]
  private static let ofNumbers: [(String, Unary)] = [
    ("negate", { -$0 }), ("abs", { $0.abs() }), ("sign", { $0.sign() }),
    ("square", { $0.square() }),
  ]
  private static let ofTwoReals: [(String, Binary)] = [
    ("divide", { $0 / $1 }), ("logAddExp", { $0.logAddExp($1) }),
    ("gammaP", { regularizedGammaP($0, $1) }), ("gammaQ", { regularizedGammaQ($0, $1) }),
    ("gammaPInverse", { inverseRegularizedGammaP($0, $1) }),
    ("gammaQInverse", { inverseRegularizedGammaQ($0, $1) }),
    ("gammaDensity", { Tensor(Node.binary(.gammaDensity, $0.node, $1.node)) }),
    ("gammaShapeSlope", { Tensor(Node.binary(.gammaShapeSlope, $0.node, $1.node)) }),
    ("atan2", { atan2($0, $1) }), ("remainder", { $0 % $1 }),
    ("floorDivide", { $0.floorDivided(by: $1) }),
    ("xlogy", { xlogy($0, $1) }), ("xlog1py", { xlog1py($0, $1) }),
    ("absorbingMultiply", { Tensor(Node.binary(.absorbingMultiply, $0.node, $1.node)) }),
    ("absorbingDivide", { Tensor(Node.binary(.absorbingDivide, $0.node, $1.node)) }),
  ]
  private static let ofThreeReals: [(String, TernaryOperation)] = [
    ("betaI", .betaI), ("betaDensity", .betaDensity), ("betaFirstSlope", .betaFirstSlope),
    ("betaSecondSlope", .betaSecondSlope), ("betaIInverse", .betaIInverse),
    ("gammaExponent", .gammaExponent), ("gammaExponentSlope", .gammaExponentSlope),
    ("zeroWeightSlope", .zeroWeightSlope),
  ]
  private static let ofTwoNumbers: [(String, Binary)] = [
    ("add", { $0 + $1 }), ("subtract", { $0 - $1 }), ("multiply", { $0 * $1 }),
    ("maximum", { $0.maximum($1) }), ("minimum", { $0.minimum($1) }),
    ("power", { $0.power($1) }),
    // Integers cannot be divided by 0.
    ("remainder", { $0 % $1.maximum(1) }), ("floorDivide", { $0.floorDivided(by: $1.maximum(1)) }),
  ]
  private static let comparisons: [(String, Binary)] = [
    ("equal", { $0 .== $1 }), ("notEqual", { $0 .!= $1 }), ("less", { $0 .< $1 }),
    ("lessOrEqual", { $0 .<= $1 }),
  ]

  private static func unary(_ operations: [(String, Unary)], _ dtypes: [DType]) -> [Self] {
    operations.flatMap { name, apply in
      dtypes.map { Self(name: name, dtype: $0, operandCount: 1) { apply($0[0]) } }
    }
  }

  private static func binary(_ operations: [(String, Binary)], _ dtypes: [DType]) -> [Self] {
    operations.flatMap { name, apply in
      dtypes.map { Self(name: name, dtype: $0, operandCount: 2) { apply($0[0], $0[1]) } }
    }
  }

  static let all: [Self] = {
    let reals: [DType] = [.float32, .float64]
    let numbers: [DType] = [.int32, .int64] + reals
    var all = unary(ofReals, reals) + unary(ofNumbers, numbers) + binary(ofTwoReals, reals)
    all += binary(ofTwoNumbers, numbers) + binary(comparisons, DType.allCases)
    all += unary([("not", { .!$0 })], [.bool])
    all += binary([("and", { $0 .& $1 }), ("or", { $0 .| $1 })], [.bool])
    for (name, operation) in ofThreeReals {
      all += reals.map {
        Self(name: name, dtype: $0, operandCount: 3) {
          Tensor(Node.ternary(operation, $0[0].node, $0[1].node, $0[2].node))
        }
      }
    }
    for dtype in DType.allCases {
      all += unary([("cast to \(dtype)", { $0.cast(to: dtype) })], DType.allCases)
      all.append(
        Self(name: "where", dtype: dtype, operandCount: 3) {
          `where`($0[0].cast(to: .float64) .> 0, $0[1], $0[2])
        })
    }
    return all
  }()

  /// Numbers of the dtype, with special ones among them, that begin `offset` elements into memory.
  func operand(_ offset: Int) -> Tensor {
    var random = PCG64(seed: offset + 1)
    let reals = (0..<90).map { index in
      index % 7 == 3
        ? Self.special[(index / 7 + 5 * offset) % Self.special.count]
        : exp(random.uniform(in: -6..<4)) * (random.uniform() < 0.4 ? -1 : 1)
    }
    let integers = reals.map { Int(tensorElement: $0 * 3) }
    let tensor =
      switch dtype {
      case .bool: Tensor(integers.map { $0 % 2 == 0 })
      case .int32: Tensor(integers.map { Int32(truncatingIfNeeded: $0) })
      case .int64: Tensor(integers)
      case .float32: Tensor(reals.map { Float($0) })
      case .float64: Tensor(reals)
      }
    return tensor[offset...]
  }

  private static let special: [Double] = [
    0, -0.0, .infinity, -.infinity, .nan, 1, 2, -1, -3, 1e-40, -0x1p-1060, 3e38, 1e300,
  ]
}

@Suite struct KernelMemoryTests {
  @Test(arguments: ElementwiseOperation.all) func everyLengthAndStartGivesTheBitsOfOneElement(
    _ operation: ElementwiseOperation
  ) {
    let operands = (0..<operation.operandCount).map { operation.operand($0) }
    var off: [String] = []
    // Bit i of the form tells that operand i is one number for all elements.
    for form in 0..<(1 << operands.count) - 1 {
      func apply(_ part: (Tensor) -> Tensor) -> Tensor {
        operation.apply(operands.enumerated().map { form >> $0 & 1 == 1 ? $1[17] : part($1) })
      }
      let expected = (0..<80).flatMap { index in bits(apply { $0[index] }) }
      for length in 0...67 {
        let start = length * 5 % 13
        let found = bits(apply { $0[start..<(start + length)] })
        if found != Array(expected[start..<(start + length)]) { off.append("\(form), \(length)") }
      }
      if bits(apply { $0[.range(2, 80, step: 3)] })
        != stride(from: 2, to: 80, by: 3).map({ expected[$0] })
      {
        off.append("\(form), strided")
      }
    }
    #expect(off.isEmpty, "forms and lengths: \(off)")
  }

  @Test(arguments: [DType.int32, .int64, .float32, .float64])
  func swiftNumbersActAsTensorsOfOneNumber(_ dtype: DType) {
    let x = ElementwiseOperation.all.first { $0.dtype == dtype }!.operand(0)
    let three = Tensor([3] as [Int])[0].cast(to: dtype)
    let pairs = [
      (x + 3, x + three), (3 + x, three + x), (x - 3, x - three), (3 - x, three - x),
      (x * 3, x * three), (3 * x, three * x), (x / 3, x / three), (3 / x, three / x),
      (x % 3, x % three), (3 % x.square().maximum(1), three % x.square().maximum(1)),
      (x.floorDivided(by: 3), x.floorDivided(by: three)), (x.power(3), x.power(three)),
      (x .== 3, x .== three), (x .!= 3, x .!= three), (x .< 3, x .< three), (x .<= 3, x .<= three),
      (x .> 3, three .< x), (x .>= 3, three .<= x),
    ]
    let off = pairs.indices.filter {
      pairs[$0].0.dtype != pairs[$0].1.dtype || bits(pairs[$0].0) != bits(pairs[$0].1)
    }
    #expect(off.isEmpty)
  }

  /// Sixteen partial sums, added pairwise; so every instruction set gives the same bits.
  private func laneSum(_ x: [Double]) -> Double {
    var lanes = [Double](repeating: 0, count: 16)
    for (index, element) in x.enumerated() { lanes[index % 16] += element }
    for width in [8, 4, 2, 1] {
      for lane in 0..<width { lanes[lane] += lanes[lane + width] }
    }
    return lanes[0]
  }

  @Test(arguments: [DType.float32, .float64]) func sumsHaveSixteenLanes(_ dtype: DType) {
    // Of such different sizes that any other order would round otherwise.
    var random = PCG64(seed: 5)
    let tensor = Tensor((0..<1100).map { _ in exp(random.uniform(in: -40..<40)) }).cast(to: dtype)
    let x = tensor.scalars
    let off = (20...1030).filter { length in
      let sum = laneSum(Array(x[3..<(length + 3)]))
      let found = tensor[3..<(length + 3)].sum().item()
      return found != (dtype == .float32 ? Double(Float(sum)) : sum)
    }
    #expect(off.isEmpty)
  }

  @Test(arguments: DType.allCases) func extremesOfEveryLengthAreFound(_ dtype: DType) {
    let x = (0..<67).map { Double(($0 * 37 + 11) % 101 - 50) }
    let tensor = Tensor(x).cast(to: dtype)
    evaluateOrStop(tensor)
    let values = tensor.scalars
    let off = (1...67).filter { length in
      let part = tensor[(67 - length)...]
      return part.max().item() != values.suffix(length).max()
        || part.min().item() != values.suffix(length).min()
    }
    #expect(off.isEmpty)
  }
}

/// Arguments of a function and what IEEE 754 or C99 Annex F makes of them, down to a zero's sign.
struct SpecialValues: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let apply: @Sendable (Tensor) -> Tensor
  let values: [(x: Double, value: Double)]

  init(
    _ name: String, _ apply: @escaping @Sendable (Tensor) -> Tensor,
    _ values: KeyValuePairs<Double, Double>
  ) {
    testDescription = name
    self.apply = apply
    self.values = values.map { ($0.key, $0.value) } + [(.nan, .nan)]
  }

  private static let infinity = Double.infinity

  static let all = [
    SpecialValues("exp", { $0.exp() }, [infinity: infinity, -infinity: 0, 0: 1, -0.0: 1]),
    SpecialValues(
      "expm1", { $0.expm1() }, [infinity: infinity, -infinity: -1, 0: 0, -0.0: -0.0]),
    SpecialValues(
      "log", { $0.log() },
      [0: -infinity, -0.0: -infinity, 1: 0, -1: .nan, infinity: infinity, -infinity: .nan]),
    SpecialValues(
      "log1p", { $0.log1p() },
      [-1: -infinity, -2: .nan, 0: 0, -0.0: -0.0, infinity: infinity, -infinity: .nan]),
    SpecialValues(
      "log2", { $0.log2() },
      [0: -infinity, 0x1p-100: -100, 1: 0, 8: 3, -1: .nan, infinity: infinity, -infinity: .nan]),
    SpecialValues(
      "log10", { $0.log10() }, [-0.0: -infinity, 1: 0, -1: .nan, infinity: infinity]),
    SpecialValues("sin", { $0.sin() }, [0: 0, -0.0: -0.0, infinity: .nan, -infinity: .nan]),
    SpecialValues("cos", { $0.cos() }, [0: 1, -0.0: 1, infinity: .nan, -infinity: .nan]),
    SpecialValues("tan", { $0.tan() }, [0: 0, -0.0: -0.0, infinity: .nan, -infinity: .nan]),
    SpecialValues("erf", { $0.erf() }, [0: 0, -0.0: -0.0, infinity: 1, -infinity: -1]),
    SpecialValues("erfc", { $0.erfc() }, [0: 1, -0.0: 1, infinity: 0, -infinity: 2]),
    SpecialValues("asin", { $0.asin() }, [0: 0, -0.0: -0.0, 1.5: .nan, -infinity: .nan]),
    SpecialValues("acos", { $0.acos() }, [1: 0, 1.5: .nan, -1.5: .nan, infinity: .nan]),
    SpecialValues(
      "atan", { $0.atan() },
      [0: 0, -0.0: -0.0, infinity: .pi / 2, -infinity: -.pi / 2]),
    SpecialValues(
      "sinh", { $0.sinh() },
      [0: 0, -0.0: -0.0, 1000: infinity, infinity: infinity, -infinity: -infinity]),
    SpecialValues(
      "cosh", { $0.cosh() },
      [0: 1, -0.0: 1, -1000: infinity, infinity: infinity, -infinity: infinity]),
    SpecialValues(
      "asinh", { $0.asinh() }, [0: 0, -0.0: -0.0, infinity: infinity, -infinity: -infinity]),
    SpecialValues(
      "acosh", { $0.acosh() }, [1: 0, 0.5: .nan, -2: .nan, infinity: infinity, -infinity: .nan]),
    SpecialValues(
      "atanh", { $0.atanh() },
      [0: 0, -0.0: -0.0, 1: infinity, -1: -infinity, 1.5: .nan, -infinity: .nan]),
    SpecialValues(
      "erfInverse", { $0.erfInverse() },
      [0: 0, -0.0: -0.0, 1: infinity, -1: -infinity, 1.5: .nan, infinity: .nan, -infinity: .nan]),
    SpecialValues(
      "log1mExp", { $0.log1mExp() },
      [0: -infinity, -0.0: -infinity, infinity: -0.0, -infinity: -0.0]),
    SpecialValues("logNormalCDF", { $0.logNormalCDF() + 0 }, [infinity: 0, -infinity: -infinity]),
    SpecialValues(
      "normalHazard", { Tensor(Node.unary(.normalHazard, $0.node)) },
      [infinity: 0, -infinity: infinity]),
    SpecialValues(
      "rsqrt", { $0.rsqrt() }, [0: infinity, -0.0: -infinity, 4: 0.5, -1: .nan, infinity: 0]),
    SpecialValues("tanh", { $0.tanh() }, [infinity: 1, -infinity: -1, 0: 0, -0.0: -0.0]),
    SpecialValues("sigmoid", { $0.sigmoid() }, [infinity: 1, -infinity: 0, 0: 0.5, -0.0: 0.5]),
    SpecialValues("softplus", { $0.softplus() }, [infinity: infinity, -infinity: 0]),
    SpecialValues("logSigmoid", { $0.logSigmoid() + 0 }, [infinity: 0, -infinity: -infinity]),
    SpecialValues(
      "sqrt", { $0.sqrt() }, [0: 0, -0.0: -0.0, -1: .nan, infinity: infinity, -infinity: .nan]),
    SpecialValues(
      "reciprocal", { $0.reciprocal() },
      [0: infinity, -0.0: -infinity, infinity: 0, -infinity: -0.0]),
    SpecialValues("square", { $0.square() }, [-0.0: 0, -infinity: infinity]),
    SpecialValues("negate", { -$0 }, [0: -0.0, -0.0: 0, infinity: -infinity]),
    SpecialValues("abs", { $0.abs() }, [0: 0, -0.0: 0, -infinity: infinity]),
    SpecialValues("sign", { $0.sign() }, [0: 0, -0.0: -0.0, infinity: 1, -infinity: -1]),
    SpecialValues(
      "floor", { $0.floor() },
      [0.5: 0, -0.0: -0.0, -0.5: -1, infinity: infinity, -infinity: -infinity]
    ),
    SpecialValues(
      "ceil", { $0.ceil() },
      [0.5: 1, -0.0: -0.0, -0.5: -0.0, infinity: infinity, -infinity: -infinity]),
    SpecialValues(
      "round", { $0.round() },
      [0.5: 0, 1.5: 2, 2.5: 2, -0.5: -0.0, -1.5: -2, infinity: infinity, -infinity: -infinity]),
    SpecialValues(
      "trunc", { $0.trunc() },
      [0.9: 0, 1.5: 1, -0.9: -0.0, -1.5: -1, infinity: infinity, -infinity: -infinity]),
    SpecialValues(
      "logGamma", { $0.logGamma() },
      [
        0: infinity, -0.0: infinity, 1: 0, 2: 0, -1: infinity, -7: infinity, infinity: infinity,
        -infinity: infinity,
      ]),
    SpecialValues(
      "digamma", { $0.digamma() },
      [0: -infinity, -0.0: infinity, -1: .nan, -9: .nan, infinity: infinity, -infinity: .nan]),
    SpecialValues(
      "trigamma", { $0.polygamma(order: 1) },
      [0: infinity, -0.0: infinity, -3: infinity, infinity: 0, -infinity: .nan]),
    SpecialValues(
      "polygamma of order 2", { $0.polygamma(order: 2) }, [0: -infinity, -0.0: infinity, -3: .nan]),
  ]
}

@Suite struct KernelSpecialValueTests {
  @Test(arguments: SpecialValues.all, [DType.float32, .float64])
  func infinitiesZerosAndNaNAreTreatedAsInC(_ special: SpecialValues, _ dtype: DType) {
    // Nineteen times over: whole vectors and what is left behind them.
    let table = (0..<19).flatMap { _ in special.values }
    let found = special.apply(Tensor(table.map(\.x)).cast(to: dtype))
    let off = zip(table, zip(bits(found), bits(Tensor(table.map(\.value)).cast(to: dtype))))
      .filter { $1.0 != $1.1 }.map(\.0)
    #expect(off.isEmpty, "arguments and what they should have given: \(Array(off.prefix(8)))")
  }

  private func subnormalsOff<Real: BinaryFloatingPoint & TensorScalar>(_ type: Real.Type)
    -> [String]
  {
    let least = Real.leastNonzeroMagnitude
    let x: [Real] = (0..<40).map { (Real.leastNormalMagnitude / 2 + Real($0) * least) }
    let subnormal = x + x.map { -$0 } + [least, -least]
    let tensor = Tensor(subnormal)
    let results: [(String, Tensor, (Real) -> Real)] = [
      ("expm1", tensor.expm1(), { $0 }), ("log1p", tensor.log1p(), { $0 }),
      ("tanh", tensor.tanh(), { $0 }), ("exp", tensor.exp(), { _ in 1 }),
      ("sigmoid", tensor.sigmoid(), { _ in 0.5 }), ("square", tensor.square(), { _ in 0 }),
      ("sqrt", tensor.sqrt(), { $0.squareRoot() }), ("sum", tensor + tensor, { $0 + $0 }),
      ("half", tensor * 0.5, { $0 / 2 }), ("sign", tensor.sign(), { $0 < 0 ? -1 : 1 }),
    ]
    return results.filter { bits($0.1) != bits(Tensor(subnormal.map($0.2))) }.map(\.0)
  }

  @Test func subnormalNumbersAreNotFlushed() {
    let off = subnormalsOff(Float.self) + subnormalsOff(Double.self)
    #expect(off.isEmpty)
  }

  @Test(arguments: [DType.float32, .float64]) func powersAreThoseOfCWhateverTheOperands(
    _ dtype: DType
  ) {
    let special = [
      0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 2.5, -2.5, 1e30, -1e30, .infinity, -.infinity, .nan,
    ]
    let pairs = special.flatMap { x in special.map { (x, $0) } }
    let (x, y) = (Tensor(pairs.map(\.0)).cast(to: dtype), Tensor(pairs.map(\.1)).cast(to: dtype))
    let results = zip(x.scalars, y.scalars).map { Foundation.pow($0, $1) }
    let found = x.power(y)
    let off = zip(pairs, zip(bits(found), bits(Tensor(results).cast(to: dtype))))
      .filter { $1.0 != $1.1 }.map(\.0)
    #expect(off.isEmpty)
  }

  @Test(arguments: [DType.float32, .float64]) func anglesAreThoseOfCWhateverTheOperands(
    _ dtype: DType
  ) {
    let special = [0, -0.0, 1, -1, 1e-30, -1e30, .infinity, -.infinity, .nan]
    let pairs = special.flatMap { y in special.map { (y, $0) } }
    let (y, x) = (Tensor(pairs.map(\.0)).cast(to: dtype), Tensor(pairs.map(\.1)).cast(to: dtype))
    let results = zip(y.scalars, x.scalars).map { Foundation.atan2($0, $1) }
    #expect(bits(atan2(y, x)) == bits(Tensor(results).cast(to: dtype)))
  }

  private static let infinity = Double.infinity
  private static let ofTwo: [(@Sendable (Tensor, Tensor) -> Tensor, [(Double, Double, Double)])] = [
    ({ $0.maximum($1) }, [(.nan, 1, .nan), (1, .nan, .nan), (-infinity, 1, 1)]),
    ({ $0.minimum($1) }, [(.nan, 1, .nan), (1, .nan, .nan), (-infinity, 1, -infinity)]),
    ({ $0 / $1 }, [(1, 0, infinity), (1, -0.0, -infinity), (0, 0, .nan), (1, -infinity, -0.0)]),
    (
      { $0 % $1 },
      [
        (1, 0, .nan), (infinity, 2, .nan), (1, infinity, 1), (-1, infinity, infinity),
        (1, -infinity, -infinity), (0, 3, 0), (-0.0, 3, -0.0), (4, 2, 0), (-4, 2, -0.0),
      ]
    ),
    (
      { $0.floorDivided(by: $1) },
      [
        (1, 0, infinity), (-1, 0, -infinity), (0, 0, .nan), (1, infinity, 0), (-1, infinity, -1),
        (-0.0, 3, -0.0), (7, -2, -4), (.nan, 1, .nan),
      ]
    ),
    (
      { $0.logAddExp($1) },
      [
        (-infinity, -infinity, -infinity), (infinity, infinity, infinity), (-infinity, 2, 2),
        (infinity, -infinity, infinity), (.nan, infinity, .nan), (1, .nan, .nan),
      ]
    ),
    (
      { xlogy($0, $1) },
      [(0, 0, 0), (0, -1, 0), (0, infinity, 0), (0, .nan, .nan), (1, 0, -infinity), (1, -1, .nan)]
    ),
    (
      { xlog1py($0, $1) },
      [
        (0, -1, 0), (0, -2, 0), (0, infinity, 0), (0, .nan, .nan), (1, -1, -infinity),
        (1, -2, .nan),
      ]
    ),
  ]

  @Test(arguments: [DType.float32, .float64]) func functionsOfTwoHaveTheirLimits(_ dtype: DType) {
    for (apply, rows) in Self.ofTwo {
      let rows = (0..<13).flatMap { _ in rows }
      let found = apply(
        Tensor(rows.map(\.0)).cast(to: dtype), Tensor(rows.map(\.1)).cast(to: dtype))
      #expect(bits(found) == bits(Tensor(rows.map(\.2)).cast(to: dtype)))
    }
  }

  @Test(arguments: [DType.float32, .float64]) func nothingComparesWithNaN(_ dtype: DType) {
    let x = Tensor([.nan, 0, .nan, .infinity] as [Double]).cast(to: dtype)
    let y = Tensor([.nan, -0.0, 1, .infinity] as [Double]).cast(to: dtype)
    let found = stack([x .== y, x .!= y, x .< y, x .<= y, x .> y, x .>= y, x.isNaN, x.isFinite])
    #expect(x.isInfinite.scalars(as: Bool.self) == [false, false, false, true])
    let expected = [
      [false, true, false, true], [true, false, true, false], [false, false, false, false],
      [false, true, false, true], [false, false, false, false], [false, true, false, true],
      [true, false, true, false], [false, true, false, false],
    ]
    #expect(found.scalars(as: Bool.self) == expected.flatMap(\.self))
  }
}
