@testable import LevinTensor

/// The functions that random graphs are made of, each on arguments where it is tame.
enum StepTable {
  typealias Unary = (String, @Sendable (Tensor) -> Tensor)
  typealias Binary = (String, @Sendable (Tensor, Tensor) -> Tensor)
  typealias AlongAxis = (String, @Sendable (Tensor, Int, Bool) -> Tensor)
  typealias Reduction = (String, @Sendable (Tensor, [Int], Bool) -> Tensor)

  static let unary: [Unary] = [
    ("negate", { -$0 }), ("abs", { $0.abs() }), ("sign", { $0.sign() }),
    ("floor", { $0.floor() }), ("ceil", { $0.ceil() }), ("round", { $0.round() }),
    ("trunc", { $0.trunc() }), ("exp", { $0.clip(max: 3).exp() }),
    ("expm1", { $0.clip(max: 3).expm1() }), ("log", { ($0.abs() + 0.5).log() }),
    ("log2", { ($0.abs() + 0.5).log2() }), ("log10", { ($0.abs() + 0.5).log10() }),
    ("rsqrt", { ($0.abs() + 0.5).rsqrt() }), ("sin", { $0.clip(min: -9, max: 9).sin() }),
    ("cos", { $0.clip(min: -9, max: 9).cos() }), ("tan", { $0.clip(min: -1, max: 1).tan() }),
    ("asin", { ($0 * 0.1).clip(min: -0.8, max: 0.8).asin() }),
    ("acos", { ($0 * 0.1).clip(min: -0.8, max: 0.8).acos() }), ("atan", { $0.atan() }),
    ("sinh", { $0.clip(min: -3, max: 3).sinh() }), ("cosh", { $0.clip(min: -3, max: 3).cosh() }),
    ("asinh", { $0.asinh() }), ("acosh", { ($0.abs() + 1.2).acosh() }),
    ("atanh", { ($0 * 0.1).clip(min: -0.8, max: 0.8).atanh() }),
    ("erfInverse", { ($0 * 0.1).clip(min: -0.8, max: 0.8).erfInverse() }),
    ("log1mExp", { ($0.abs() + 0.2).log1mExp() }),
    ("logNormalCDF", { $0.clip(min: -9, max: 9).logNormalCDF() }),
    ("normalHazard", { Tensor(Node.unary(.normalHazard, $0.clip(min: -9, max: 9).node)) }),
    ("silu", { $0.silu() }), ("gelu", { $0.clip(min: -3, max: 9).gelu() }),
    ("gelu by tanh", { $0.clip(min: -3, max: 9).gelu(approximation: .tanh) }),
    ("isInfinite", { $0.isInfinite }), ("erf", { $0.erf() }), ("erfc", { $0.clip(max: 3).erfc() }),
    ("log1p", { $0.abs().log1p() }), ("sqrt", { ($0.abs() + 0.1).sqrt() }),
    ("square", { $0.square() }), ("reciprocal", { ($0.abs() + 0.5).reciprocal() }),
    ("tanh", { $0.tanh() }), ("sigmoid", { $0.sigmoid() }), ("softplus", { $0.softplus() }),
    ("logSigmoid", { $0.logSigmoid() }), ("logGamma", { ($0.abs() + 0.3).logGamma() }),
    ("digamma", { ($0.abs() + 0.3).digamma() }),
    ("trigamma", { ($0.abs() + 0.5).polygamma(order: 1) }),
    ("polygamma", { ($0.abs() + 0.8).polygamma(order: 2) }), ("isNaN", { $0.isNaN }),
    ("stirlingRest", { ($0.abs().clip(max: 9) * 8 + 0.5).stirlingRest() }),
    ("isFinite", { $0.isFinite }), ("not", { .!($0 .> 0) }), ("relu", { $0.relu() }),
    ("detached", { $0.detached() }), ("flattened", { $0.flattened() }),
  ]

  static let integer: [Unary] = [
    ("negate", { -$0 }), ("abs", { $0.abs() }), ("sign", { $0.sign() }),
    ("square", { $0.square() }), ("floor", { $0.floor() }), ("exp", { $0.clip(max: 2).exp() }),
    ("ceil", { $0.ceil() }), ("round", { $0.round() }), ("trunc", { $0.trunc() }),
  ]

  static let integerBinary: [Binary] = [
    ("add", { $0 + $1 }), ("subtract", { $0 - $1.cast(to: .int64) }), ("multiply", { $0 * $1 }),
    ("maximum", { $0.maximum($1) }), ("minimum", { $0.minimum($1) }),
    ("remainder", { $0 % ($1.cast(to: .int64).abs() + 1) }),
    ("floorDivide", { $0.floorDivided(by: $1.cast(to: .int64).abs() + 1) }),
    ("power", { $0.clip(min: -3, max: 3).power($1.cast(to: .int32).clip(min: 0, max: 4)) }),
    ("divide", { $0 / ($1.cast(to: .float64).abs() + 0.5) }),
    ("and", { $0.cast(to: .bool) .& $1.cast(to: .bool) }),
    ("or", { $0.cast(to: .bool) .| $1.cast(to: .bool) }),
    ("xlogy", { xlogy($0, $1.cast(to: .float32).abs() + 1) }),
  ]

