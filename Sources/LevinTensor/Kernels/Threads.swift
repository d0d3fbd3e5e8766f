internal import LevinKernels
import Synchronization

/// The threads that share work.
enum Threads {
  /// The number of threads that work together: `LEVIN_THREADS`, or what affinity and quota allow.
  ///
  /// Results have the same bits whatever it is.
  static var count: Int {
    get { Int(lv_thread_count()) }
    set { lv_set_thread_count(Int32(newValue)) }
  }

  /// Calls `body` with every number below `count`, on as many threads as are free; returns when all
  /// calls have.
  ///
  /// - Parameter isWorthwhile: Whether there is enough work, some tens of microseconds of it.
  static func run(_ count: Int, isWorthwhile: Bool, _ body: (Int) -> Void) {
    guard isWorthwhile, count > 1, Threads.count > 1 else {
      for number in 0..<count { body(number) }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      let share = Share(count: count, body: escapable)
      let context = Unmanaged.passUnretained(share).toOpaque()
      lv_parallel(
        Int32(Swift.min(count, Threads.count)),
        { context, _ in
          guard let context else { return }
          Unmanaged<Share>.fromOpaque(context).takeUnretainedValue().work()
        }, context)
      withExtendedLifetime(share) {}
    }
  }

  // Threads take the numbers one after the other.
  private final class Share: @unchecked Sendable {
    private let next = Atomic<Int>(0)
    private let count: Int
    private let body: (Int) -> Void

    init(count: Int, body: @escaping (Int) -> Void) {
      self.count = count
      self.body = body
    }

    func work() {
      while true {
        let number = next.add(1, ordering: .relaxed).oldValue
        if number >= count { return }
        body(number)
      }
    }
  }
}
