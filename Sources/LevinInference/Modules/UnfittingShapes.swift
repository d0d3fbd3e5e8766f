internal import LevinDistributions
internal import LevinTensor
public import LevinTraining

/// Observations whose shape does not go with that of a distribution.
///
/// Observations end in the event shape. Axes of size 1 before it are repeated on one side, as for data of shape [n, 1] and a distribution of batch shape [1]; but where
/// both sides would grow, each observation would meet the distributions of the others.
public struct UnfittingShapes: Sendable, CustomStringConvertible {
  /// The type of the module.
  public let module: String
  /// The type of its distribution.
  public let distribution: String
  /// The data set that holds the observations.
  public let role: DataRole
  /// The shape of the observations.
  public let shape: [Int]
  /// The batch shape of the distribution.
  public let batchShape: [Int]
  /// The event shape of the distribution.
  public let eventShape: [Int]
  /// The shape to which both would be broadcast; nil where they do not broadcast, or no observation is an event.
  public let broadcast: [Int]?

  /// The shapes and what to do about them, in one sentence.
  public var description: String {
    let event = eventShape.isEmpty ? "" : " and event shape \(eventShape)"
    let outcome =
      broadcast.map { "together they would be broadcast to \($0)" } ?? "they do not fit"
    return
      "\(module): the \(role) have shape \(shape) and \(distribution) has batch shape \(batchShape)\(event): "
      + "\(outcome); reshape the data or what the distribution is made of, so that each observation has its own"
  }
}

extension UnfittingShapes {
  /// Throws where observations do not end in an event, or where they and the batch do not broadcast or would both grow.
  static func check(
    _ shape: [Int], role: DataRole, of module: some LightningModule,
    against distribution: any Distribution
  ) throws {
    let event = distribution.eventShape
    let batch = Array(shape.dropLast(event.count))
    let isEvent = Array(shape.suffix(event.count)) == event
    let wide = broadcast(batch, distribution.batchShape)
    // The first axis of data is that of observations, and no part of an event of one of many.
    let hasObservations = !batch.isEmpty || Shape.exactCount(distribution.batchShape) == 1
    if isEvent, hasObservations, let wide, wide == batch || wide == distribution.batchShape {
      return
    }
    throw DistributionModuleError.unfittingShapes(
      UnfittingShapes(
        module: "\(type(of: module))", distribution: "\(type(of: distribution))", role: role,
        shape: shape, batchShape: distribution.batchShape, eventShape: distribution.eventShape,
        broadcast: isEvent ? wide.map { $0 + event } : nil))
  }

  private static func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    let pairs = zip(
      [Int](repeating: 1, count: rank - a.count) + a,
      [Int](repeating: 1, count: rank - b.count) + b)
    guard pairs.allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else { return nil }
    return pairs.map { $0 == 1 ? $1 : $0 }
  }
}
