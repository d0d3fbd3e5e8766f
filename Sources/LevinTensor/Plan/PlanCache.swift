/// Plans by the structure they were made for.
///
/// A hit is confirmed by comparing all the words, not by the hash alone. When the cache is full the
/// older half of its plans goes.
final class PlanCache: Sendable {
  static let shared = PlanCache()
  static let capacity = 512

  private struct Entry {
    var words: [Int]
    var plan: Plan
    var lastUse: Int
  }

  private struct State {
    var entries: [Int: [Entry]] = [:]
    var count = 0
    var clock = 0
    var plansMade = 0
  }

  private let state = Locked(State())

  /// How many plans were made since the process began.
  var plansMade: Int { state.withLock { $0.plansMade } }

  /// The plan for a captured graph, made if there is none.
  func plan(for capture: Capture) -> Plan {
    let hash = Self.hash(capture.words)
    if let plan = find(hash, capture.words) { return plan }
    // Planning takes long enough to leave the lock to others meanwhile.
    let plan = Planner.plan(capture)
    state.withLock { $0.plansMade += 1 }
    store(plan, hash, capture.words)
    return plan
  }

  /// Forgets all plans.
  func removeAll() {
    state.withLock {
      $0.entries = [:]
      $0.count = 0
    }
  }

  private func find(_ hash: Int, _ words: [Int]) -> Plan? {
    state.withLock { state in
      guard let bucket = state.entries[hash],
        let place = bucket.firstIndex(where: { $0.words == words })
      else { return nil }
      state.clock += 1
      state.entries[hash]?[place].lastUse = state.clock
      return bucket[place].plan
    }
  }

  private func store(_ plan: Plan, _ hash: Int, _ words: [Int]) {
    state.withLock { state in
      if state.count >= Self.capacity { Self.forgetOlderHalf(&state) }
      state.clock += 1
      state.entries[hash, default: []].append(
        Entry(words: words, plan: plan, lastUse: state.clock))
      state.count += 1
    }
  }

  private static func forgetOlderHalf(_ state: inout State) {
    let uses = state.entries.values.flatMap { $0.map(\.lastUse) }.sorted()
    let median = uses[uses.count / 2]
    state.entries = state.entries.mapValues { $0.filter { $0.lastUse >= median } }
      .filter { !$0.value.isEmpty }
    state.count = state.entries.values.reduce(0) { $0 + $1.count }
  }

  private static func hash(_ words: [Int]) -> Int {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for word in words {
      hash = (hash ^ UInt64(bitPattern: Int64(word))) &* 0xFF51_AFD7_ED55_8CCD
      hash ^= hash >> 32
    }
    return Int(truncatingIfNeeded: hash)
  }
}
