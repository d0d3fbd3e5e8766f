/// Objects whose memory waits for the next one who needs such an object.
///
/// Walks over graphs need some kilobytes each; a block of that size from the system makes it tidy up all
/// the small ones that nodes are made of, each time.
final class SparePool<Object: AnyObject>: Sendable {
  // As many as there are walks at once, within reason.
  private static var mostKept: Int { 16 }

  // An object is only ever in one pair of hands.
  private struct Spares: @unchecked Sendable { var objects: [Object] = [] }

  private let spares = Locked(Spares())

  /// An object that nobody else has, or nil when there is none to spare.
  func take() -> Object? {
    spares.withLock { Spares(objects: $0.objects.popLast().map { [$0] } ?? []) }.objects.first
  }

  /// Takes an object back.
  func give(_ object: Object) {
    let given = Spares(objects: [object])
    spares.withLock { if $0.objects.count < Self.mostKept { $0.objects += given.objects } }
  }
}
