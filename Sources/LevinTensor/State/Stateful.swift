/// Something whose future depends on more than its settings, and that can write the rest down.
///
/// Restoring the state of one into another made with the same settings gives two that behave alike, to the last
/// bit. ``restore(from:)`` changes nothing when it throws.
public protocol Stateful {
  /// Everything that changes while it is in use.
  func state() -> State

  /// Takes over a state.
  ///
  /// - Throws: ``StateError`` when the state was taken from something else.
  mutating func restore(from state: State) throws
}
