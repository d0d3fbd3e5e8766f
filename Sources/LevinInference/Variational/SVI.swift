public import LevinNN
public import LevinTensor

/// Stochastic variational inference: makes a guide's parameters fit a model's posterior, step by step.
///
///     let guide = AutoDelta(gmm, expose: ["weights", "locs", "scale"])
///     let svi = SVI(gmm, guide, loss: TraceEnumELBO(maxPlateNesting: 1)) {
///       Adam($0, learningRate: 0.1, betas: (0.8, 0.99))
///     }
///     for _ in 0..<500 { losses.append(try svi.step(data)) }
///     print(guide["locs"])
///
/// Parameters belong to the guide. Its own are made when it first runs, and the optimizer then.
public final class SVI<Input> {
  private let model: (Input) throws -> Void
  private let guide: any Guide<Input>
  private let objective: any Objective
  private let makeOptimizer: ([Parameter]) -> any Optimizer
  private let others: [Parameter]
  private var optimizer: (any Optimizer)?
  private var knownBuffers: [Buffer]?
  private var edges = EdgeWatch()
  private let support = SupportWatch()

  /// The number of steps taken.
  public private(set) var stepCount = 0

  /// Warnings so far, such as of a value that runs to the edge of its support; each is shown when it happens, unless
  /// ``printsWarnings`` is false: on standard error, or through the console of the fit that this runs in.
  public var warnings: [String] { edges.warnings }

  /// Whether ``warnings`` are shown as they come.
  public var printsWarnings: Bool {
    get { edges.prints }
    set { edges.prints = newValue }
  }

  /// Sets up inference.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - guide: The guide, whose parameters are trained.
  ///   - objective: The loss that is made small.
  ///   - parameters: Parameters of the model that are trained too.
  ///   - optimizer: Makes the optimizer of all parameters when they are known.
  public init(
    _ model: @escaping (Input) throws -> Void, _ guide: some Guide<Input>,
    loss objective: some Objective, training parameters: [Parameter] = [],
    optimizer: @escaping ([Parameter]) -> any Optimizer
  ) {
    self.model = model
    self.guide = guide
    self.objective = objective
    others = parameters
    makeOptimizer = optimizer
  }

  /// Sets up inference with an optimizer of its own for each site or property of the guide.
  ///
  ///     SVI(model, guide, loss: TraceELBO()) { site, parameters in
  ///       Adam(parameters, learningRate: site == "scale" ? 0.01 : 0.1)
  ///     }
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - guide: The guide, whose parameters are trained.
  ///   - objective: The loss that is made small.
  ///   - optimizer: Makes the optimizer of the parameters of a site, given the site's name, or that of the
  ///     property of a guide of one's own.
  public convenience init(
    _ model: @escaping (Input) throws -> Void, _ guide: some Guide<Input>,
    loss objective: some Objective,
    optimizer: @escaping (_ site: String, [Parameter]) -> any Optimizer
  ) {
    self.init(model, guide, loss: objective) { _ in
      let sites = (guide as? any SiteParameters)?.siteParameters.map { ($0.site, $0.parameter) }
      let named = sites ?? guide.namedParameters.map { ($0.name, $0.parameter) }
      var groups: [(site: String, parameters: [Parameter])] = []
      for (site, parameter) in named {
        if let index = groups.firstIndex(where: { $0.site == site }) {
          groups[index].parameters.append(parameter)
        } else {
          groups.append((site, [parameter]))
        }
      }
      return OptimizerGroup(groups.map { optimizer($0.site, $0.parameters) })
    }
  }

  /// Takes a step, and gives the loss before it.
  ///
  /// Observations are looked at before they are learnt from, once for the same elements in memory: each must be a
  /// value that its distribution can produce, unless a mask leaves it out. In the first step the parameters of
  /// distributions are looked at too.
  ///
  /// - Throws: ``InferenceError`` if the model and the guide do not fit together, an observation is outside its
  ///   support, there is nothing to train, or if the loss, a gradient or a new value is not finite or cannot be
  ///   computed; the parameters are then as they were. In the first step `DomainViolation` for a parameter of a
  ///   distribution outside its domain.
  @discardableResult
  public func step(_ input: Input) throws -> Double {
    try flushingPrintedText { try takeStep(input) }
  }

