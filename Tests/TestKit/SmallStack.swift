import Foundation
import LevinTensor

/// Runs `body` to its end on a thread whose stack has 128 KB, and returns its result.
///
/// A function that recurses over a long graph ends the process here, long before it would on the main thread.
public func onSmallStack<R: Sendable>(_ body: @escaping @Sendable () -> R) -> R {
  let result = Locked<R?>(nil)
  let done = DispatchSemaphore(value: 0)
  let thread = Thread {
    let value = body()
    result.withLock { $0 = value }
    done.signal()
  }
  thread.stackSize = 128 * 1024
  thread.start()
  done.wait()
  guard let value = result.withLock({ $0 }) else { preconditionFailure("the thread has ended") }
  return value
}
