public import LevinTensor

/// The Poisson distribution of counts with mean `rate`.
///
/// log p(k) = k log rate - rate - log k! for integers k ≥ 0. At rate 0 all mass is on 0.
public struct Poisson: Distribution {
  /// The mean count, from 0 up.
  public let rate: Tensor

  /// Creates a Poisson distribution for each element of `rate`.
  public init(rate: Tensor) { self.rate = rate.real }

  /// The shape of `rate`.
  public var batchShape: [Int] { rate.shape }

  /// One number.
  public var eventShape: [Int] { [] }

  /// The integers from 0 up.
  public var support: Constraint { .nonNegativeInteger }

  /// `rate`.
  public var mean: Tensor { rate }

  /// `rate`.
  public var variance: Tensor { rate }

  /// The log-probability of counts; -inf for numbers below 0, between integers and for infinity.
  ///
  /// Large counts keep their digits: terms that grow with the count are told from what they are at a rate of k, as in
  /// C. Loader, "Fast and Accurate Computation of Binomial Probabilities", 2000.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    let value = value.observed(with: rate)
    let isOutside = value.isNoCount
    let count = `where`(isOutside, 0, value)
    return gammaExponent(count, rate, log: rate.log()) - logFactorialRest(count, isOutside)
  }

  /// Counts from NumPy's stream, in the dtype of `rate`.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    draws(shape, of: [rate], by: self, { $0[0] >= 0 && $0[0] <= PCG64.largestPoissonRate }) {
      Double(generator.poisson($0[0]))
    }
  }
}
