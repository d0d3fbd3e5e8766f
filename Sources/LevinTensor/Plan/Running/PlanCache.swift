#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Plans by the structure they were made for.
///
/// A hit is confirmed by comparing all the words, not by the hash alone. When the cache is full, by the number of its
/// plans or by their bytes, the older half of its plans goes.
final class PlanCache: Sendable {
  /// A plan, and the memory of its runs; nil when it has no data to speak of.
  final class Planned: Sendable {
    let plan: Plan
    let memory: PlanMemory?
    /// An estimate of the bytes that the plan takes, and others that its memory makes of it.
    let byteCount: Int

    // Measured: a node of the graph takes about 900 bytes in the plan and its draft.
    private static let bytesOfNode = 1024

    init(_ plan: Plan, _ draft: Planner.Draft) {
      self.plan = plan
      byteCount = draft.stages.layout.graph.nodes.count * Self.bytesOfNode
      memory = PlanMemory.isWorthwhile(draft) ? PlanMemory(draft) : nil
    }
  }

  static let shared = PlanCache()
  static let capacity = 512
  /// The most bytes of all plans together, unless there is only one.
  static let mostBytes = 128 << 20

  private struct Entry {
    var words: [Int]
    var planned: Planned
    var lastUse: Int

    var byteCount: Int { planned.byteCount + words.count * MemoryLayout<Int>.size }

    func hasWords(_ others: UnsafeBufferPointer<Int>) -> Bool {
      guard words.count == others.count, let base = others.baseAddress else { return false }
      return words.withUnsafeBytes { own in
        own.baseAddress.map { memcmp($0, base, own.count) == 0 } ?? false
      }
    }
  }

  private struct State {
    var entries: [Int: [Entry]] = [:]
    var count = 0
    var byteCount = 0
    var clock = 0
    var plansMade = 0
  }

  private let state = Locked(State())

  /// The number of plans made since the process began.
  var plansMade: Int { state.withLock { $0.plansMade } }

  /// The number of plans kept, and an estimate of their bytes.
  var kept: (count: Int, byteCount: Int) { state.withLock { ($0.count, $0.byteCount) } }

  /// The plan for a captured graph, made if there is none.
  ///
  /// - Parameter whenRead: Called when the graph's nodes are needed no more: before a plan is made, which
  ///   may take long.
  func plan(for capture: Capture, whenRead: () -> Void = {}) -> Planned {
    let hash = Self.hash(capture.words)
    if let planned = find(hash, capture.words) {
      whenRead()
      return planned
    }
    let graph = PlanGraph(capture)
    whenRead()
    // Planning takes long enough to leave the lock to others meanwhile.
    let (plan, draft) = Planner.plan(
      graph, leafCount: capture.leaves.count, scalarCount: capture.scalars.count)
    let planned = Planned(plan, draft)
    state.withLock { $0.plansMade += 1 }
    store(planned, hash, Array(capture.words))
    return planned
  }

  /// Forgets all plans.
  func removeAll() {
    state.withLock {
      $0.entries = [:]
      $0.count = 0
      $0.byteCount = 0
    }
  }

  private func find(_ hash: Int, _ words: UnsafeBufferPointer<Int>) -> Planned? {
    state.withLock { state in
      guard let bucket = state.entries[hash],
        let index = bucket.firstIndex(where: { $0.hasWords(words) })
      else { return nil }
      state.clock += 1
      state.entries[hash]?[index].lastUse = state.clock
      return bucket[index].planned
    }
  }

  private func store(_ planned: Planned, _ hash: Int, _ words: [Int]) {
    state.withLock { state in
      state.clock += 1
      let entry = Entry(words: words, planned: planned, lastUse: state.clock)
      if state.count >= Self.capacity { Self.forgetOlderHalf(&state) }
      while state.count > 0, state.byteCount + entry.byteCount > Self.mostBytes {
        Self.forgetOlderHalf(&state)
      }
      state.entries[hash, default: []].append(entry)
      state.count += 1
      state.byteCount += entry.byteCount
    }
  }

  private static func forgetOlderHalf(_ state: inout State) {
    let uses = state.entries.values.flatMap { $0.map(\.lastUse) }.sorted()
    let newest = uses.count > 1 ? uses[uses.count / 2] : .max
    state.entries = state.entries.mapValues { $0.filter { $0.lastUse >= newest } }
      .filter { !$0.value.isEmpty }
    state.count = state.entries.values.reduce(0) { $0 + $1.count }
    state.byteCount = state.entries.values.reduce(0) {
      $0 + $1.reduce(0) { $0 + $1.byteCount }
    }
  }

  private static func hash(_ words: UnsafeBufferPointer<Int>) -> Int {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for word in words {
      hash = (hash ^ UInt64(bitPattern: Int64(word))) &* 0xFF51_AFD7_ED55_8CCD
      hash ^= hash >> 32
    }
    return Int(truncatingIfNeeded: hash)
  }
}
