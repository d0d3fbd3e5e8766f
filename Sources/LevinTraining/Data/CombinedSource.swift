public import LevinTensor

/// Several sources of batches as one: Lightning's `CombinedLoader`.
///
///     CombinedSource([labelled, unlabelled], .longestCycling)
///
/// A batch has one of each source, in their order; nil where a source has none left.
public struct CombinedSource<Element>: BatchSource {
  /// The way in which sources of different lengths come together.
  public enum Mode: String, Sendable {
    /// Until the first source has no batch left.
    case shortest
    /// Until the last source has no batch left; all others begin again when they have none.
    case longestCycling
    /// Until the last source has no batch left; all others have nil when they have none.
    case longest
    /// One source after the other, with nil for all others.
    case sequential
  }

  /// The sources.
  public private(set) var sources: [any BatchSource<Element>]
  /// The way in which they come together.
  public let mode: Mode

  /// Combines sources.
  public init(_ sources: [any BatchSource<Element>], _ mode: Mode = .shortest) {
    (self.sources, self.mode) = (sources, mode)
  }

  /// The number of batches; nil when that of a source is not known.
  public var batchesPerEpoch: Int? {
    let counts = sources.map(\.batchesPerEpoch)
    if counts.contains(where: { $0 == nil }) { return nil }
    let known = counts.compactMap(\.self)
    switch mode {
    case .shortest: return known.min()
    case .longestCycling, .longest: return known.max()
    case .sequential: return known.reduce(0, +)
    }
  }

  /// The batches of an epoch.
  ///
  /// - Throws: What the sources throw.
  public func makeBatches(epoch: Int) throws -> BatchStream<[Element?]> {
    let reader = Reader(sources, mode, epoch)
    return BatchStream { try reader.next() }
  }

  /// Makes sure that there are sources, and that their settings make sense.
  public func checkSettings(for role: DataRole) throws {
    if sources.isEmpty {
      throw TrainerError.invalidSetting(
        name: "CombinedSource", problem: "there are no sources; give at least one")
    }
    for source in sources { try source.checkSettings(for: role) }
  }

  /// The states of the sources.
  public func state() -> State {
    var state = State()
    for (index, source) in sources.enumerated() { state["\(index)"] = .tree(source.state()) }
    return state
  }

  /// Takes over the states of as many sources.
  ///
  /// - Throws: `StateError` when the state was taken from something else.
  public mutating func restore(from state: State) throws {
    try state.expectOnly(sources.indices.map(String.init))
    for index in sources.indices { try sources[index].restore(from: state.tree("\(index)")) }
  }

  private final class Reader {
    private let sources: [any BatchSource<Element>]
    private let mode: Mode
    private let epoch: Int
    private var streams: [BatchStream<Element>?]
    // Whether a source has come to its end before.
    private var isOver: [Bool]

    init(_ sources: [any BatchSource<Element>], _ mode: Mode, _ epoch: Int) {
      (self.sources, self.mode, self.epoch) = (sources, mode, epoch)
      streams = sources.map { _ in nil }
      isOver = sources.map { _ in false }
    }

    func next() throws -> LoadedBatch<[Element?]>? {
      if mode == .sequential { return try nextInSequence() }
      let batches = try sources.indices.map { index in
        isOver[index] ? nil : try read(index)
      }
      if batches.allSatisfy({ $0 == nil }) { return nil }
      if mode == .shortest, batches.contains(where: { $0 == nil }) { return nil }
      return joined(mode == .longestCycling ? try filled(batches) : batches)
    }

    private func nextInSequence() throws -> LoadedBatch<[Element?]>? {
      for index in sources.indices where !isOver[index] {
        guard let batch = try read(index) else { continue }
        return joined(sources.indices.map { $0 == index ? batch : nil })
      }
      return nil
    }

    private func read(_ index: Int) throws -> LoadedBatch<Element>? {
      var stream = try streams[index] ?? sources[index].makeBatches(epoch: epoch)
      let batch = try stream.next()
      isOver[index] = batch == nil
      streams[index] = batch == nil ? nil : stream
      return batch
    }

    // A source that is over begins again, and counts as over nevertheless.
    private func filled(
      _ batches: [LoadedBatch<Element>?]
    ) throws -> [LoadedBatch<Element>?] {
      try batches.indices.map { index in
        if let batch = batches[index] { return batch }
        var stream = try streams[index] ?? sources[index].makeBatches(epoch: epoch)
        var batch = try stream.next()
        if batch == nil {
          stream = try sources[index].makeBatches(epoch: epoch)
          batch = try stream.next()
        }
        streams[index] = stream
        return batch
      }
    }

    private func joined(_ batches: [LoadedBatch<Element>?]) -> LoadedBatch<[Element?]> {
      LoadedBatch(
        batches.map { $0?.content },
        observationCount: batches.reduce(0) { $0 + ($1?.observationCount ?? 0) })
    }
  }
}
