/// A small hash table from nodes to values, by identity.
///
/// Walks over graphs look up every node, often a few hundred in some microseconds, which rules out the
/// general dictionary with its keyed hash.
struct NodeTable<Value> {
  private var keys: [UInt]
  private var values: [Value?]
  private var mask: Int
  private var filled = 0

  init(minimumCapacity: Int) {
    var capacity = 16
    while capacity < minimumCapacity * 2 { capacity *= 2 }
    keys = Array(repeating: 0, count: capacity)
    values = Array(repeating: nil, count: capacity)
    mask = capacity - 1
  }

  /// The number of nodes in the table.
  var count: Int { filled }

  /// The value of a node, which must outlive the table.
  subscript(node: Node) -> Value? {
    get { values[slot(of: Self.key(node))] }
    set {
      let key = Self.key(node)
      var place = slot(of: key)
      if keys[place] == 0 {
        if filled * 2 >= mask {
          grow()
          place = slot(of: key)
        }
        keys[place] = key
        filled += 1
      }
      values[place] = newValue
    }
  }

  private static func key(_ node: Node) -> UInt {
    UInt(bitPattern: Unmanaged.passUnretained(node).toOpaque())
  }

  // The place of a key, or the free place where it belongs.
  private func slot(of key: UInt) -> Int {
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
    while keys[place] != 0, keys[place] != key { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    let (oldKeys, oldValues) = (keys, values)
    mask = mask * 2 + 1
    keys = Array(repeating: 0, count: mask + 1)
    values = Array(repeating: nil, count: mask + 1)
    for (key, value) in zip(oldKeys, oldValues) where key != 0 {
      let place = slot(of: key)
      keys[place] = key
      values[place] = value
    }
  }
}

/// A table from nodes to numbers from 0 up, by identity, for the walk that every evaluation makes.
struct NodeNumbers {
  // Pairs of a key and a number.
  private var entries: [(key: UInt, number: Int)]
  private var mask: Int
  private var count = 0

  init(minimumCapacity: Int) {
    var capacity = 16
    while capacity < minimumCapacity * 2 { capacity *= 2 }
    entries = Array(repeating: (0, 0), count: capacity)
    mask = capacity - 1
  }

  /// The number of a node, which must outlive the table.
  subscript(node: Node) -> Int? {
    let entry = entries[place(of: Self.key(node))]
    return entry.key == 0 ? nil : entry.number
  }

  /// Adds a node that is not in the table.
  mutating func add(_ node: Node, _ number: Int) {
    if count * 2 >= mask { grow() }
    let key = Self.key(node)
    entries[place(of: key)] = (key, number)
    count += 1
  }

  private static func key(_ node: Node) -> UInt {
    UInt(bitPattern: Unmanaged.passUnretained(node).toOpaque())
  }

  private func place(of key: UInt) -> Int {
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
    while entries[place].key != 0, entries[place].key != key { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    let old = entries
    mask = mask * 2 + 1
    entries = Array(repeating: (0, 0), count: mask + 1)
    for entry in old where entry.key != 0 { entries[place(of: entry.key)] = entry }
  }
}
