import Levin

/// The product of two square matrices.
let matrixBenchmarks: [Benchmark] = [256, 1024].map { size in
  Benchmark(name: "matmul", rows: size) {
    var random = PCG64(seed: 0)
    let a = random.standardNormal(shape: [size, size])
    let b = random.standardNormal(shape: [size, size])
    return Stopwatch.microseconds { repetitions in
      Stopwatch.seconds { for _ in 0..<repetitions { evaluateOrStop(a.matmul(b)) } }
    }
  }
}

/// Least squares with 20 columns and an offset.
let linearRegression = Benchmark.fit("linear-regression", rows: 1_000_000) {
  var random = PCG64(seed: 0)
  let inputs = random.standardNormal(shape: [1_000_000, 20])
  let targets = inputs.sum(axis: 1) + 0.5 + random.standardNormal(shape: [1_000_000])
  evaluateOrStop(targets)
  return {
    let weights = Parameter(wrappedValue: .zeros([20]))
    let offset = Parameter(wrappedValue: .zeros([]))
    return Fit([weights, offset]) {
      let predictions = inputs.matmul(weights.wrappedValue) + offset.wrappedValue
      return (predictions - targets).square().mean()
    }
  }
}

/// Three layers that sort 128 inputs of 64 numbers into 10 classes.
let perceptron = Benchmark.fit("mlp", rows: 128) {
  let sizes = [64, 128, 128, 10]
  var random = PCG64(seed: 0)
  let inputs = random.standardNormal(shape: [128, sizes[0]])
  let classes = random.integers(in: 0..<10, shape: [128, 1])
  let isClass = (classes .== Tensor.arange(10)).cast(to: .float32)
  evaluateOrStop(isClass)
  return {
    let layers = zip(sizes, sizes.dropFirst()).map(Layer.makers(seed: 1))
    return Fit(layers.flatMap { [$0.weights, $0.offset] }) {
      let hidden = layers.dropLast().reduce(inputs) { $1($0).relu() }
      let logits = layers[2](hidden)
      return -(isClass * logits.logSoftmax(axis: 1)).sum(axis: 1).mean()
    }
  }
}

/// A matrix and an offset.
private struct Layer {
  let weights: Parameter
  let offset: Parameter

  /// Makes layers from one stream of random numbers, one after the other.
  static func makers(seed: Int) -> (_ inputs: Int, _ outputs: Int) -> Layer {
    var random = PCG64(seed: seed)
    return { inputs, outputs in
      let scale = (2 / Double(inputs)).squareRoot()
      let weights = random.normal(scale: scale, shape: [inputs, outputs])
      return Layer(
        weights: Parameter(wrappedValue: weights),
        offset: Parameter(wrappedValue: .zeros([outputs])))
    }
  }

  func callAsFunction(_ inputs: Tensor) -> Tensor {
    inputs.matmul(weights.wrappedValue) + offset.wrappedValue
  }
}
