import LevinTestKit
import Testing

@testable import LevinTensor

/// Good files with changes in the length, the JSON and the data: they give tensors or a typed error, and never end the
/// process or hang.
///
/// `LEVIN_LONG_RUN=1` asks for 300,000 of them.
@Suite struct SafeTensorsFuzzTests {
  @Test func alteredFilesGiveTensorsOrAnError() throws {
    let good =
      SafeTensorsFixture.all.good.map { SafeTensorsFixture.bytes(hexadecimal: $0.file) }
      + SafeTensorsFixture.all.written.map { SafeTensorsFixture.bytes(hexadecimal: $0.file) }
    let sources = good.map(AlteredSafeTensors.init)
    var random = PCG64(seed: 11)
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      var problems: [String: Int] = [:]
      for index in 0..<AlteredSafeTensors.count {
        let bytes = sources[index % sources.count].altered(&random)
        try write(bytes, to: path)
        do throws(ArrayFileError) {
          let file = try SafeTensors(path)
          for name in file.names { _ = try file[name].scalars }
          problems["none", default: 0] += 1
        } catch {
          if !error.description.hasPrefix(path) { Issue.record("\(error)") }
          problems[String("\(error.problem)".prefix { $0.isLetter }), default: 0] += 1
        }
      }
      // The changes reach everything that can be wrong.
      for kind in [
        "none", "badHeader", "cut", "trailingBytes", "badChecksum", "notSafeTensors",
        "unsupportedDType",
      ] {
        #expect(problems[kind, default: 0] > 10, "\(problems)")
      }
    }
  }

  @Test(arguments: ["plain", "mixed", "checkpoint"]) func filesCutAnywhereAreRefused(_ name: String)
    throws
  {
    let good = SafeTensorsFixture.bytes(name)
    try withTemporaryFolder { folder in
      for length in 0..<good.count {
        try write(Array(good[..<length]), to: folder + "/a")
        let error = #expect(throws: ArrayFileError.self) { try SafeTensors(folder + "/a") }
        guard case .cut(let expected, let found)? = error?.problem else {
          Issue.record("\(length) bytes: \(String(describing: error))")
          continue
        }
        #expect(found == length && expected > length && expected <= good.count)
      }
    }
  }

  @Test func everyByteOfACheckedFileCounts() throws {
    let good = SafeTensorsFixture.bytes("checkpoint")
    try withTemporaryFolder { folder in
      for offset in good.indices {
        var bytes = good
        bytes[offset] ^= 1 << UInt8(offset % 8)
        try write(bytes, to: folder + "/a")
        #expect(throws: ArrayFileError.self, "byte \(offset)") {
          let file = try SafeTensors(folder + "/a")
          for name in file.names { _ = try file[name] }
          // The name of the checksums themselves; a checkpoint must have them.
          if file.metadata(Checksums.name) == nil {
            throw ArrayFileError(path: "", array: nil, problem: .badChecksum)
          }
        }
      }
    }
  }
}
