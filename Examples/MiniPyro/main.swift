// How a probabilistic language works, on one page: what `import Levin` has in full, in small.
//
// A model is an ordinary function that calls `sample`. What these calls do is up to the handlers that
// stand around the function: one records the values, another replaces them by data. Inference is made of
// such handlers, and the model knows of none of them.

import LevinDistributions
import LevinTensor

// MARK: - The language

/// A call of `sample` on its way past the handlers.
final class Site {
  let name: String
  var distribution: any Distribution
  var value: Tensor?
  init(_ name: String, _ distribution: any Distribution) {
    (self.name, self.distribution) = (name, distribution)
  }
}

/// An effect that may stand around a program; it sees every site before and after that has its value.
class Handler {
  func before(_ site: Site) {}
  func after(_ site: Site) {}
}

/// The handlers in force, outermost first; all programs here run on one thread.
enum Stack { nonisolated(unsafe) static var handlers: [Handler] = [] }

func with<R>(_ handler: Handler, _ program: () -> R) -> R {
  Stack.handlers.append(handler)
  defer { Stack.handlers.removeLast() }
  return program()
}

/// The one statement of the language: a random value under a name.
@discardableResult
func sample(_ name: String, _ distribution: any Distribution) -> Tensor {
  let site = Site(name, distribution)
  for handler in Stack.handlers.reversed() { handler.before(site) }
  let value = site.value ?? draw(from: site.distribution)
  site.value = value
  for handler in Stack.handlers { handler.after(site) }
  return value
}

/// A draw of the form loc + scale * noise, where there is one, lets gradients through to loc and scale.
func draw(from distribution: any Distribution) -> Tensor {
  (distribution as? any ReparameterizedDistribution)?.reparameterizedSample()
    ?? distribution.sample()
}

/// Records the sites of a program, and so knows how likely its run was.
final class Trace: Handler {
  private(set) var values: [String: Tensor] = [:]
  private(set) var logJoint: Tensor = 0

  init(_ program: () -> Void) {
    super.init()
    with(self, program)
  }

  override func after(_ site: Site) {
    guard let value = site.value else { return }
    values[site.name] = value
    logJoint = logJoint + site.distribution.logProb(value).sum()
  }
}

/// Gives sites values by their names: data, or what another run drew.
final class Given: Handler {
  private let values: [String: Tensor]
  init(_ values: [String: Tensor]) { self.values = values }

  override func before(_ site: Site) { site.value = site.value ?? values[site.name] }
}

/// Repeats each distribution inside, independently, along an axis of a given size.
final class Plate: Handler {
  private let count: Int
  init(_ count: Int) { self.count = count }

  override func before(_ site: Site) { site.distribution = site.distribution.expanded(to: [count]) }
}

/// An estimate of how far a guide q is from the posterior, up to a constant.
///
/// It is log q(latents) - log p(latents, data), right in the mean over what the guide draws; the model takes
/// these draws over, and minus that mean is the evidence lower bound.
func loss(_ model: () -> Void, _ guide: () -> Void) -> Tensor {
  let drawn = Trace(guide)
  return drawn.logJoint - Trace { with(Given(drawn.values), model) }.logJoint
}

// MARK: - A model, its data, and a guide

func model() {
  let mean = sample("mean", Normal(0, 5))
  with(Plate(20)) { _ = sample("x", Normal(mean, 2)) }
}

// Without data the model is a simulator. Its draws of x are the data from here on.
let world = withSeed(3) { Trace(model).values }
let data = world["x", default: 0]

func conditioned() { with(Given(["x": data]), model) }
func guide(_ q: [Tensor]) { sample("mean", Normal(q[0], exp(q[1]))) }

// MARK: - Gradient descent

var parameters: [Tensor] = [0, 0].map { Tensor(Float($0)).requiringGradient() }
for step in 1...2_000 {
  // The draws make every gradient a little wrong, so take several, and smaller and smaller steps.
  let losses = (0..<16).map { _ in loss(conditioned) { guide(parameters) } }
  let mean = stack(losses, axis: 0).mean()
  let rate = 0.1 * (1 - Double(step) / 2_000)
  parameters = zip(parameters, gradients(of: mean, at: parameters)).map { old, slope in
    (old - rate * (slope ?? 0)).requiringGradient()
  }
  if step % 400 == 0 { print("step \(step): loss \(mean)") }
}

// With noise of a known size the posterior is a normal distribution too: precisions add up.
let precision = 1.0 / 25 + 20.0 / 4
let exact = data.sum().item() / 4 / precision
print("The data were drawn with the mean \(world["mean", default: 0])")
print("Exact posterior: Normal(\(Float(exact)), \(Float(1 / precision.squareRoot())))")
print("Fitted guide:    Normal(\(parameters[0]), \(exp(parameters[1])))")
