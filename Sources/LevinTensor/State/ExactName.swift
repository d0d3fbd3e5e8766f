#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A name that equals another only if both have the same code points.
///
/// Swift takes `"\u{E9}"` and `"e\u{301}"` for one string, since they look alike. Files and other languages do not,
/// so two metrics or two arrays may bear them.
package struct ExactName: Hashable, Comparable, Sendable {
  /// The name as text.
  package let text: String

  /// Takes a text for a name.
  package init(_ text: String) { self.text = text }

  /// Whether both have the same code points.
  package static func == (a: ExactName, b: ExactName) -> Bool { areSame(a.text, b.text) }

  /// Whether the first comes before the second in the order of code points, which is that of their UTF-8.
  package static func < (a: ExactName, b: ExactName) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }

  /// Texts that look alike share a hash, which is rare enough.
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }

  /// Whether two texts have the same code points.
  package static func areSame(_ a: String, _ b: String) -> Bool {
    guard a.utf8.count == b.utf8.count else { return false }
    let isSame = a.utf8.withContiguousStorageIfAvailable { first in
      b.utf8.withContiguousStorageIfAvailable { second in
        first.isEmpty || memcmp(first.baseAddress!, second.baseAddress!, first.count) == 0
      }
    }
    return (isSame ?? nil) ?? a.utf8.elementsEqual(b.utf8)
  }
}
