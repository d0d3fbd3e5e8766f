import Foundation

extension Trainer {
  /// Fits a module on a thread of its own, while the caller's task waits and its thread does other things.
  ///
  /// As ``fit(_:train:resume:)`` otherwise. Cancelling the task ends the fit after the step it is in, and restarts that its
  /// hooks run. Task-locals are those of the caller. Until it returns, nobody else may use the trainer, the module or the
  /// data; the compiler does not see to that.
  ///
  /// - Returns: The reason for the end, and the outcome.
  @discardableResult
  public func fitInBackground<Model: LightningModule>(
    _ model: Model, train: some BatchSource<Model.Batch>, resume: Resume? = nil,
    isolation: isolated (any Actor)? = #isolation
  ) async throws -> FitResult {
    try await onOwnThread { [self] in try fit(model, train: train, resume: resume) }
  }

  /// Fits a module on a thread of its own, and tries it on validation data.
  ///
  /// As ``fitInBackground(_:train:resume:isolation:)`` otherwise.
  @discardableResult
  public func fitInBackground<Model: ValidatingModule>(
    _ model: Model, train: some BatchSource<Model.Batch>,
    validation: some BatchSource<Model.Batch>, resume: Resume? = nil,
    isolation: isolated (any Actor)? = #isolation
  ) async throws -> FitResult {
    try await onOwnThread { [self] in
      try fit(model, train: train, validation: validation, resume: resume)
    }
  }
}

// Runs a fit while the task of the caller waits for it: nothing of it runs on two threads at once.
private func onOwnThread(
  isolation: isolated (any Actor)? = #isolation, _ fit: @escaping () throws -> FitResult
) async throws -> FitResult {
  nonisolated(unsafe) let work = fit
  let task = Task(executorPreference: OwnThread()) { () throws -> FitResult in try work() }
  return try await withTaskCancellationHandler {
    try await task.value
  } onCancel: {
    task.cancel()
  }
}

/// Runs each job on a thread of its own, so that a fit of hours takes none of those that tasks share.
private final class OwnThread: TaskExecutor {
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let thread = Thread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    thread.stackSize = 8 << 20
    thread.start()
  }
}
