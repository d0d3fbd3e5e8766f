public import LevinTensor

// Models end in a sample whose value nobody wants: `{ plate("data", n) { sample("x", d, observed: y) } }`. Where such a
// closure gives nothing, the compiler asks the inner one for nothing too, which a closure of one sample cannot give as
// long as both are of one generic type. In all other places the generic forms come first.

/// Runs `body`, whose value is not wanted, inside a new plate; see ``Plate``.
public func plate(
  _ name: String, _ size: Int, subsampleSize: Int? = nil, subsample: Tensor? = nil,
  dim: Int? = nil, _ body: () throws -> Void
) rethrows {
  try Plate(name, size, subsampleSize: subsampleSize, subsample: subsample, dim: dim)(body)
}

/// Runs `body`, whose value is not wanted, inside a new plate, with the indices that this run looks at; see ``Plate``.
public func plate(
  _ name: String, _ size: Int, subsampleSize: Int? = nil, subsample: Tensor? = nil,
  dim: Int? = nil, _ body: (_ indices: Tensor) throws -> Void
) rethrows {
  try Plate(name, size, subsampleSize: subsampleSize, subsample: subsample, dim: dim)(body)
}

/// Runs `body`, whose value is not wanted, with log-probabilities where `mask` is true alone; see the form that gives it.
public func withMask(_ mask: Tensor, _ body: () throws -> Void) rethrows {
  // The generic form, which a value tells from this one.
  _ = try withMask(mask) { () throws -> Bool in
    try body()
    return true
  }
}

/// Runs `body`, whose value is not wanted, with log-probabilities multiplied by a number above 0.
public func withScale(_ scale: Double, _ body: () throws -> Void) rethrows {
  _ = try withScale(scale) { () throws -> Bool in
    try body()
    return true
  }
}