  static let binary: [Binary] = [
    ("add", { $0 + $1 }), ("subtract", { $0 - $1 }), ("multiply", { $0 * $1 }),
    ("divide", { $0 / ($1.real.abs() + 0.5) }),
    ("power", { ($0.real.abs() + 0.5).power($1.real.clip(min: -2, max: 2)) }),
    ("maximum", { $0.maximum($1) }), ("minimum", { $0.minimum($1) }),
    ("remainder", { $0.real % ($1.real.abs() + 0.5) }),
    ("floorDivide", { $0.real.floorDivided(by: $1.real.abs() + 0.5) }),
    ("atan2", { atan2($0, $1.real.abs() + 0.5) }),
    ("gammaP", { regularizedGammaP($0.shapeParameter, $1.real.abs()) }),
    ("gammaQ", { regularizedGammaQ($0.shapeParameter, $1.real.abs()) }),
    ("gammaPInverse", { inverseRegularizedGammaP($0.shapeParameter, $1.probability) }),
    ("gammaQInverse", { inverseRegularizedGammaQ($0.shapeParameter, $1.probability) }),
    ("beta", { regularizedBeta($0.shapeParameter, $1.shapeParameter, $0.probability) }),
    (
      "betaInverse",
      { inverseRegularizedBeta($0.shapeParameter, $1.shapeParameter, $1.probability) }
    ),
    ("logAddExp", { $0.logAddExp($1) }), ("xlogy", { xlogy($0, $1.real.abs() + 0.5) }),
    ("xlog1py", { xlog1py($0, $1.real.abs()) }),
    (
      "gammaExponent",
      { a, x in
        let y = x.real.abs() + 0.5
        return gammaExponent(a.shapeParameter, y, log: y.log())
      }
    ),
    ("absorbing multiply", { Tensor(Node.binary(.absorbingMultiply, $0.node, $1.node)) }),
    (
      "absorbing divide",
      { Tensor(Node.binary(.absorbingDivide, $0.node, ($1.real.abs() + 1).node)) }
    ),
  ]

  static let comparisons: [Binary] = [
    ("equal", { $0 .== $1 }), ("not equal", { $0 .!= $1 }), ("less", { $0 .< $1 }),
    ("less or equal", { $0 .<= $1 }), ("greater", { $0 .> $1 }),
    ("greater or equal", { $0 .>= $1 }), ("and", { ($0 .> 0) .& ($1 .> 0) }),
    ("or", { ($0 .> 1) .| ($1 .> 1) }),
  ]

  static let reductions: [Reduction] = [
    ("sum", { $0.sum(axes: $1, keepingDimensions: $2) }),
    ("mean", { $0.mean(axes: $1, keepingDimensions: $2) }),
    ("max", { $0.max(axes: $1, keepingDimensions: $2) }),
    ("min", { $0.min(axes: $1, keepingDimensions: $2) }),
    ("logSumExp", { $0.logSumExp(axes: $1, keepingDimensions: $2) }),
    ("product", { $0.tanh().product(axes: $1, keepingDimensions: $2) }),
    ("all", { $0.all(axes: $1, keepingDimensions: $2) }),
    ("any", { $0.any(axes: $1, keepingDimensions: $2) }),
    ("countNonzero", { $0.countNonzero(axes: $1, keepingDimensions: $2) }),
    ("variance", { $0.variance(axes: $1, correction: 0, keepingDimensions: $2) }),
    ("norm", { $0.norm(axes: $1, keepingDimensions: $2) }),
    ("norm 3", { $0.norm(3, axes: $1, keepingDimensions: $2) }),
  ]

  static let alongAxis: [AlongAxis] = [
    ("argMax", { $0.argMax(axis: $1, keepingDimensions: $2) }),
    ("argMin", { $0.argMin(axis: $1, keepingDimensions: $2) }),
    ("cumulativeSum", { $0.cumulativeSum(axis: $1, reversed: $2) }),
    ("sum of those before", { $0.cumulativeSum(axis: $1, reversed: $2, exclusive: true) }),
    ("cumulativeProduct", { $0.clip(min: -1, max: 1).cumulativeProduct(axis: $1, reversed: $2) }),
    (
      "product of those before",
      { $0.clip(min: -1, max: 1).cumulativeProduct(axis: $1, reversed: $2, exclusive: true) }
    ),
    ("argSort", { $0.argSort(axis: $1, descending: $2) }),
    ("sorted", { $0.sorted(axis: $1, descending: $2) }),
    ("topK", { $0.topK(($0.shape[$1] + 1) / 2, axis: $1, largest: $2).values }),
    ("first of them", { $0.topK(1, axis: $1, largest: $2).values }),
    ("median", { $0.median(axis: $1, keepingDimensions: $2) }),
    ("quantile", { $0.quantile(0.3, axis: $1, keepingDimensions: $2) }),
    ("cumulativeMax", { $2 ? $0.cumulativeMax(axis: $1) : $0.cumulativeMin(axis: $1) }),
    ("bucketized", { $0.bucketized(by: [-1, 0, 0.5, 2], right: $2 && $1 == 0) }),
    ("logCumulativeSumExp", { $0.logCumulativeSumExp(axis: $1, reversed: $2) }),
  ]
}

extension Tensor {
  /// A shape parameter from 0.5 to 4.
  fileprivate var shapeParameter: Tensor { real.abs().clip(max: 3.5) + 0.5 }

  /// A probability from 0.05 to 0.95.
  fileprivate var probability: Tensor { real.clip(min: -3, max: 3).sigmoid() }

  /// The same numbers as real ones.
  fileprivate var real: Tensor { dtype.isFloatingPoint ? self : cast(to: .float32) }
}
