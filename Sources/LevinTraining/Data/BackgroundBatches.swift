internal import Foundation
internal import LevinNN
internal import LevinTensor

/// Batches that are made ahead of time on threads of their own, and come in order.
///
/// Workers take the numbers of batches one after the other, at most `ahead` beyond the one that is asked for next. An
/// error comes out where its batch would have come. When nobody holds this object any more, workers end after the batch
/// that each is making; nobody waits for them, so one that hangs keeps neither the fit nor the process from ending. A
/// queue that somebody still reads goes on, whatever other queues there are.
final class BackgroundBatches<Batch>: Sendable {
  let queue: BatchQueue<Batch>

  /// Starts to make batches.
  ///
  /// - Parameters:
  ///   - workers: The number of threads.
  ///   - ahead: The number of batches that are made and not asked for yet, at most.
  ///   - epoch: The epoch, from which draws follow where a batch does not bring a generator of its own.
  ///   - turns: The turns that workers take with those of other queues; nil where there is nothing to be shared.
  ///   - make: The batch of a number, counted from 0; nil for those beyond the last.
  init(
    workers: Int, ahead: Int, epoch: Int, turns: SourceTurns? = nil,
    make: @escaping @Sendable (Int) throws -> LoadedBatch<Batch>?
  ) {
    let queue = BatchQueue(ahead: ahead, turns: turns, make: make)
    self.queue = queue
    let surroundings = WorkerSurroundings(epoch: epoch)
    for _ in 0..<workers {
      queue.workerBegins()
      let thread = Thread { surroundings.restored { queue.work() } }
      thread.name = "levin batches"
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  deinit { queue.cancel() }

  /// The batches in order.
  var stream: BatchStream<Batch> { BatchStream { try self.queue.next() } }
}

/// The task-locals that a worker takes over, which do not reach other threads by themselves.
private struct WorkerSurroundings: Sendable {
  private let mode = Mode.current
  private let warnings = Warnings.current
  private let draws: SeedSequence

  init(epoch: Int) { draws = DefaultGenerator.streamInForce.seedSequence.child(of: epoch) }

  func restored(_ body: () -> Void) {
    withMode(mode) {
      Warnings.$current.withValue(warnings) { withDefaultGenerator(PCG64(draws), body) }
    }
  }
}

/// The turns that threads take at what they share.
final class SourceTurns: Sendable {
  private let lock = NSLock()

  func take<R>(_ body: () throws -> R) rethrows -> R { try lock.withLock(body) }
}

/// The batches between workers and the one who asks for them.
///
/// Everything that changes is behind the lock; a batch belongs to the worker until it is put here, and to the one who
/// asks afterwards.
final class BatchQueue<Batch>: @unchecked Sendable {
  private let condition = NSCondition()
  private let ahead: Int
  private let turns: SourceTurns?
  private let make: @Sendable (Int) throws -> LoadedBatch<Batch>?
  private var made: [Int: Result<LoadedBatch<Batch>?, any Error>] = [:]
  private var claimed = 0
  private var given = 0
  private var workers = 0
  // Whether no further numbers are claimed.
  private var isClosed = false
  // Whether nobody wants batches any more.
  private var isCancelled = false

  init(
    ahead: Int, turns: SourceTurns?,
    make: @escaping @Sendable (Int) throws -> LoadedBatch<Batch>?
  ) {
    self.ahead = ahead
    self.turns = turns
    self.make = make
  }

  private func locked<R>(_ body: () -> R) -> R {
    condition.lock()
    defer { condition.unlock() }
    return body()
  }

  func workerBegins() { locked { workers += 1 } }

  /// Makes batches until there are no more, or nobody wants them.
  func work() {
    while let number = claim() {
      let result = Result { try makeInTurn(number) }
      locked {
        if case .success(.some) = result {} else { isClosed = true }
        made[number] = result
        condition.broadcast()
      }
    }
    locked {
      workers -= 1
      condition.broadcast()
    }
  }

  // When the turn has come, nobody may want the batch any more, and the source belongs to another queue.
  private func makeInTurn(_ number: Int) throws -> LoadedBatch<Batch>? {
    guard let turns else { return try make(number) }
    return try turns.take { isWanted ? try make(number) : nil }
  }

  private func claim() -> Int? {
    locked {
      while !isClosed, claimed - given >= ahead { condition.wait() }
      if isClosed { return nil }
      defer { claimed += 1 }
      return claimed
    }
  }

  /// The next batch, for which it waits if need be; nil when there are no more.
  ///
  /// - Throws: What kept the batch from being made, and `CancellationError` when the queue was cancelled.
  func next() throws -> LoadedBatch<Batch>? {
    let result: Result<LoadedBatch<Batch>?, any Error>? = locked {
      // A number that is claimed comes, even if another one has closed the queue since.
      while made[given] == nil, !isCancelled, !(isClosed && claimed <= given) { condition.wait() }
      if isCancelled { return .failure(CancellationError()) }
      defer {
        given += 1
        condition.broadcast()
      }
      return made.removeValue(forKey: given)
    }
    return try result?.get()
  }

  private var isWanted: Bool { locked { !isCancelled } }

  /// Makes no further batches, and drops those that are made.
  func cancel() {
    locked {
      (isClosed, isCancelled) = (true, true)
      made = [:]
      condition.broadcast()
    }
  }

  /// Waits until no worker makes a batch any more.
  func waitForWorkers() {
    locked {
      while workers > 0 { condition.wait() }
    }
  }
}
