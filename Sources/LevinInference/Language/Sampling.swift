public import LevinDistributions
public import LevinTensor

/// The way in which a discrete site is summed out.
public enum Enumeration: Sendable {
  /// All values at once, along an axis of their own.
  case parallel
}

/// A value of a distribution, under a name by which inference knows it.
///
///     func model(_ data: Tensor) {
///       let mean = sample("mean", Normal(0, 10))
///       plate("data", data.count) {
///         sample("observations", Normal(mean, 1), observed: data)
///       }
///     }
///
/// Called on its own it draws; inside inference it has the value that a guide, a condition or an
/// enumeration gives it. Plates around it spread the distribution over their axes.
///
/// - Parameters:
///   - name: A name that no other site of the model has.
///   - distribution: The distribution of the value, or of the data.
///   - observed: Data; nothing is drawn then.
///   - enumerate: For a distribution of finitely many values: whether an objective that can, such as
///     ``TraceEnumELBO``, sums over all of them. Elsewhere a value is drawn.
/// - Returns: The value, of shape batch shape + event shape, or that of the data.
@discardableResult
public func sample(
  _ name: String, _ distribution: any Distribution, observed: Tensor? = nil,
  enumerate: Enumeration? = nil
) -> Tensor {
  let site = Site(
    .sample, name, distribution: distribution, value: observed, isObserved: observed != nil)
  site.enumeration = enumerate
  HandlerStack.visit(site)
  return site.value
}

/// A draw that a guide needs on the way to a latent value, and that the model knows nothing of.
func auxiliarySample(_ name: String, _ distribution: any Distribution) -> Tensor {
  let site = Site(.sample, name, distribution: distribution)
  site.isAuxiliary = true
  HandlerStack.visit(site)
  return site.value
}

/// A value that follows from others, recorded under a name.
///
/// It adds nothing to an objective; traces and predictions show it.
@discardableResult
public func deterministic(_ name: String, _ value: Tensor, eventRank: Int = 0) -> Tensor {
  let site = Site(
    .sample, name, distribution: Delta(value, eventRank: eventRank), value: value,
    isObserved: true)
  site.isDeterministic = true
  HandlerStack.visit(site)
  return site.value
}

/// A term of the log-density that no distribution gives.
///
/// - Parameters:
///   - name: A name that no other site of the model has.
///   - logFactor: The term, one number for each element of the plates around it.
public func factor(_ name: String, _ logFactor: Tensor) {
  let nothing = Tensor.zeros(logFactor.shape + [0], dtype: logFactor.dtype)
  let site = Site(
    .sample, name, distribution: Delta(nothing, logDensity: logFactor, eventRank: 1),
    value: nothing, isObserved: true)
  HandlerStack.visit(site)
}

/// A parameter, recorded in traces under a name.
///
/// Parameters belong to the guide or module that holds them; this says when a run uses one.
@discardableResult
public func parameter(_ name: String, _ value: Tensor) -> Tensor {
  let site = Site(.parameter, name, value: value)
  HandlerStack.visit(site)
  return site.value
}
