/// Draws as tensors: as many as a shape has elements, in row-major order.
///
/// A draw happens when it is called, and its numbers are in memory from then on. The numbers are those
/// that the functions of the same names give one by one, in double precision, rounded to the dtype;
/// NumPy's `size=` argument gives the same.
extension PCG64 {
  private mutating func draw(
    _ shape: [Int], _ dtype: DType, _ body: (inout PCG64) -> Double
  ) -> Tensor {
    Tensor(shape: shape, dtype: dtype, for: "PCG64") { body(&self) }
  }

  /// Uniform numbers from `range`, its end excluded before rounding.
  public mutating func uniform(
    in range: Range<Double> = 0..<1, shape: [Int], dtype: DType = .float32
  ) -> Tensor {
    draw(shape, dtype) { $0.uniform(in: range) }
  }

  /// Numbers of the normal distribution with mean 0 and standard deviation 1.
  public mutating func standardNormal(shape: [Int], dtype: DType = .float32) -> Tensor {
    draw(shape, dtype) { $0.standardNormal() }
  }

  /// Numbers of the normal distribution with mean `loc` and standard deviation `scale`.
  public mutating func normal(
    loc: Double = 0, scale: Double = 1, shape: [Int], dtype: DType = .float32
  ) -> Tensor {
    draw(shape, dtype) { $0.normal(loc: loc, scale: scale) }
  }

  /// Numbers of the exponential distribution with mean 1.
  public mutating func standardExponential(shape: [Int], dtype: DType = .float32) -> Tensor {
    draw(shape, dtype) { $0.standardExponential() }
  }

  /// Numbers of the gamma distribution whose shape parameter is `concentration`.
  public mutating func gamma(
    _ concentration: Double, scale: Double = 1, shape: [Int], dtype: DType = .float32
  ) -> Tensor {
    draw(shape, dtype) { $0.gamma(concentration, scale: scale) }
  }

  /// Numbers of the beta distribution.
  public mutating func beta(
    _ a: Double, _ b: Double, shape: [Int], dtype: DType = .float32
  ) -> Tensor {
    draw(shape, dtype) { $0.beta(a, b) }
  }

  /// Counts of the Poisson distribution, as real numbers unless asked otherwise.
  public mutating func poisson(_ rate: Double, shape: [Int], dtype: DType = .float32) -> Tensor {
    draw(shape, dtype) { Double($0.poisson(rate)) }
  }

  /// Counts of the binomial distribution, as real numbers unless asked otherwise.
  public mutating func binomial(
    trials: Int, probability: Double, shape: [Int], dtype: DType = .float32
  ) -> Tensor {
    draw(shape, dtype) { Double($0.binomial(trials: trials, probability: probability)) }
  }

  /// Integers from `range`, each as likely as the others.
  public mutating func integers(in range: Range<Int>, shape: [Int]) -> Tensor {
    require(
      shape.allSatisfy { $0 >= 0 }, "PCG64: a tensor of shape \(shape) has a negative size")
    Shape.requireCountable(shape, for: "PCG64.integers")
    let numbers = (0..<Shape.count(shape)).map { _ in integers(in: range) }
    return Tensor(numbers, shape: shape)
  }
}

extension MersenneTwister {
  /// Uniform numbers from 0 up to 1, as `torch.rand(shape)`.
  public mutating func rand(shape: [Int]) -> Tensor {
    Tensor(rand(Self.count(shape, for: "rand")), shape: shape)
  }

  /// Normal numbers, as `torch.randn(shape)`.
  public mutating func randn(shape: [Int]) -> Tensor {
    Tensor(randn(Self.count(shape, for: "randn")), shape: shape)
  }

  private static func count(_ shape: [Int], for name: String) -> Int {
    require(
      shape.allSatisfy { $0 >= 0 },
      "MersenneTwister.\(name): a tensor of shape \(shape) has a negative size")
    Shape.requireCountable(shape, for: "MersenneTwister.\(name)")
    return Shape.count(shape)
  }
}
