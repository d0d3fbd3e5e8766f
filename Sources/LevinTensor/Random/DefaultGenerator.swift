internal import Synchronization

/// Starts the default generator anew, so that what is drawn from now on can be repeated.
///
/// The default generator serves the calls that name none, such as `distribution.sample([100])`. There is
/// one for the whole process, seeded with 0 from the start; within ``withSeed(_:_:)`` a generator of
/// that scope replaces it, and is the one started anew.
///
/// - Parameter seed: A number from 0 up; draws are then those of `PCG64(seed: seed)`.
public func seedEverything(_ seed: Int) {
  DefaultGenerator.current.restart(PCG64(seed: seed))
}

/// Runs `body` with a default generator of its own.
///
/// Draws inside neither depend on those outside nor change them, on whatever thread they happen. Tasks
/// started inside share the scope's generator.
///
/// - Parameter seed: A number from 0 up; draws are then those of `PCG64(seed: seed)`.
public func withSeed<R>(_ seed: Int, _ body: () throws -> R) rethrows -> R {
  try DefaultGenerator.$current.withValue(DefaultGenerator(PCG64(seed: seed)), operation: body)
}

/// Runs `body` with a copy of `generator` as the default one: for jobs on threads of their own, which
/// task-locals do not reach.
package func withDefaultGenerator<R>(
  _ generator: PCG64, _ body: () throws -> R
) rethrows -> R {
  try withDefaultGenerator(DefaultGenerator(generator), body)
}

/// Runs `body` with a default generator that the caller holds on to, to keep or restore its state.
package func withDefaultGenerator<R>(
  _ generator: DefaultGenerator, _ body: () throws -> R
) rethrows -> R {
  try DefaultGenerator.$current.withValue(generator, operation: body)
}

/// A generator that many threads may draw from, one at a time.
package final class DefaultGenerator: Sendable {
  @TaskLocal fileprivate static var current = DefaultGenerator(PCG64(seed: 0))
  @TaskLocal private static var isDrawing = false

  // Nil until somebody asks for the stream.
  private let held: Locked<PCG64?>
  private let make: @Sendable () -> PCG64
  private let changes = Atomic<Int>(0)

  init(_ generator: PCG64) { (held, make) = (Locked(generator), { generator }) }

  /// A generator whose stream is made when somebody draws: seeding costs more than a small step.
  package init(lazily make: @escaping @Sendable () -> PCG64) {
    (held, self.make) = (Locked(nil), make)
  }

  private func withStream<R: Sendable>(_ body: (inout PCG64) -> R) -> R {
    held.withLock { held in
      changes.wrappingAdd(1, ordering: .relaxed)
      if held == nil { held = make() }
      return body(&held!)
    }
  }

  /// The number of changes of the stream so far, which costs no lock: a stream that is asked for after the count is the
  /// one in force for as long as the count stays.
  package var changeCount: Int { changes.load(ordering: .relaxed) }

  /// A generator of its own, for a job that must neither disturb the one in force nor be disturbed: the next
  /// child of that one.
  package static func makeChild() -> DefaultGenerator {
    DefaultGenerator(current.withStream { $0.spawn(1)[0] })
  }

  /// The stream of the generator in force, as it is.
  package static var streamInForce: PCG64 { current.stream }

  /// The stream as it is.
  package var stream: PCG64 {
    held.withLock { held in
      if held == nil { held = make() }
      return held!
    }
  }

  /// Goes on with another stream.
  package func restart(_ generator: PCG64) {
    held.withLock { held in
      changes.wrappingAdd(1, ordering: .relaxed)
      held = generator
    }
  }

  /// Lets `body` draw from the generator in force, while all others wait.
  package static func draw<R: Sendable>(_ body: (inout PCG64) -> R) -> R {
    // Without this a sampler that forgets to hand its generator on would wait for itself.
    require(
      !isDrawing,
      "sample: the default generator is in use by the call that this one is part of; "
        + "pass on its generator as 'using: &generator'")
    return $isDrawing.withValue(true) { current.withStream(body) }
  }
}
