/// A stream of random numbers whose every value equals that of NumPy's `default_rng`.
///
/// Idea: a linear congruential generator s ← a s + c modulo 2¹²⁸ walks through all of its 2¹²⁸
/// states, but its low bits are poor. The output folds the state's two halves together and rotates
/// the result by the state's six highest bits, so that each output bit depends on the good, high
/// bits (the variant XSL-RR). The increment c is odd and seeded too, so that two seeds differ in
/// the cycle they walk, not only in the point where they start.
///
/// Source: M. E. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
/// Algorithms for Random Number Generation", Harvey Mudd College HMC-CS-2014-0905 (2014).
///
/// Two generators are equal when all their future draws are. A copy continues the stream on its
/// own, so hand a generator on as `inout`, or give each consumer a child from ``spawn(_:)``.
///
///     var random = PCG64(seed: 42)
///     let noise = random.standardNormal()
///     let order = random.permutation(10)
public struct PCG64: Sendable, Equatable, RandomNumberGenerator {
  /// The position on the cycle.
  private(set) var current: UInt128
  /// The constant c, which tells the cycles apart.
  let increment: UInt128

  /// The upper half of the last word that ``nextUInt32()`` split, until the next call takes it.
  private(set) var pendingHalf: UInt32?

  /// The seed of the stream, from which its children's seeds come.
  public private(set) var seedSequence: SeedSequence

  /// Creates the stream of NumPy's `default_rng(seed)`.
  ///
  /// - Parameter seed: Any integer of at least 0.
  public init(seed: Int) {
    require(seed >= 0, "PCG64(seed:): seed must be at least 0, but is \(seed)")
    self.init(SeedSequence(seed: seed))
  }

  /// Creates the stream of a seed that may exceed 64 bits.
  ///
  /// - Parameter seed: The words of the seed, the least significant first and without leading
  ///   zeros: `[1, 2]` is the stream of NumPy's `default_rng(1 + 2 * 2**32)`.
  public init(seed: [UInt32]) {
    self.init(SeedSequence(entropy: seed))
  }

  /// Creates the stream of a seed sequence.
  ///
  /// - Parameter sequence: The source of the state; equals NumPy's `default_rng(sequence)`.
  public init(_ sequence: SeedSequence) {
    let words = sequence.state(count: 8).map { UInt128($0) }
    // Four words of 64 bits, each with its low half first; of each pair the first is the high one.
    let start = words[1] << 96 | words[0] << 64 | words[3] << 32 | words[2]
    let stream = words[5] << 96 | words[4] << 64 | words[7] << 32 | words[6]
    increment = stream << 1 | 1
    // One step from the state 0, which is the increment, then the seed, then one step more.
    current = increment &+ start
    seedSequence = sequence
    step()
  }

  /// A stream that goes on from where another one was.
  init(current: UInt128, increment: UInt128, pendingHalf: UInt32?, seedSequence: SeedSequence) {
    self.current = current
    self.increment = increment
    self.pendingHalf = pendingHalf
    self.seedSequence = seedSequence
  }

  @inline(__always)
  private mutating func step() {
    current = current &* 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645 &+ increment
  }

  /// Returns 64 random bits.
  ///
  /// - Returns: An integer from 0 up to 2⁶⁴ - 1, each equally likely.
  @inline(__always)
  public mutating func next() -> UInt64 {
    step()
    let high = UInt64(truncatingIfNeeded: current >> 64)
    let folded = high ^ UInt64(truncatingIfNeeded: current)
    let turn = high >> 58
    return folded >> turn | folded << ((64 &- turn) & 63)
  }

  /// Returns 32 random bits, splitting each 64-bit word in two.
  ///
  /// The lower half comes first and the upper one is kept for the next call, whatever is drawn by
  /// other methods in between.
  ///
  /// - Returns: An integer from 0 up to 2³² - 1, each equally likely.
  public mutating func nextUInt32() -> UInt32 {
    if let half = pendingHalf {
      pendingHalf = nil
      return half
    }
    let word = next()
    pendingHalf = UInt32(truncatingIfNeeded: word >> 32)
    return UInt32(truncatingIfNeeded: word)
  }

  /// Returns a number from 0 up to but not including 1, all equally likely.
  ///
  /// - Returns: A multiple of 2⁻⁵³: the top 53 of 64 random bits, as NumPy's `random()`.
  public mutating func uniform() -> Double {
    Double(Int64(bitPattern: next() >> 11)) * 0x1p-53
  }

  /// Returns a number from a range, all equally likely.
  ///
  /// - Parameter range: The range, of finite bounds and a finite width. Rounding can give its upper
  ///   bound, by at most half a unit in the last place; an empty range gives its lower bound.
  /// - Returns: lower + (upper - lower) u for u of ``uniform()``, as NumPy's `uniform(low, high)`.
  public mutating func uniform(in range: Range<Double>) -> Double {
    let width = range.upperBound - range.lowerBound
    require(
      width.isFinite, "PCG64.uniform(in:): range must have a finite width, but is \(range)")
    return range.lowerBound + width * uniform()
  }

  /// Returns the next children, streams independent of this one and of one another.
  ///
  /// The stream itself draws nothing. The children are numbered through all calls, so two calls
  /// never hand out the same one.
  ///
  /// - Parameter count: The number of children, at least 0.
  /// - Returns: The streams of NumPy's `Generator.spawn(count)`.
  public mutating func spawn(_ count: Int) -> [PCG64] {
    require(count >= 0, "PCG64.spawn: count must be at least 0, but is \(count)")
    return seedSequence.spawn(count).map { PCG64($0) }
  }
}
