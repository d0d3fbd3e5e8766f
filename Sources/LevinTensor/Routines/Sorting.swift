// Sorts by keys: unsigned integers that have the order of the elements they stand for. These are
// sorted together with the elements' indices, digit by digit from the least significant on (Knuth, The Art
// of Computer Programming 3, 5.2.5, "radix list sort"), which compares nothing and keeps equal elements in
// their order. Digits in which all keys agree are passed over, so small integers take one pass or
// two. Short lines are sorted by insertion.

/// A key and the index of its element in the line.
private struct KeyedIndex<Key: FixedWidthInteger & UnsignedInteger> {
  var key: Key
  var index: UInt32
}

/// Elements that have keys: zeros of either sign the same one, and NaN the largest.
private protocol Sortable {
  associatedtype Key: FixedWidthInteger & UnsignedInteger
  var sortingKey: Key { get }
}

extension UInt8: Sortable {
  fileprivate var sortingKey: UInt32 { UInt32(truncatingIfNeeded: self) }
}

extension Int32: Sortable {
  fileprivate var sortingKey: UInt32 { UInt32(bitPattern: self) ^ 0x8000_0000 }
}

extension Int: Sortable {
  fileprivate var sortingKey: UInt64 { UInt64(bitPattern: Int64(self)) ^ (1 << 63) }
}

extension Float: Sortable {
  // Negative numbers grow as their bits shrink.
  fileprivate var sortingKey: UInt32 {
    if self != self { return .max }
    let bits = (self + 0).bitPattern
    return bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
  }
}

extension Double: Sortable {
  fileprivate var sortingKey: UInt64 {
    if self != self { return .max }
    let bits = (self + 0).bitPattern
    return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
  }
}

extension Routines {
  /// The indices of each line's elements in ascending or descending order.
  static func argSort(_ call: RoutineCall) {
    switch call.operands[0].dtype {
    case .bool: argSort(UInt8.self, call)
    case .int32: argSort(Int32.self, call)
    case .int64: argSort(Int.self, call)
    case .float32: argSort(Float.self, call)
    case .float64: argSort(Double.self, call)
    }
  }

  // The result has a line for each of the operand's, of all its indices or of the first ones.
  private static func argSort<Element: Sortable>(_ type: Element.Type, _ call: RoutineCall) {
    let order = SortOrder(call.attributes)
    let lines = Lines(call.operands[0].shape, axis: order.axis)
    let target = Lines(call.result.shape, axis: order.axis)
    let elements = call.operands[0].pointer.assumingMemoryBound(to: type)
    let indices = call.result.elements(as: Int.self)
    lines.share(cost: 10) { range in
      var sorter = LineSorter<Element>(
        length: lines.length, taking: target.length, isDescending: order.isDescending)
      for line in range {
        let sorted = sorter.sort(elements + lines.start(line), stride: lines.stride)
        let start = target.start(line)
        for rank in 0..<target.length {
          indices[start &+ rank &* target.stride] = Int(sorted[rank].index)
        }
      }
      sorter.deallocate()
    }
  }
}

/// Sorts lines of one length, in memory that serves for all of them.
private struct LineSorter<Element: Sortable> {
  typealias Key = Element.Key
  typealias Record = KeyedIndex<Key>

  private let length: Int
  // The number of sorted records that are wanted.
  private let taking: Int
  private let flip: Key
  private let digitBits: Int
  private let capacity: Int
  private var records: UnsafeMutablePointer<Record>
  private var others: UnsafeMutablePointer<Record>
  private let counts: UnsafeMutablePointer<Int>

  init(length: Int, taking: Int, isDescending: Bool) {
    self.length = length
    self.taking = taking
    flip = isDescending ? .max : 0
    // Few of many are chosen from candidates, among which they are kept apart from time to time.
    capacity = taking < length / 8 ? Swift.max(4 * taking, 64) : length
    digitBits = capacity < 4096 ? 8 : 11
    records = .allocate(capacity: capacity)
    others = .allocate(capacity: capacity)
    let digits = (Key.bitWidth + digitBits - 1) / digitBits
    counts = .allocate(capacity: digits << digitBits)
  }

  func deallocate() {
    records.deallocate()
    others.deallocate()
    counts.deallocate()
  }

  /// The records of a line in order, as many as are wanted.
  mutating func sort(
    _ line: UnsafePointer<Element>, stride: Int
  ) -> UnsafeMutablePointer<Record> {
    if capacity < length { return choose(line, stride: stride) }
    for index in 0..<length {
      records[index] = Record(
        key: line[index &* stride].sortingKey ^ flip, index: UInt32(truncatingIfNeeded: index))
    }
    order(length)
    return records
  }

  // A later element must be before the last of those kept to come among them.
  private mutating func choose(
    _ line: UnsafePointer<Element>, stride: Int
  ) -> UnsafeMutablePointer<Record> {
    var count = 0
    var bound = Key.max
    var isBounded = false
    for index in 0..<length {
      let key = line[index &* stride].sortingKey ^ flip
      if isBounded, key >= bound { continue }
      records[count] = Record(key: key, index: UInt32(truncatingIfNeeded: index))
      count &+= 1
      if count == capacity {
        order(count)
        count = taking
        isBounded = true
        if taking > 0 { bound = records[taking - 1].key }
      }
    }
    order(count)
    return records
  }

  private mutating func order(_ count: Int) {
    if count <= 32 { insert(count) } else { distribute(count) }
  }

  private func insert(_ count: Int) {
    for number in 0..<count {
      let record = records[number]
      var free = number
      while free > 0, records[free &- 1].key > record.key {
        records[free] = records[free &- 1]
        free &-= 1
      }
      records[free] = record
    }
  }

  private mutating func distribute(_ count: Int) {
    let digits = (Key.bitWidth + digitBits - 1) / digitBits
    countDigits(count, digits: digits)
    for digit in 0..<digits {
      let ends = counts + digit << digitBits
      let shift = digit &* digitBits
      let first = bucket(records[0].key, shift)
      // Where all keys agree in a digit there is nothing to move.
      if ends[first] == count { continue }
      var end = 0
      for value in 0..<(1 << digitBits) {
        let size = ends[value]
        ends[value] = end
        end &+= size
      }
      for number in 0..<count {
        let record = records[number]
        let value = bucket(record.key, shift)
        others[ends[value]] = record
        ends[value] &+= 1
      }
      swap(&records, &others)
    }
  }

  private func countDigits(_ count: Int, digits: Int) {
    counts.initialize(repeating: 0, count: digits << digitBits)
    for number in 0..<count {
      let key = records[number].key
      for digit in 0..<digits {
        counts[digit << digitBits &+ bucket(key, digit &* digitBits)] &+= 1
      }
    }
  }

  @inline(__always)
  private func bucket(_ key: Key, _ shift: Int) -> Int {
    Int(truncatingIfNeeded: key &>> Key(truncatingIfNeeded: shift)) & (1 << digitBits &- 1)
  }
}
