internal import LevinTensor

/// Some observations of a data set, in any order: PyTorch's `Subset`.
public struct Subset<Batch>: Dataset {
  /// The data set that the observations belong to.
  public let dataset: any Dataset<Batch>
  /// The index of each observation there.
  public let indices: [Int]

  /// The observations at some indices.
  ///
  /// An index that is negative or beyond the data ends the process.
  public init(_ dataset: some Dataset<Batch>, indices: [Int]) {
    requireIndices(indices, below: dataset.count, for: "Subset")
    self.dataset = dataset
    self.indices = indices
  }

  /// The number of observations.
  public var count: Int { indices.count }

  /// The observations at indices into the subset.
  ///
  /// - Throws: What the data set throws.
  public func batch(at indices: [Int]) throws -> Batch {
    requireIndices(indices, below: count, for: "Subset")
    return try dataset.batch(at: indices.map { self.indices[$0] })
  }

  /// Whether batches of the data set depend on draws.
  public var drawsRandomNumbers: Bool { dataset.drawsRandomNumbers }

  /// The fingerprint of the data set, and a checksum of the indices.
  public func fingerprint() throws -> String {
    let checksum = SampledChecksum(count: count) { UInt64(indices[$0]) }
    return "\(count) of \(try dataset.fingerprint()), indices \(checksum.text)"
  }
}

extension Dataset {
  /// Cuts the data set at random into parts of given sizes, which have no observation in common.
  ///
  /// - Parameters:
  ///   - counts: The number of observations in each part; all of them together are those of the data set.
  ///   - seed: The parts are consecutive stretches of NumPy's `default_rng(seed).permutation(count)`.
  /// - Throws: ``DataError`` when the counts do not add up to the observations that there are, or one is negative.
  public func randomSplit(counts: [Int], seed: Int) throws(DataError) -> [Subset<Batch>] {
    guard seed >= 0 else { throw .invalidSplit("the seed is \(seed); give 0 or a positive number") }
    guard counts.allSatisfy({ $0 >= 0 }), counts.reduce(0, +) == count else {
      throw .invalidSplit(
        "the counts \(counts) do not make up the \(count) observations; give counts from 0 up whose sum is \(count)"
      )
    }
    var random = PCG64(seed: seed)
    let order = random.permutation(count)
    var end = 0
    return counts.map { part in
      defer { end += part }
      return Subset(self, indices: Array(order[end..<end + part]))
    }
  }

  /// Cuts the data set at random into fractions, which have no observation in common.
  ///
  /// The size of a part is its fraction of the observations, rounded down; the observations that are left over go to
  /// the first parts, one each, as in PyTorch's `random_split`.
  ///
  /// - Parameters:
  ///   - fractions: Numbers from 0 up whose sum is 1, such as `[0.8, 0.2]`.
  ///   - seed: As for ``randomSplit(counts:seed:)``.
  /// - Throws: ``DataError`` when the fractions are no such numbers.
  public func randomSplit(fractions: [Double], seed: Int) throws(DataError) -> [Subset<Batch>] {
    let sum = fractions.reduce(0, +)
    guard fractions.allSatisfy({ (0...1).contains($0) }), abs(sum - 1) <= 1e-9 else {
      throw .invalidSplit(
        "the fractions \(fractions) have the sum \(sum); give numbers from 0 to 1 whose sum is 1")
    }
    var counts = fractions.map { Int((Double(count) * $0).rounded(.down)) }
    let rest = count - counts.reduce(0, +)
    for extra in 0..<max(rest, 0) { counts[extra % counts.count] += 1 }
    return try randomSplit(counts: counts, seed: seed)
  }
}
