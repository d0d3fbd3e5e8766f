import Foundation
import LevinTestKit
import Testing

@testable import LevinTensor

/// Array files that NumPy wrote, and what they hold.
struct ArrayFixture: Decodable {
  struct Good: Decodable, Sendable, CustomTestStringConvertible {
    var file: String
    var array: String?
    var dtype: String
    var shape: [Int]
    /// The step between elements that are in `values`.
    var step: Int
    var values: [String]

    var testDescription: String { file + (array.map { ", \($0)" } ?? "") }

    func read() throws -> Tensor {
      let path = ArrayFixture.path(file)
      return try array.map { try NumPyArchive(path)[$0] } ?? Tensor(contentsOfNPY: path)
    }

    /// Whether a tensor is the one that the file holds, to the last bit and the sign of zeros.
    func isEqual(to tensor: Tensor) -> Bool {
      guard "\(tensor.dtype)" == dtype, tensor.shape == shape else { return false }
      let told = stride(from: 0, to: tensor.elementCount, by: step)
      if !tensor.dtype.isFloatingPoint {
        let elements = tensor.scalars(as: Int.self)
        return told.map { "\(elements[$0])" } == values
      }
      let elements = tensor.scalars
      return told.map { elements[$0].isNaN ? 0 : elements[$0].bitPattern }
        == values.map { Double($0).map { $0.isNaN ? 0 : $0.bitPattern } }
    }
  }

  struct Bad: Decodable, Sendable, CustomTestStringConvertible {
    var file: String
    var array: String?
    /// The problem as Swift prints it.
    var problem: String

    var testDescription: String { "\(file): \(problem)" }
  }

  var good: [Good]
  var bad: [Bad]
  /// The files whose bytes are those that Levin writes.
  var written: [String]

  static let all: ArrayFixture = {
    guard let fixture = try? Fixture.load("arrays", as: ArrayFixture.self) else {
      preconditionFailure("Tests/Fixtures/arrays.json cannot be read")
    }
    return fixture
  }()

  private static let folder = Fixture.folder.appending(component: "arrays")

  static func path(_ file: String) -> String { folder.appending(component: file).path }

  static func bytes(_ file: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path(file))))
  }
}

/// Writes a new file, since a disk is waited for where an old one is emptied.
func write(_ bytes: [UInt8], to path: String) throws {
  unlink(path)
  let file = try #require(fopen(path, "wb"))
  defer { fclose(file) }
  #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}