  private func takeStep(_ input: Input) throws -> Double {
    let loss = try namingStep {
      let (loss, findings) = try support.findings {
        try withMode(.training) { try lookedAtLoss(input) }
      }
      try support.settle(findings)
      return loss
    }
    let optimizer = try optimizer ?? namingStep { try prepare(input) }
    var step = Step(loss, optimizer: optimizer, buffers: buffers(of: guide))
    if !step.hasGradient { throw InferenceError.nothingToTrain(hasParameters: true) }
    step.compute(edges.watch(guide))
    do {
      let value = try step.take()
      stepCount += 1
      edges.look(atStep: stepCount)
      return value
    } catch let failure as Step.NonFinite {
      if case .fault(let error)? = failure.culprit {
        throw InferenceError.faultyStep(step: stepCount + 1, error)
      }
      let what = what(failure, optimizer) + reasons(for: failure, input)
      throw InferenceError.notFinite(step: stepCount + 1, what: what)
    }
  }

  // What is computed to look at data and parameters may fail as the step itself may.
  private func namingStep<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as EvaluationError {
      throw InferenceError.faultyStep(step: stepCount + 1, error)
    }
  }

  // Parameters of distributions are looked at in the first step.
  private func lookedAtLoss(_ input: Input) throws -> Tensor {
    if stepCount > 0 { return try differentiableLoss(input) }
    return try withParameterChecks { try differentiableLoss(input) }
  }

  // What is done once, when the guide has run and so has its parameters.
  private func prepare(_ input: Input) throws -> any Optimizer {
    let parameters = guide.parameters + others
    if parameters.isEmpty { throw InferenceError.nothingToTrain(hasParameters: false) }
    let flat = FlatSites.warnings(
      of: guide, model: { try model(input) }, guide: { try guide(input) })
    edges.tell(of: flat)
    let optimizer = makeOptimizer(parameters)
    self.optimizer = optimizer
    return optimizer
  }

  // Found once: reflection takes its time.
  private func buffers(of guide: any Guide<Input>) -> [Buffer] {
    if let knownBuffers { return knownBuffers }
    let found = guide.buffers
    knownBuffers = found
    return found
  }

  /// The loss as it is, without a step.
  ///
  /// - Throws: `EvaluationError` for a fault that only the numbers show, such as a matrix that is not positive definite,
  ///   and what the objective and the model throw.
  public func evaluate(_ input: Input) throws -> Double {
    try withoutGradient { try differentiableLoss(input).evaluated() }.item()
  }

  /// The loss as a scalar that can be differentiated with respect to the parameters.
  public func differentiableLoss(_ input: Input) throws -> Tensor {
    try objective.loss(model: { try model(input) }, guide: { try guide(input) })
  }

  private func what(_ failure: Step.NonFinite, _ optimizer: any Optimizer) -> String {
    if !failure.loss.isFinite { return "the loss" }
    func owner(_ index: Int?) -> String {
      index.map { name(of: optimizer.parameters[$0]) } ?? "an unnamed parameter"
    }
    switch failure.culprit {
    case .parameter(let index): return owner(index)
    case .gradient(let index): return "the gradient of \(owner(index))"
    case .update(let index): return "the new value of \(owner(index))"
    case .optimizerState(let index): return "the optimizer's state of \(owner(index))"
    case .buffer: return "the new value of a buffer of the guide"
    case .fault, nil: return "the loss"
    }
  }

  // Sites, a parameter of a distribution, a number of the data.
  private func reasons(for failure: Step.NonFinite, _ input: Input) -> String {
    let sites = failure.loss.isFinite ? nil : culprits(input)
    let violation = firstParameterViolation { _ = try differentiableLoss(input) }
    let data = failure.input.map { "an input of shape \($0.shape) is \($0)" }
    let reasons = [sites, violation?.description, data].compactMap { $0 }
    return reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))"
  }

  // The sites whose log-probability is not finite in a run like the one that failed.
  private func culprits(_ input: Input) -> String? {
    let names = try? withoutGradient { () throws -> [String] in
      let drawn = try Trace { try guide(input) }
      let run = try Trace { try withReplay(of: drawn) { try model(input) } }
      let sites = drawn.samples + run.samples
      let sums = sites.map(\.logProbSum)
      try LevinTensor.evaluate(sums)
      return zip(sites, sums).filter { !$1.item().isFinite }.map { "'\($0.0.name)'" }
    }
    guard let names, !names.isEmpty else { return nil }
    return "the log-probability of \(Set(names).sorted().joined(separator: ", "))"
  }

  private func name(of parameter: Parameter) -> String {
    let sites = (guide as? any SiteParameters)?.siteParameters ?? []
    if let site = sites.first(where: { $0.parameter === parameter }) {
      return "site '\(site.site)'"
    }
    let named = guide.namedParameters.first { $0.parameter === parameter }
    return named.map { "parameter '\($0.name)'" } ?? "a parameter of the model"
  }
}
