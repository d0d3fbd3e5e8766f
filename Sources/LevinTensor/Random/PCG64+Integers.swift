extension PCG64 {
  /// Returns an integer from a range, all equally likely.
  ///
  /// A random word times the range's width has the number in its high half. The few words whose low
  /// half would make some numbers likelier are drawn again (D. Lemire, "Fast Random Integer
  /// Generation in an Interval", ACM Transactions on Modeling and Computer Simulation 29(1), 2019).
  /// Widths up to 2³² take half a word, see ``nextUInt32()``, and a width of 1 takes none.
  ///
  /// - Parameter range: The range, not empty.
  /// - Returns: A number in the range, as NumPy's `integers(low, high)` of 64-bit integers.
  public mutating func integers(in range: Range<Int>) -> Int {
    require(
      !range.isEmpty, "PCG64.integers(in:): range must not be empty, but is \(range)")
    // Differences wrap around: a width can exceed the largest Int.
    let last = UInt64(bitPattern: Int64(range.upperBound &- 1 &- range.lowerBound))
    let offset = Int(truncatingIfNeeded: offset(upTo: last))
    return range.lowerBound &+ offset
  }

  /// Returns an integer from 0 to `last`.
  private mutating func offset(upTo last: UInt64) -> UInt64 {
    switch last {
    case 0: 0
    case 0xffff_ffff: UInt64(nextUInt32())
    case ..<0xffff_ffff: UInt64(scaled(below: UInt32(last) + 1) { $0.nextUInt32() })
    default: scaled(below: last + 1) { $0.next() }
    }
  }

  /// Returns an integer below a width, from as many random words as it takes.
  @inline(__always)
  private mutating func scaled<Word: FixedWidthInteger & UnsignedInteger>(
    below width: Word, draw: (inout PCG64) -> Word
  ) -> Word where Word.Magnitude == Word {
    var product = draw(&self).multipliedFullWidth(by: width)
    if product.low < width {
      let threshold = (0 &- width) % width
      while product.low < threshold {
        product = draw(&self).multipliedFullWidth(by: width)
      }
    }
    return product.high
  }

  /// Returns the numbers 0, 1, …, n - 1 in a random order.
  ///
  /// - Parameter n: The count of numbers, at least 0.
  /// - Returns: One of the n! orders, each equally likely, as NumPy's `permutation(n)`.
  public mutating func permutation(_ n: Int) -> [Int] {
    require(n >= 0, "PCG64.permutation: n must be at least 0, but is \(n)")
    Shape.requireCountable([n], for: "PCG64.permutation")
    var order = Array(0..<n)
    shuffle(&order)
    return order
  }

  /// Puts the elements of an array into a random order.
  ///
  /// From the last element to the second, each is exchanged with a random one up to itself (the
  /// shuffle of Fisher and Yates, D. E. Knuth, "The Art of Computer Programming" 3.4.2).
  ///
  /// - Parameter array: The array, which ends in one of its n! orders, each equally likely, as
  ///   after NumPy's `shuffle(array)`.
  public mutating func shuffle<Element>(_ array: inout [Element]) {
    for last in stride(from: array.count - 1, to: 0, by: -1) {
      array.swapAt(last, Int(maskedOffset(upTo: UInt64(last))))
    }
  }

  /// Returns an integer from 0 to `last`, at least 1, from words cut to its bits.
  ///
  /// NumPy's shuffle draws so, unlike its integers, and the order has to be the same.
  private mutating func maskedOffset(upTo last: UInt64) -> UInt64 {
    let mask = UInt64.max >> UInt64(last.leadingZeroBitCount)
    while true {
      let word = last <= 0xffff_ffff ? UInt64(nextUInt32()) : next()
      if word & mask <= last {
        return word & mask
      }
    }
  }
}
