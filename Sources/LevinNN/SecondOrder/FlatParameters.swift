internal import LevinTensor

/// Parameters of any shapes and dtypes as one vector in double precision.
struct FlatParameters {
  let parameters: [Parameter]

  /// The unconstrained values.
  var values: [Double] { parameters.flatMap { $0.unconstrained.scalars } }

  /// A vector as the tensors of the parameters, in their dtypes.
  func tensors(_ vector: [Double]) -> [Tensor] {
    var rest = vector[...]
    return parameters.map { parameter in
      let value = parameter.unconstrained
      let own = rest.prefix(value.elementCount)
      rest = rest.dropFirst(own.count)
      return Tensor(Array(own), shape: value.shape, dtype: value.dtype)
    }
  }

  /// Computed tensors of the parameters as a vector, with 0 where there is none.
  func vector(_ tensors: [Tensor?]) -> [Double] {
    zip(parameters, tensors).flatMap { parameter, tensor in
      tensor?.scalars ?? [Double](repeating: 0, count: parameter.unconstrained.elementCount)
    }
  }

  /// An update to the values in a vector.
  func update(to vector: [Double], commitState: @escaping () -> Void) -> ProposedUpdate {
    let values = zip(parameters, tensors(vector)).map { (parameter: $0, value: $1) }
    return ProposedUpdate(values: values, state: [], commitState: commitState)
  }
}

// Arithmetic of vectors in double precision.

func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for index in a.indices { sum += a[index] * b[index] }
  return sum
}

func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }

/// The largest magnitude; 0 of no numbers.
func largestMagnitude(_ a: [Double]) -> Double { a.reduce(0) { max($0, abs($1)) } }

/// a + factor b.
func adding(_ a: [Double], _ factor: Double, _ b: [Double]) -> [Double] {
  var sum = a
  for index in sum.indices { sum[index] += factor * b[index] }
  return sum
}

func scaled(_ a: [Double], by factor: Double) -> [Double] { a.map { $0 * factor } }

extension LossPoint {
  /// The largest magnitude in the gradient.
  var steepness: Double { largestMagnitude(gradient) }
}
