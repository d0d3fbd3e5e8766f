public import LevinTensor

/// A distribution with closed forms of its Kullback-Leibler divergence to, or from, some others.
///
/// ``klDivergence(_:_:)`` and with it `TraceMeanFieldELBO` use them, also when the two distributions are
/// wrapped by `Independent`, `Expanded`, `Masked` or `TransformedDistribution`. A distribution of one's own
/// answers for the kinds that it knows, and nil for all others:
///
///     extension Exponential: DivergentDistribution {
///       // log(a / b) + b / a - 1
///       func divergence(to other: any Distribution) -> Tensor? {
///         guard let other = other as? Exponential else { return nil }
///         return log(rate / other.rate) + other.rate / rate - 1
///       }
///
///       // An exponential is a gamma of shape 1.
///       func divergence(from other: any Distribution) -> Tensor? {
///         guard let gamma = other as? Gamma else { return nil }
///         return klDivergence(gamma, Gamma(concentration: 1, rate: rate))
///       }
///     }
///
/// It is asked about distributions without their `Expanded` and `Masked`, and without `Independent` and
/// `TransformedDistribution` where both have one.
public protocol DivergentDistribution: Distribution {
  /// KL(self ‖ other), the mean of log p(x) - log q(x) over draws x of this one, p, where q is `other`.
  ///
  /// - Returns: One number for each element of the broadcast batch shapes; nil for a kind of distribution
  ///   to which no closed form is known.
  func divergence(to other: any Distribution) -> Tensor?

  /// KL(other ‖ self), the mean of log p(x) - log q(x) over draws x of `other`, p, where q is this one.
  ///
  /// It is asked for when `other` itself knows no closed form.
  ///
  /// - Returns: One number for each element of the broadcast batch shapes; nil, as by default, for a kind of
  ///   distribution from which no closed form is known.
  func divergence(from other: any Distribution) -> Tensor?
}

extension DivergentDistribution {
  /// nil: no closed form is known.
  public func divergence(from other: any Distribution) -> Tensor? { nil }
}
