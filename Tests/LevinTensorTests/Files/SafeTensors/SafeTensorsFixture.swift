import LevinTestKit
import Testing

@testable import LevinTensor

/// Files that the Python package wrote or refuses.
struct SafeTensorsFixture: Decodable {
  struct Described: Decodable, Sendable {
    var name: String
    var dtype: String
    var shape: [Int]
    var values: [String]
    var stored: String

    /// Whether a tensor is this one, to the last bit.
    func isEqual(to tensor: Tensor) -> Bool {
      guard "\(tensor.dtype)" == dtype, tensor.shape == shape else { return false }
      if !tensor.dtype.isFloatingPoint {
        return tensor.scalars(as: Int.self).map(String.init) == values
      }
      return tensor.scalars.map { $0.isNaN ? 0 : $0.bitPattern }
        == values.map { Double($0).map { $0.isNaN ? 0 : $0.bitPattern } ?? 1 }
    }
  }

  struct Good: Decodable, Sendable, CustomTestStringConvertible {
    var file: String
    var tensors: [Described]
    var metadata: [String: String]

    var testDescription: String { tensors.first.map { "\($0.stored) \($0.name)" } ?? "no tensors" }
  }

  struct Bad: Decodable, Sendable, CustomTestStringConvertible {
    var problem: String
    var file: String

    var testDescription: String { "\(problem), \(file.count / 2) bytes" }
  }

  struct Written: Decodable, Sendable {
    var name: String
    var file: String
  }

  var good: [Good]
  var bad: [Bad]
  var written: [Written]

  static let all: SafeTensorsFixture = {
    guard let fixture = try? Fixture.load("safetensors", as: SafeTensorsFixture.self) else {
      preconditionFailure("Tests/Fixtures/safetensors.json cannot be read")
    }
    return fixture
  }()

  /// The bytes of a file that Levin writes.
  static func bytes(_ name: String) -> [UInt8] {
    all.written.first { $0.name == name }.map { bytes(hexadecimal: $0.file) } ?? []
  }

  static func bytes(hexadecimal text: String) -> [UInt8] {
    let digits = text.utf8.map { UInt8(Character(Unicode.Scalar($0)).hexDigitValue ?? 0) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
