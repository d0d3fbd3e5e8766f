import Foundation
import LevinTestKit
import Testing

@testable import LevinTensor

@Suite struct NumPyFileRowsTests {
  /// A file with the numbers from 0 up in a shape.
  private func withFile<R>(
    _ shape: [Int], _ dtype: DType = .float32, _ body: (String) throws -> R
  ) throws -> R {
    try withTemporaryFolder { folder in
      let path = folder + "/array.npy"
      let numbers = Tensor((0..<Shape.count(shape)).map(Double.init), shape: shape)
      try numbers.cast(to: dtype).write(toNPY: path)
      return try body(path)
    }
  }

  @Test(arguments: [DType.float32, .float64, .int64, .int32, .bool])
  func rowsAreThoseOfTheArray(_ dtype: DType) throws {
    try withFile([5, 2, 3], dtype) { path in
      let (whole, file) = (try Tensor(contentsOfNPY: path), try NumPyFile(path))
      #expect(file.shape == [5, 2, 3] && file.dtype == dtype && file.count == 5)
      let some = try file.rows(at: [4, 0, 1, 2, 4])
      #expect(some.dtype == dtype && some.shape == [5, 2, 3])
      for (row, index) in [4, 0, 1, 2, 4].enumerated() {
        #expect(some[row].scalars == whole[index].scalars)
      }
      #expect(try file.rows(in: 1..<4).scalars == whole[1..<4].scalars)
      #expect(try file.rows(in: 2..<2).shape == [0, 2, 3])
      #expect(try file.rows(at: []).shape == [0, 2, 3])
    }
  }

  // The arrays of the fixture are those of NumPy in all dtypes and orders.
  @Test func rowsOfNumPysFilesAreThoseOfTheArrays() throws {
    let folder = Fixture.folder.appending(component: "arrays")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    var compared = 0
    for name in names.sorted() where name.hasSuffix(".npy") {
      let path = folder.appending(component: name).path
      guard let whole = try? Tensor(contentsOfNPY: path), whole.rank > 0 else { continue }
      guard let file = try? NumPyFile(path) else { continue }
      compared += 1
      let rows = try file.rows(at: Array((0..<file.count).reversed()))
      #expect(rows.dtype == whole.dtype && rows.shape == whole.shape, "\(name)")
      for row in 0..<file.count {
        let (a, b) = (rows[file.count - 1 - row].scalars, whole[row].scalars)
        #expect(a.map(\.bitPattern) == b.map(\.bitPattern), "\(name)")
      }
    }
    #expect(compared > 5)
  }

  @Test func arraysWithoutRowsAreRefused() throws {
    try withFile([]) { path in
      let error = #expect(throws: ArrayFileError.self) { try NumPyFile(path) }
      guard case .noRows = error?.problem else { return #expect(Bool(false), "\(path)") }
    }
    try withTemporaryFolder { folder in
      let path = folder + "/fortran.npy"
      let header = NumPyHeader(
        dtype: NumPyDType(.float32), isFortranOrdered: true, shape: [2, 3])
      try Data(header.encoded + [UInt8](repeating: 0, count: 24)).write(to: URL(filePath: path))
      let error = #expect(throws: ArrayFileError.self) { try NumPyFile(path) }
      #expect(error?.description.contains("ascontiguousarray") == true)
    }
  }

  @Test func aFileThatIsCutWhileItIsOpenIsAnError() throws {
    try withFile([100, 4]) { path in
      let file = try NumPyFile(path)
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
      #expect(truncate(path, off_t(size - 800)) == 0)
      #expect(try file.rows(at: [0, 49]).shape == [2, 4])
      for _ in 0..<2 {
        let error = #expect(throws: ArrayFileError.self) { try file.rows(at: [0, 99]) }
        #expect(error?.problem == .cut(expected: size, found: size - 800))
        #expect(error?.path == path)
      }
      #expect(throws: ArrayFileError.self) { try file.rows(in: 40..<60) }
      #expect(throws: ArrayFileError.self) { try NumPyFile(path) }
    }
  }

  @Test func aFileThatIsReplacedStaysAsItWas() throws {
    try withFile([3]) { path in
      let file = try NumPyFile(path)
      try Tensor([7, 8, 9] as [Float]).write(toNPY: path)
      #expect(try file.rows(in: 0..<3).scalars == [0, 1, 2])
    }
  }

  @Test func theFingerprintTellsDataApart() throws {
    try withFile([1000, 3]) { path in
      let first = try NumPyFile(path).fingerprint()
      #expect(try NumPyFile(path).fingerprint() == first)
      var numbers = (0..<3000).map(Float.init)
      numbers[2999] = -1
      try Tensor(numbers, shape: [1000, 3]).write(toNPY: path)
      #expect(try NumPyFile(path).fingerprint() != first)
    }
  }

  @Test func manyThreadsMayReadAtOnce() throws {
    try withFile([1000, 16]) { path in
      let file = try NumPyFile(path)
      let sums = Locked<[Double]>([])
      DispatchQueue.concurrentPerform(iterations: 16) { worker in
        let indices = (0..<200).map { ($0 * 37 + worker * 11) % 1000 }
        let rows = try? file.rows(at: indices)
        let wrong = indices.enumerated().filter { row, index in
          rows?[row].scalars.first != Double(16 * index)
        }
        sums.withLock { $0.append(Double(wrong.count)) }
      }
      #expect(sums.withLock { $0 } == [Double](repeating: 0, count: 16))
    }
  }
}
