// Draws from the default generator, which `seedEverything(_:)` starts anew and `withSeed(_:_:)` replaces.
// A draw happens when it is called; code that must be repeatable on its own passes a `PCG64` instead.
extension Tensor {
  /// Uniform numbers from `range`, its end excluded before rounding.
  public static func uniform(
    _ shape: [Int], in range: Range<Double> = 0..<1, dtype: DType = .float32
  ) -> Tensor {
    DefaultGenerator.draw { $0.uniform(in: range, shape: shape, dtype: dtype) }
  }

  /// Numbers of the normal distribution with mean `loc` and standard deviation `scale`.
  public static func normal(
    _ shape: [Int], loc: Double = 0, scale: Double = 1, dtype: DType = .float32
  ) -> Tensor {
    DefaultGenerator.draw { $0.normal(loc: loc, scale: scale, shape: shape, dtype: dtype) }
  }

  /// Integers from `range`, each as likely as the others.
  public static func integers(_ shape: [Int], in range: Range<Int>) -> Tensor {
    DefaultGenerator.draw { $0.integers(in: range, shape: shape) }
  }

  /// The integers from 0 up to, not including, `count` in random order.
  public static func permutation(_ count: Int) -> Tensor {
    require(count >= 0, "permutation: the count is \(count), and must not be negative")
    Shape.requireCountable([count], for: "permutation")
    return Tensor(DefaultGenerator.draw { $0.permutation(count) })
  }
}
