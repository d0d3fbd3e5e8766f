#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The accounts of what all plans keep: how much, for which data, and who was used least recently.
///
/// Data are held weakly: when their storage goes, what follows from them goes too. Lock order: a plan's
/// own memory, then this; so nothing here calls into a plan while it is locked.
final class StepMemory: Sendable {
  static let shared = StepMemory()

  private struct Entry {
    weak var plan: PlanMemory?
    var planIdentity: ObjectIdentifier
    var byteCount: Int
    var data: [Int]
    var lastUse: Int
  }

  private struct State {
    var entries: [Int: Entry] = [:]
    var entriesByData: [Int: Set<Int>] = [:]
    var byteCount = 0
    var clock = 0
    var budget: Int
  }

  private let state = Locked(State(budget: defaultBudget()))

  private init() {
    Storage.setReleaseHandler { StepMemory.shared.forget($0) }
  }

  /// The bytes that may be kept; with 0 nothing is, and nothing is read.
  ///
  /// `LEVIN_STEP_MEMORY` sets it, `off` or a number of megabytes; unset or empty, it is an eighth of the machine's
  /// memory and a gigabyte at most.
  var budget: Int {
    get { state.withLock { $0.budget } }
    set {
      state.withLock { $0.budget = newValue }
      trim()
    }
  }

  /// The bytes of what follows from the storage of this identity, alone or with others.
  func byteCount(followingIdentity identity: Int) -> Int {
    state.withLock { state in
      (state.entriesByData[identity] ?? []).reduce(0) {
        $0 + (state.entries[$1]?.byteCount ?? 0)
      }
    }
  }

  private static func defaultBudget() -> Int {
    if let text = getenv("LEVIN_STEP_MEMORY").map({ String(cString: $0) }), !text.isEmpty {
      guard let budget = budget(text) else {
        stop(
          "LEVIN_STEP_MEMORY is '\(text)'; it may be 'off' or a number of megabytes",
          locating: false)
      }
      return budget
    }
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return min(1 << 30, max(machine / 8, 0))
  }

  /// The bytes that a setting allows, however many megabytes it names; nil for one that cannot be followed.
  static func budget(_ setting: String) -> Int? {
    if setting == "off" { return 0 }
    guard !setting.isEmpty, setting.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    let most = Int.max >> 20
    return min(Int(setting) ?? most, most) << 20
  }

  /// Notes an entry of a plan and the data that it follows from, and gives it a number.
  func add(to plan: PlanMemory, byteCount: Int, data: [Storage]) -> Int {
    for storage in data { storage.reportRelease() }
    return state.withLock { state in
      state.clock += 1
      let number = state.clock
      let identities = data.map(\.identity)
      state.entries[number] = Entry(
        plan: plan, planIdentity: ObjectIdentifier(plan), byteCount: byteCount, data: identities,
        lastUse: number)
      for identity in identities { state.entriesByData[identity, default: []].insert(number) }
      state.byteCount += byteCount
      return number
    }
  }

  /// Notes that an entry was read.
  func use(_ number: Int) {
    state.withLock { state in
      state.clock += 1
      state.entries[number]?.lastUse = state.clock
    }
  }

  /// Drops what follows from data that are gone.
  func forget(_ identity: Int) {
    drop { state in state.entriesByData[identity] ?? [] }
  }

  /// Strikes the entries of a plan that is gone.
  func forget(of plan: PlanMemory) {
    let identity = ObjectIdentifier(plan)
    state.withLock { state in
      for (number, entry) in state.entries where entry.planIdentity == identity {
        Self.remove(number, &state)
      }
    }
  }

  /// Drops what was used least recently until the rest fits the budget.
  func trim() {
    drop { state in
      var excess = state.byteCount - state.budget
      if excess <= 0 { return [] }
      var numbers: Set<Int> = []
      for (number, entry) in state.entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
        if excess <= 0 { break }
        numbers.insert(number)
        excess -= entry.byteCount
      }
      return numbers
    }
  }

  // Memory is let go of when no lock is held, since it may be the last that others wait to hear of.
  private func drop(_ choice: (State) -> Set<Int>) {
    let plans = state.withLock { state -> [(PlanMemory, Int)] in
      choice(state).compactMap { number in
        let plan = state.entries[number]?.plan
        Self.remove(number, &state)
        return plan.map { ($0, number) }
      }
    }
    for (plan, number) in plans { _ = plan.drop([number]) }
  }

  private static func remove(_ number: Int, _ state: inout State) {
    guard let entry = state.entries.removeValue(forKey: number) else { return }
    state.byteCount -= entry.byteCount
    for identity in entry.data {
      state.entriesByData[identity]?.remove(number)
      if state.entriesByData[identity]?.isEmpty == true {
        state.entriesByData[identity] = nil
      }
    }
  }
}
