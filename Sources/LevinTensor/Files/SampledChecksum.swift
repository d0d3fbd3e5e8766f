/// A checksum of some elements of an array, evenly spread, the first and the last among them: microseconds, whatever
/// the size of the array, and enough to notice that a file was made anew or that other data were given.
///
/// The elements are mixed by the hash of Fowler, Noll and Vo (variant 1a), over words of 64 bits instead of bytes.
package struct SampledChecksum {
  private static let samples = 256
  private var value: UInt64 = 0xCBF2_9CE4_8422_2325

  private mutating func add(_ word: UInt64) {
    // In a product high bits do not reach low ones; the shift takes them there.
    value = (value ^ word) &* 0x100_0000_01B3
    value ^= value >> 29
  }

  /// Takes a checksum of `count` elements.
  package init<E: Error>(count: Int, element: (Int) throws(E) -> UInt64) throws(E) {
    add(UInt64(count))
    let taken = min(count, Self.samples)
    for sample in 0..<taken {
      // The product of two sizes of arrays may not fit.
      let (high, low) = sample.multipliedFullWidth(by: count - 1)
      let position = taken == 1 ? 0 : (taken - 1).dividingFullWidth((high, low)).quotient
      add(try element(position))
    }
  }

  /// The checksum in sixteen hexadecimal digits.
  package var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension Tensor {
  /// The dtype, the shape and a checksum of some elements; evaluates the tensor if need be.
  package var fingerprint: String {
    evaluateOrStop(self)
    guard let view = node.result else { fatalError("evaluation left no result") }
    let strides = view.strides ?? Shape.contiguousStrides(shape)
    let checksum = view.withElements(dtype) { address in
      SampledChecksum(count: elementCount) { position in
        let offset = Self.offset(of: position, shape, strides)
        let element = address + offset * dtype.byteCount
        switch dtype.byteCount {
        case 1: return UInt64(element.load(as: UInt8.self))
        case 4: return UInt64(element.load(as: UInt32.self))
        default: return element.load(as: UInt64.self)
        }
      }
    }
    return "\(dtype) of shape \(shape), checksum \(checksum.text)"
  }

  private static func offset(of position: Int, _ shape: [Int], _ strides: [Int]) -> Int {
    var (rest, offset) = (position, 0)
    for axis in shape.indices.reversed() {
      offset += rest % shape[axis] * strides[axis]
      rest /= shape[axis]
    }
    return offset
  }
}
