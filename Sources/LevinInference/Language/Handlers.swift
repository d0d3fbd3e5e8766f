internal import LevinDistributions
internal import LevinTensor

/// An object around a model that sees each of its sites: a trace, a plate, a condition.
///
/// A site visits the handlers from the innermost outwards before its value is drawn, and those that it
/// visited from the outermost inwards afterwards.
protocol Handler: AnyObject {
  /// Called before a value is drawn; may give the site one, or hide it from the handlers further out.
  func process(_ site: Site)

  /// Called when the site has its value.
  func postprocess(_ site: Site)
}

/// The handlers in force, outermost first.
///
/// They are bound to the task, so models that run on other threads have handlers of their own.
struct HandlerStack: @unchecked Sendable {
  @TaskLocal private static var current = HandlerStack()

  private var handlers: [any Handler] = []
  private var isRehearsing = false

  /// Whether a program runs only for a look at it, and not for its values.
  static var isRehearsal: Bool { current.isRehearsing }

  /// Runs `body` for a look at it.
  static func rehearsing<R>(_ body: () throws -> R) rethrows -> R {
    var inner = current
    inner.isRehearsing = true
    return try $current.withValue(inner, operation: body)
  }

  /// The plates in force, outermost first.
  static var plates: [PlateFrame] {
    current.handlers.compactMap { ($0 as? PlateScope)?.frame }
  }

  /// The number of elements that those of a plate stand for, where they are a batch of more data.
  static func total(ofPlate name: String) -> Int? {
    current.handlers.lazy.compactMap { ($0 as? any PlateTotals)?.total(ofPlate: name) }.first
  }

  /// The Markov chains in force, outermost first.
  static var chains: [MarkovScope] { current.handlers.compactMap { $0 as? MarkovScope } }

  /// The sites that the innermost trace has recorded so far.
  static var traceSoFar: Trace? {
    current.handlers.lazy.compactMap { ($0 as? TraceRecorder)?.trace }.last
  }

  /// Runs `body` inside one more handler.
  static func with<R>(_ handler: any Handler, _ body: () throws -> R) rethrows -> R {
    var inner = current
    inner.handlers.append(handler)
    return try $current.withValue(inner, operation: body)
  }

  /// Takes a site past the handlers, and draws its value on the way unless one of them gives it one.
  ///
  /// - Parameter value: Makes the value of a site without a distribution.
  static func visit(_ site: Site, orElse value: () -> Tensor? = { nil }) {
    let handlers = current.handlers
    var outermost = handlers.count
    while outermost > 0, !site.isHidden {
      outermost -= 1
      handlers[outermost].process(site)
    }
    site.enumerator?.settle(site)
    site.enumerator = nil
    site.source = nil
    site.complete()
    if site.given == nil { site.given = value() }
    for handler in handlers[outermost...] { handler.postprocess(site) }
  }
}

extension Site {
  /// Spreads the distribution over the plates and draws the value if there is none.
  func complete() {
    guard kind == .sample, let narrow = distribution else { return }
    let wide = narrow.expanded(to: batchShape(of: narrow))
    distribution = wide
    if given == nil {
      given = wide.draw()
      isDrawn = true
    }
    checkShape(of: wide)
  }

  // A value that does not fit its distribution is known here, where the site is.
  private func checkShape(of distribution: any Distribution) {
    let expected = distribution.batchShape + distribution.eventShape
    let pairs = zip(value.shape.reversed(), expected.reversed())
    let fits = value.rank >= distribution.eventShape.count
    requireInModel(
      fits && pairs.allSatisfy { $0 == $1 || $0 == 1 || $1 == 1 },
      "site '\(name)': a value of shape \(value.shape) does not fit batch shape "
        + "\(distribution.batchShape) and event shape \(distribution.eventShape); correct the data or "
        + "the parameters, or move axes of one draw into the event by toEvent(_:)")
  }

  // The batch shape with the plates' sizes at their axes.
  private func batchShape(of distribution: any Distribution) -> [Int] {
    var shape = distribution.batchShape
    for plate in plates {
      guard let dim = plate.dim else { continue }
      while shape.count < -dim { shape.insert(1, at: 0) }
      let axis = shape.count + dim
      requireInModel(
        shape[axis] == 1 || shape[axis] == plate.count,
        "plate '\(plate.name)': site '\(name)' has size \(shape[axis]) along dim \(dim) of its batch "
          + "shape \(distribution.batchShape), and the plate \(plate.count); give its parameters that "
          + "size or 1 there, or move axes of one draw into the event by toEvent(_:)")
      shape[axis] = plate.count
    }
    return shape
  }
}

extension Distribution {
  /// A draw, through which gradients reach the parameters if the distribution allows it.
  fileprivate func draw() -> Tensor {
    guard let reparameterized = self as? any ReparameterizedDistribution else { return sample() }
    return reparameterized.reparameterizedSample()
  }
}

/// A handler that knows of plates whose elements stand for those of more data.
protocol PlateTotals: Handler {
  /// The number of elements that those of a plate stand for; nil for a plate that stands for itself.
  func total(ofPlate name: String) -> Int?
}
