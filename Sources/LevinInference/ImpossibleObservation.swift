/// An observation of a model that its distribution cannot produce.
public struct ImpossibleObservation: Sendable, CustomStringConvertible {
  /// The name of the site.
  public let site: String
  /// Its index in the batch shape of the site, one number for each axis.
  ///
  /// For a plate that is looked at in parts it is the index among all its elements. Where the elements of an event are
  /// possible or not each by itself, the index of the element follows.
  public let index: [Int]
  /// The observation, or the element that the index tells; the first one of an event whose elements belong together.
  public let value: Double
  /// The condition that every observation must meet, with its article.
  public let support: String
  /// The type of the distribution.
  public let distribution: String
  /// The index of the first observation of the batch among all data, in a fit.
  public internal(set) var firstIndex: Int?

  /// The site, the index, the value and the condition in one sentence.
  public var description: String {
    let batch = firstIndex.map { " (of the batch that begins at \($0))" } ?? ""
    return
      "site '\(site)': the observation at \(index)\(batch) is \(number), which is not \(support), as "
      + "\(distribution) needs"
  }

  // A number that single precision holds has the digits of one.
  private var number: String {
    let single = Float(value)
    return Double(single) == value || value.isNaN ? "\(single)" : "\(value)"
  }
}
