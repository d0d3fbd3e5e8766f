public import LevinTensor

/// The sites of one run of a model, in the order in which it came to them.
///
///     let trace = Trace { gmm(data) }
///     trace["locs"].value
///     trace.computeLogProb()
///     print(trace.formatShapes())
public struct Trace {
  /// Samples, parameters and plates.
  public private(set) var sites: [Site]
  private var indices: [String: Int]

  /// Runs a model and records its sites.
  public init<R>(_ model: () throws -> R) rethrows {
    self = try withTrace(model).trace
  }

  fileprivate init(_ sites: [Site], _ indices: [String: Int]) {
    (self.sites, self.indices) = (sites, indices)
  }

  /// The site of a name, which must be in the trace.
  public subscript(name: String) -> Site {
    guard let index = indices[name] else {
      stop(
        "trace: there is no site '\(name)'; there are "
          + sites.map { "'\($0.name)'" }.joined(separator: ", "))
    }
    return sites[index]
  }

  /// The site of a name, or nil.
  public func site(_ name: String) -> Site? { indices[name].map { sites[$0] } }

  /// The values of the latent sites by name, as `withCondition` and ``StartStrategy/values(_:otherwise:)``
  /// take them.
  public var latentValues: [String: Tensor] {
    let latents = samples.filter(\.isLatent)
    return Dictionary(uniqueKeysWithValues: latents.map { ($0.name, $0.value) })
  }

  /// The sites that are samples, observed or not, in order.
  public var samples: [Site] { sites.filter { $0.kind == .sample } }

  /// The sum of all log-probabilities, masks and scales included.
  public var logProbSum: Tensor {
    samples.reduce(Tensor(0 as Float)) { $0 + $1.logProbSum }
  }

  /// Lets ``formatShapes()`` show the log-probabilities too.
  public func computeLogProb() {
    for site in sites where site.kind != .parameter { site.isLogProbShown = true }
  }
}

/// Runs a model, and gives what it returned and the sites that it came to.
public func withTrace<R>(_ model: () throws -> R) rethrows -> (result: R, trace: Trace) {
  let recorder = TraceRecorder()
  let result = try HandlerStack.with(recorder, model)
  return (result, recorder.trace)
}

/// The handler that makes a trace.
final class TraceRecorder: Handler {
  private var sites: [Site] = []
  private var indices: [String: Int] = [:]

  var trace: Trace { Trace(sites, indices) }

  func process(_ site: Site) {}

  func postprocess(_ site: Site) {
    // A parameter may be used several times in a run.
    if site.kind == .parameter, let index = indices[site.name], sites[index].kind == .parameter {
      return
    }
    requireInModel(
      indices[site.name] == nil,
      "sample: two sites are called '\(site.name)'; give each a name of its own, in a loop for "
        + "example \"\(site.name) \\(index)\"")
    indices[site.name] = sites.count
    sites.append(site)
  }
}
