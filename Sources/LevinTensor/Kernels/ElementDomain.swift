/// The elements that a function is defined on.
///
/// Operands of a lesser dtype are cast.
enum ElementDomain {
  case booleans
  /// Elements of any dtype, Booleans too.
  case everything
  /// Integers and reals.
  case numbers
  case reals
}
