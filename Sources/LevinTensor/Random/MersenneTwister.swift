/// A stream of random numbers whose values equal those of PyTorch's CPU generator.
///
/// Idea: 624 words of 32 bits shift through a linear recurrence over the field of two elements,
/// chosen so that the state takes 2¹⁹⁹³⁷ - 1 steps to return, and each output is one word with its
/// bits stirred (*tempered*) so that all of them are evenly spread.
///
/// Source: M. Matsumoto and T. Nishimura, "Mersenne Twister: A 623-Dimensionally Equidistributed
/// Uniform Pseudo-Random Number Generator", ACM Transactions on Modeling and Computer Simulation
/// 8(1), 1998, seeded as in the authors' revision of 2002.
///
/// The generator exists to reproduce a run that began in PyTorch; ``PCG64`` is the better choice
/// for anything else.
///
///     var random = MersenneTwister(seed: 0)
///     let weights = random.randn(64)  // torch.manual_seed(0); torch.randn(64)
public struct MersenneTwister: Sendable, Equatable {
  static let size = 624
  private static let shift = 397

  private(set) var words: [UInt32]
  private(set) var position = Self.size

  /// The second normal of the last pair that a short `randn` drew, until the next one takes it.
  var pendingNormal: Double?

  /// Creates the stream that `torch.manual_seed(seed)` sets.
  ///
  /// - Parameter seed: Any integer; as in PyTorch only its lowest 32 bits count.
  public init(seed: Int) {
    var word = UInt32(truncatingIfNeeded: seed)
    words = [word]
    words.reserveCapacity(Self.size)
    for index in 1..<UInt32(Self.size) {
      word = 1_812_433_253 &* (word ^ (word >> 30)) &+ index
      words.append(word)
    }
  }

  /// A stream that goes on from where another one was.
  init(words: [UInt32], position: Int, pendingNormal: Double?) {
    self.words = words
    self.position = position
    self.pendingNormal = pendingNormal
  }

  /// Returns 32 random bits.
  mutating func nextUInt32() -> UInt32 {
    if position == Self.size {
      twist()
      position = 0
    }
    var word = words[position]
    position += 1
    word ^= word >> 11
    word ^= word << 7 & 0x9d2c_5680
    word ^= word << 15 & 0xefc6_0000
    return word ^ (word >> 18)
  }

  /// Returns a number from 0 up to but not including 1: a multiple of 2⁻⁵³, the high word first.
  mutating func nextDouble() -> Double {
    let high = UInt64(nextUInt32())
    let low = UInt64(nextUInt32())
    return Double((high << 32 | low) & 0x1f_ffff_ffff_ffff) * 0x1p-53
  }

  /// Returns a number from 0 up to but not including 1: a multiple of 2⁻²⁴.
  mutating func nextFloat() -> Float {
    Float(nextUInt32() & 0xff_ffff) * 0x1p-24
  }

  /// Moves all of the words one turn of the recurrence on.
  private mutating func twist() {
    for index in 0..<Self.size {
      let joined =
        words[index] & 0x8000_0000 | words[(index + 1) % Self.size] & 0x7fff_ffff
      let twisted = joined >> 1 ^ (joined & 1 == 0 ? 0 : 0x9908_b0df)
      words[index] = words[(index + Self.shift) % Self.size] ^ twisted
    }
  }

  /// Returns numbers from 0 up to but not including 1, all equally likely.
  ///
  /// - Parameter count: How many, at least 0.
  /// - Returns: Multiples of 2⁻²⁴, equal to those of `torch.rand(count)`. A normal that an earlier
  ///   ``randn(_:)`` kept stays kept.
  public mutating func rand(_ count: Int) -> [Float] {
    require(count >= 0, "MersenneTwister.rand: count must be at least 0, but is \(count)")
    return (0..<count).map { _ in nextFloat() }
  }
}
