import Foundation
import LevinTestKit
import Testing

@testable import LevinTensor

@Suite struct NumPyFileTests {
  // MARK: Reading

  @Test(arguments: ArrayFixture.all.good) func filesOfNumPyAreRead(
    _ fixture: ArrayFixture.Good
  ) throws {
    #expect(fixture.isEqual(to: try fixture.read()))
  }

  @Test(arguments: ArrayFixture.all.bad) func whatCannotBeReadIsRefused(
    _ fixture: ArrayFixture.Bad
  ) {
    let path = ArrayFixture.path(fixture.file)
    let error = #expect(throws: ArrayFileError.self) {
      try fixture.array.map { try NumPyArchive(path)[$0] } ?? Tensor(contentsOfNPY: path)
    }
    #expect(error.map { "\($0.problem)" } == fixture.problem)
    #expect(error?.path == path && error?.description.contains(fixture.file) == true)
  }

  @Test func arraysOfKnownDTypesAreReadIntoTheTensorsMemory() throws {
    let rows = try Tensor(contentsOfNPY: ArrayFixture.path("f8.npy"))
    let columns = try Tensor(contentsOfNPY: ArrayFixture.path("f8-fortran.npy"))
    #expect(rows.node.result?.strides == nil && columns.node.result?.strides == [1, 3])
    #expect(
      (columns + 0).scalars.map(\.bitPattern)[2...4] == (rows + 0).scalars.map(\.bitPattern)[2...4])
  }

  @Test func everyHalfPrecisionNumberIsRead() {
    for bits in UInt16.min...UInt16.max {
      let sign = bits & 0x8000 == 0 ? 1.0 : -1.0
      let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
      let magnitude =
        exponent == 0
        ? fraction * 0x1p-24
        : exponent == 31
          ? (fraction == 0 ? .infinity : .nan)
          : (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
      let number = Double(Float(halfPrecision: bits))
      let expected = sign * magnitude
      guard number.isNaN == expected.isNaN, number.isNaN || number.bitPattern == expected.bitPattern
      else {
        Issue.record("\(bits) is \(expected) and became \(number)")
        return
      }
    }
  }

  // MARK: Headers that make no sense

  static let headers: [(String, String)] = [
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "negative"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2 2), }", "')' is missing"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2.5,), }", "')' is missing"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "is no size"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': 3, }", "a value is missing"),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (3,), }", "a value is missing"),
    ("{'descr': '<f4', 'fortran_order': Falsy, 'shape': (3,), }", "misspelt"),
    ("{'descr': '<f4', 'shape': (3,), }", "whether the order is Fortran's"),
    ("{'descr': '<f4', 'fortran_order': False}", "no shape"),
    ("{'fortran_order': False, 'shape': (3,), }", "no dtype"),
    ("{'descr': '', 'fortran_order': False, 'shape': (3,), }", "is empty"),
    ("{'descr': '<f4', 'descr': '<f4'}", "occurs twice"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'more': 'x'}", "'more' is unknown"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), } x", "follows its dictionary"),
    ("{'descr': '<f4", "a string does not end"), ("{", "quotation mark"), ("", "'{' is missing"),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (\(String(repeating: "1, ", count: 65))), }",
      "65 axes"
    ),
  ]

  private static func file(_ header: String, _ payload: [UInt8] = []) -> [UInt8] {
    let size = header.utf8.count
    return NumPyHeader.magic + [1, 0, UInt8(size & 255), UInt8(size >> 8)] + header.utf8 + payload
  }

  private func problem(_ bytes: [UInt8]) throws -> ArrayFileError.Problem? {
    try withTemporaryFolder { folder in
      let path = "\(folder)/array.npy"
      try write(bytes, to: path)
      do throws(ArrayFileError) { _ = try Tensor(contentsOfNPY: path) } catch {
        #expect(error.path == path && error.array == nil)
        return error.problem
      }
      return nil
    }
  }

  @Test(arguments: headers) func headersWithoutSenseAreRefused(
    _ header: String, _ reason: String
  ) throws {
    guard case .badHeader(let found) = try problem(Self.file(header)) else {
      Issue.record("\(header) was not refused as a header")
      return
    }
    #expect(found.contains(reason))
  }

  @Test(arguments: [
    "(4611686018427387904, 4)", "(0, 9223372036854775807, 9223372036854775807)",
    "(9223372036854775807,)",
  ])
  func shapesBeyondAllMemoryAreRefused(_ shape: String) throws {
    let header = "{'descr': '|i1', 'fortran_order': False, 'shape': \(shape), }"
    #expect(try problem(Self.file(header)) == .tooLarge)
  }

  @Test func sizesThatDisagreeAreRefused() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"
    let short = try problem(Self.file(header, [UInt8](repeating: 0, count: 11)))
    let long = try problem(Self.file(header, [UInt8](repeating: 0, count: 13)))
    #expect(short == .cut(expected: 12, found: 11))
    #expect(long == .trailingBytes(expected: 12, found: 13))
  }

  @Test func beginningsThatAreNoArrayAreRefused() throws {
    let good = Self.file("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", [0, 0, 0, 0])
    let beyond = NumPyHeader.magic + [2, 0, 255, 255, 255, 255]
    #expect(try problem([]) == .cut(expected: 6, found: 0))
    #expect(try problem(Array("numbers".utf8)) == .notAnArray)
    #expect(try problem(Array(good.prefix(9))) == .cut(expected: 10, found: 9))
    #expect(try problem(beyond) == .cut(expected: 12 + 0xFFFF_FFFF, found: 12))
    #expect(
      try problem(NumPyHeader.magic + [4, 1] + good.dropFirst(8))
        == .unknownVersion(major: 4, minor: 1))
    #expect(try problem(good) == nil)
  }

  @Test func filesThatAreNotThereAreNamed() throws {
    let missing = #expect(throws: ArrayFileError.self) { try Tensor(contentsOfNPY: "/no/such.npy") }
    #expect(missing?.description == "/no/such.npy: cannot be read: No such file or directory")
    let folder = #expect(throws: ArrayFileError.self) { try Tensor(contentsOfNPY: "/") }
    #expect(folder?.problem == .unreadable("it is not a regular file"))
    let cut = #expect(throws: ArrayFileError.self) { try Tensor(contentsOfNPY: "/dev\0/x") }
    #expect(cut?.problem == .unreadable("its path holds a zero character"))
  }

  // MARK: Writing

  @Test(arguments: ArrayFixture.all.written) func bytesAreThoseOfNumPy(_ file: String) throws {
    let tensor = try Tensor(contentsOfNPY: ArrayFixture.path(file))
    let written = try withTemporaryFolder { folder in
      try tensor.write(toNPY: "\(folder)/array.npy")
      return try Data(contentsOf: URL(filePath: "\(folder)/array.npy"))
    }
    #expect([UInt8](written) == (try ArrayFixture.bytes(file)))
  }

  @Test func viewsAndExpressionsAreWrittenInRowMajorOrder() throws {
    let x = Tensor((0..<24).map { $0 }, shape: [2, 3, 4])
    let tensors = [
      x.transposed(), x[1, .all, .range(0, nil, step: 2)], x * 2, Tensor(3),
      x.sum().expanded(to: [2]),
    ]
    try withTemporaryFolder { folder in
      for tensor in tensors {
        try tensor.write(toNPY: "\(folder)/array.npy")
        let read = try Tensor(contentsOfNPY: "\(folder)/array.npy")
        #expect(read.shape == tensor.shape && read.dtype == tensor.dtype)
        #expect(read.scalars == tensor.scalars)
      }
    }
  }

  @Test func writingReplacesTheFileAndLeavesNothingBeside() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/array.npy"
      try Tensor([1, 2]).write(toNPY: path)
      try Tensor([1.5]).write(toNPY: path)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["array.npy"])
      #expect(try Tensor(contentsOfNPY: path).scalars == [1.5])
    }
  }

  @Test func whatFailsToBeWrittenLeavesEverythingAsItWas() throws {
    try withTemporaryFolder { folder in
      // A folder cannot be replaced by a file, which shows only when all is written.
      try FileManager.default.createDirectory(
        atPath: "\(folder)/a", withIntermediateDirectories: false)
      let error = #expect(throws: ArrayFileError.self) {
        try Tensor([1]).write(toNPY: "\(folder)/a")
      }
      guard case .unwritable = error?.problem else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
      #expect(throws: ArrayFileError.self) { try Tensor([1]).write(toNPY: "\(folder)/b/c.npy") }
      #expect(throws: ArrayFileError.self) { try Tensor([1]).write(toNPY: "\(folder)/b\0c.npy") }
    }
  }
}
