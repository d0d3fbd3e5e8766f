/// A reproducible source of seeds: any number of words of entropy, hashed into a pool of 128 bits.
///
/// Idea: near seeds such as 0, 1, 2 must start far-apart streams, and a stream must be able to hand
/// out children that overlap neither with it nor with one another. Each word of entropy passes
/// through a multiplicative hash whose multiplier moves on at every use, and every word of the pool
/// is mixed into every other, so that one flipped bit of the entropy flips about half of the pool.
/// A child has its parent's entropy followed by its position in the tree, the *spawn key*.
///
/// Source: M. E. O'Neill, "Developing a `seed_seq` alternative" (2015), in the form that NumPy's
/// `SeedSequence` gave it; the words equal those of NumPy bit for bit. All of the arithmetic is on
/// integers modulo 2³², so there is no rounding.
public struct SeedSequence: Sendable, Equatable {
  /// The words the sequence was made from, the least significant first.
  public let entropy: [UInt32]

  /// The position in the tree of sequences, as words: empty for a root.
  public let spawnKey: [UInt32]

  /// The number of children handed out so far.
  public internal(set) var childCount = 0

  private let pool: SIMD4<UInt32>

  /// Creates a sequence from a non-negative integer.
  ///
  /// - Parameter seed: Any integer of at least 0; equals NumPy's `SeedSequence(seed)`.
  public init(seed: Int) {
    require(seed >= 0, "SeedSequence(seed:): seed must be at least 0, but is \(seed)")
    self.init(entropy: Self.words(of: seed))
  }

  /// Creates a sequence from words of entropy, which may exceed 64 bits.
  ///
  /// An integer n equals the words n mod 2³², (n / 2³²) mod 2³², … without leading zeros, so that
  /// `init(entropy: [5])` is `init(seed: 5)`.
  ///
  /// - Parameters:
  ///   - entropy: The words, the least significant first.
  ///   - spawnKey: The position in the tree of sequences; only ``spawn(_:)`` needs to give one.
  public init(entropy: [UInt32], spawnKey: [UInt32] = []) {
    self.entropy = entropy
    self.spawnKey = spawnKey
    var words = entropy
    if !spawnKey.isEmpty {
      // Without the zeros a short entropy and its key could equal another, longer entropy.
      words += Array(repeating: 0, count: max(0, 4 - entropy.count))
      words += spawnKey
    }
    pool = Self.mixedPool(of: words)
  }

  /// Returns the first 32-bit words of state that a generator seeds itself with.
  ///
  /// - Parameter count: The number of words, at least 0.
  /// - Returns: The words of NumPy's `generate_state(count)`, which are the same at each call.
  public func state(count: Int) -> [UInt32] {
    require(count >= 0, "SeedSequence.state: count must be at least 0, but is \(count)")
    var hash = MovingHash(multiplier: 0x8b51_f9dd, step: 0x58f3_8ded)
    return (0..<count).map { hash(pool[$0 % 4]) }
  }

  /// Returns the next children, sequences independent of this one and of one another.
  ///
  /// The children are numbered through all calls, so two calls never hand out the same one.
  ///
  /// - Parameter count: The number of children, at least 0.
  /// - Returns: The children of NumPy's `SeedSequence.spawn(count)`.
  public mutating func spawn(_ count: Int) -> [SeedSequence] {
    require(count >= 0, "SeedSequence.spawn: count must be at least 0, but is \(count)")
    defer { childCount += count }
    return (childCount..<childCount + count).map { child in
      SeedSequence(entropy: entropy, spawnKey: spawnKey + Self.words(of: child))
    }
  }
}

extension SeedSequence {
  /// A multiplicative hash of words whose multiplier moves on with each of them.
  private struct MovingHash {
    var multiplier: UInt32
    let step: UInt32

    mutating func callAsFunction(_ word: UInt32) -> UInt32 {
      let masked = word ^ multiplier
      multiplier &*= step
      let product = masked &* multiplier
      return product ^ (product >> 16)
    }
  }

  private static func words(of number: Int) -> [UInt32] {
    let low = UInt32(truncatingIfNeeded: number)
    let high = UInt32(truncatingIfNeeded: number >> 32)
    return high == 0 ? [low] : [low, high]
  }

  private static func mixedPool(of words: [UInt32]) -> SIMD4<UInt32> {
    var hash = MovingHash(multiplier: 0x43b0_d7e5, step: 0x931e_8875)
    var pool = SIMD4<UInt32>()
    for index in 0..<4 {
      pool[index] = hash(index < words.count ? words[index] : 0)
    }
    for source in 0..<4 {
      for target in 0..<4 where target != source {
        pool[target] = mix(pool[target], hash(pool[source]))
      }
    }
    for word in words.dropFirst(4) {
      for target in 0..<4 {
        pool[target] = mix(pool[target], hash(word))
      }
    }
    return pool
  }

  private static func mix(_ left: UInt32, _ right: UInt32) -> UInt32 {
    let difference = 0xca01_f9dd &* left &- 0x4973_f715 &* right
    return difference ^ (difference >> 16)
  }
}
