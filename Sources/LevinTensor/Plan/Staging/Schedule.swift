/// The order in which a pass computes its values, and the register each has.
///
/// Values come right before they are needed, sink by sink, so few are alive at once; a register is free
/// again after its value's last use. The chunk's length follows from how many registers there are, so
/// that all of them stay in the first-level cache.
struct Schedule {
  /// One step of the body.
  enum Step {
    case value(PassBuilder.ID)
    /// Columns of a row-major array, side by side in memory and in registers that follow each other.
    case columns([PassBuilder.ID])
    case sink(Int)
  }

  /// The location of a value while the pass runs.
  enum Home: Hashable {
    /// A number or elements in memory.
    case buffer(Int, byteOffset: Int, isMoving: Bool)
    /// One number in scratch memory.
    case number(Int)
    /// A chunk in scratch memory.
    case register(Int)
  }

  private(set) var prologue: [PassBuilder.ID] = []
  private(set) var spreading: [PassBuilder.ID] = []
  private(set) var body: [Step] = []
  private(set) var homes: [Home?]
  private(set) var numberCount = 0
  private(set) var registerCount = 0
  /// Sinks whose value is computed right in their memory.
  private(set) var isSinkDirect: [Bool]

  private let builder: PassBuilder

  /// The cost of the body for each index along the chunk axis, in simple operations on four bytes.
  var work: Int {
    body.reduce(0) { total, step in
      switch step {
      case .sink: total + 1
      case .value(let id): total + builder.values[Int(id)].cost
      case .columns(let ids): total + ids.count
      }
    }
  }

  init(_ builder: PassBuilder) {
    self.builder = builder
    homes = Array(repeating: nil, count: builder.values.count)
    isSinkDirect = Array(repeating: false, count: builder.sinks.count)
    order()
    directSinks()
    joinColumns()
    allocate()
  }

  // Depth first from each sink, with a stack of its own.
  private mutating func order() {
    var done = [Bool](repeating: false, count: builder.values.count)
    for (index, sink) in builder.sinks.enumerated() {
      var stack: [(id: PassBuilder.ID, entered: Bool)] = [(sink.value, false)]
      if let factor = sink.factor { stack.append((factor, false)) }
      while let (id, entered) = stack.popLast() {
        if done[Int(id)] { continue }
        let value = builder.values[Int(id)]
        if entered {
          done[Int(id)] = true
          emit(id, value)
          continue
        }
        stack.append((id, true))
        for operand in value.operands.reversed() where !done[Int(operand)] {
          stack.append((operand, false))
        }
      }
      body.append(.sink(index))
    }
  }

  private mutating func emit(_ id: PassBuilder.ID, _ value: PassBuilder.Value) {
    switch value.kind {
    case .number(let buffer, let offset):
      homes[Int(id)] = .buffer(buffer, byteOffset: offset, isMoving: false)
    case .memory(let buffer, let offset):
      homes[Int(id)] = .buffer(buffer, byteOffset: offset, isMoving: true)
    case .computed:
      if value.isUniform {
        prologue.append(id)
      } else if value.isSpread {
        spreading.append(id)
      } else {
        body.append(.value(id))
      }
    }
  }

  // A value that is stored with stride 1 is computed right there.
  private mutating func directSinks() {
    for (index, sink) in builder.sinks.enumerated() {
      let value = builder.values[Int(sink.value)]
      guard case .store(let stride) = sink.kind, case .computed = value.kind,
        homes[Int(sink.value)] == nil, !value.isSpread,
        value.isUniform ? stride == 0 : stride == 1
      else { continue }
      homes[Int(sink.value)] = .buffer(
        sink.buffer, byteOffset: sink.byteOffset, isMoving: !value.isUniform)
      isSinkDirect[index] = true
    }
  }

  // Loads of neighbouring columns become one, where the first of them is needed.
  private mutating func joinColumns() {
    let runs = ColumnRuns(builder, among: body, homes).runs
    var runOfLoad: [PassBuilder.ID: Int] = [:]
    for (number, run) in runs.enumerated() {
      for id in run { runOfLoad[id] = number }
    }
    guard !runs.isEmpty else { return }
    var isDone = [Bool](repeating: false, count: runs.count)
    var joined: [Step] = []
    for step in body {
      guard case .value(let id) = step, let number = runOfLoad[id] else {
        joined.append(step)
        continue
      }
      if !isDone[number] { joined.append(.columns(runs[number])) }
      isDone[number] = true
    }
    body = joined
  }

  private mutating func allocate() {
    for id in prologue where homes[Int(id)] == nil {
      homes[Int(id)] = .number(numberCount)
      numberCount += 1
    }
    for id in spreading {
      homes[Int(id)] = .register(registerCount)
      registerCount += 1
    }
    let lastUse = lastUses()
    var free: [Int] = []
    for (time, step) in body.enumerated() {
      let used: [PassBuilder.ID]
      switch step {
      case .sink(let index): used = builder.sinks[index].used
      case .value(let id):
        used = builder.values[Int(id)].operands
        if homes[Int(id)] == nil {
          take(id, &free, dying: used.filter { lastUse[Int($0)] == time })
        }
      case .columns(let ids):
        used = []
        takeNeighbours(ids, &free)
      }
      release(used.filter { lastUse[Int($0)] == time }, step, &free)
    }
  }

  private func lastUses() -> [Int] {
    var last = [Int](repeating: -1, count: builder.values.count)
    for (time, step) in body.enumerated() {
      switch step {
      case .sink(let index):
        for id in builder.sinks[index].used { last[Int(id)] = time }
      case .value(let id):
        last[Int(id)] = max(last[Int(id)], time)
        for operand in builder.values[Int(id)].operands { last[Int(operand)] = time }
      case .columns(let ids):
        for id in ids { last[Int(id)] = max(last[Int(id)], time) }
      }
    }
    return last
  }

  // A result may take the register of an operand that dies with it if their elements have one size;
  // else writing one would run over elements of the other that are still to be read.
  private mutating func take(_ id: PassBuilder.ID, _ free: inout [Int], dying: [PassBuilder.ID]) {
    let size = builder.values[Int(id)].dtype.byteCount
    for operand in dying {
      let value = builder.values[Int(operand)]
      if case .register(let register) = homes[Int(operand)], !value.isSpread,
        value.dtype.byteCount == size
      {
        homes[Int(id)] = .register(register)
        return
      }
    }
    if let register = free.popLast() {
      homes[Int(id)] = .register(register)
    } else {
      homes[Int(id)] = .register(registerCount)
      registerCount += 1
    }
  }

  // Registers that follow each other: free ones if there are as many in a row, else new ones.
  private mutating func takeNeighbours(_ ids: [PassBuilder.ID], _ free: inout [Int]) {
    let sorted = free.sorted()
    let start = sorted.indices.first { start in
      let end = start + ids.count - 1
      return end < sorted.count && sorted[end] == sorted[start] + ids.count - 1
    }
    let first = start.map { sorted[$0] } ?? registerCount
    free.removeAll { (first..<(first + ids.count)).contains($0) }
    registerCount = max(registerCount, first + ids.count)
    for (number, id) in ids.enumerated() { homes[Int(id)] = .register(first + number) }
  }

  private func release(_ dying: [PassBuilder.ID], _ step: Step, _ free: inout [Int]) {
    var taken: Home?
    if case .value(let id) = step { taken = homes[Int(id)] }
    for operand in Set(dying) where !builder.values[Int(operand)].isSpread {
      if case .register(let register) = homes[Int(operand)], homes[Int(operand)] != taken {
        free.append(register)
      }
    }
  }
}
