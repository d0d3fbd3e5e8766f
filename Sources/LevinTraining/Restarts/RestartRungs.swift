internal import Foundation

/// The meeting of all starts at the epochs after which they are compared.
///
/// Nobody passes before all have come that have not ended, so decisions follow from values alone and not from the order
/// in which threads come. Who waits gives his slot to another start, so that none is missing for want of one.
///
/// Safe for use from several threads: what changes is behind the lock.
final class RestartRungs: @unchecked Sendable {
  private let pruning: RestartPruning
  private let mode: MonitorMode
  private let slots: DispatchSemaphore
  private let condition = NSCondition()
  // The starts that are to come: those that have neither ended nor been told to end.
  private var running: Set<Int>
  private var waiting: [Int: Double] = [:]
  private var ended: [Int: Double] = [:]
  private var reasons: [Int: String] = [:]
  private var round = 0
  private var isOpen = false

  init(_ pruning: RestartPruning, _ mode: MonitorMode, count: Int, slots: DispatchSemaphore) {
    (self.pruning, self.mode, self.slots) = (pruning, mode, slots)
    running = Set(0..<count)
  }

  /// Whether starts are compared after so many epochs.
  func isDue(after epochs: Int) -> Bool { pruning.isDue(after: epochs) }

  /// Waits for all others, and gives the reason why the start is to end, if it is.
  func meet(_ index: Int, _ value: Double) -> String? {
    condition.lock()
    guard !isOpen, running.contains(index) else {
      defer { condition.unlock() }
      return isOpen ? reasons[index] : nil
    }
    waiting[index] = value
    decideIfComplete()
    if waiting.isEmpty {
      defer { condition.unlock() }
      return reasons[index]
    }
    let current = round
    slots.signal()
    while round == current, !isOpen { condition.wait() }
    let reason = reasons[index]
    condition.unlock()
    slots.wait()
    return reason
  }

  /// Notes that a start has ended, with its last value; NaN if it has none that counts.
  func leave(_ index: Int, _ value: Double) {
    condition.lock()
    defer { condition.unlock() }
    // The value of one that was told to end is the one for which it was.
    guard running.remove(index) != nil else { return }
    if !value.isNaN { ended[index] = value }
    if !waiting.isEmpty { decideIfComplete() }
  }

  /// Lets all go their ways, since some starts will never come; with a reason, they are to end.
  func open(_ reason: String? = nil) {
    condition.lock()
    defer { condition.unlock() }
    if let reason { for index in running { reasons[index] = reason } }
    isOpen = true
    condition.broadcast()
  }

  private func decideIfComplete() {
    if isOpen || waiting.count < running.count { return }
    for (index, reason) in pruning.hopeless(waiting, ended: Array(ended.values), mode) {
      reasons[index] = reason
      running.remove(index)
      ended[index] = waiting[index]
    }
    waiting = [:]
    round += 1
    condition.broadcast()
  }
}
