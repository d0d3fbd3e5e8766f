import Foundation
import Levin
import LevinTensor
import LevinTestKit
import Testing

@testable import LevinTraining

/// A file that cannot be a checkpoint is told from one that is cut, altered, newer or of another model.
@Suite struct CheckpointErrorTests {
  private func withFile(_ bytes: [UInt8], _ body: (_ path: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try write(bytes, to: folder + "/a")
      try body(folder + "/a")
    }
  }

  // Reading all and loading weights fail alike.
  private func problemOfBoth(_ path: String) throws -> CheckpointError.Problem {
    let model = Kept()
    let before = model.state()
    let all = try problem { _ = try Checkpoint.load(from: path) }
    let weights = try problem { try model.loadWeights(from: path) }
    #expect(all == weights && model.state() == before)
    return all
  }

  @Test func aMissingFileIsNotThere() throws {
    #expect(try problemOfBoth("/nowhere/a") == .notThere)
    try withFile([1]) { path in
      let below = try problemOfBoth(path + "/a")
      #expect(below == .notThere)
    }
    #expect(
      CheckpointError(path: "x", problem: .notThere).description.hasPrefix(
        "x: there is no such file"))
  }

  @Test func aFolderOrAPipeIsUnreadable() throws {
    try withTemporaryFolder { folder in
      mkfifo(folder + "/pipe", 0o600)
      for path in [folder, folder + "/pipe"] {
        let found = try problemOfBoth(path)
        #expect(found == .unreadable("it is not a regular file"))
      }
    }
  }

  @Test(arguments: [
    "PK\u{3}\u{4} an archive of another program", "{\"a\": [1, 2, 3], \"b\": null}",
    "a,b\n1,2\n3,4\n", "hello\n", "a,b\n1,2\n", "{}", "ok\r\n",
  ])
  func anotherFileIsForeign(_ text: String) throws {
    try withFile(Array(text.utf8)) { path in
      let found = try problemOfBoth(path)
      #expect(found == .foreign("it is no safetensors file"))
    }
  }

  @Test func weightsAloneAreNoCheckpoint() throws {
    try withTemporaryFolder { folder in
      try SafeTensors.write(["rate": [1]], metadata: ["format": "pt"], to: folder + "/a")
      let foreign = try problem { _ = try Checkpoint.load(from: folder + "/a") }
      #expect("\(foreign)".hasPrefix("foreign") && "\(foreign)".contains("loadWeights(from:)"))
    }
  }

  @Test func aCutFileIsCutWhereverItEnds() throws {
    let good = CheckpointFixture.bytes
    try withTemporaryFolder { folder in
      for length in 0..<good.count {
        try write(Array(good[..<length]), to: folder + "/a")
        guard
          case .cut(let expected, let found) = try problem({
            _ = try Checkpoint.load(from: folder + "/a")
          })
        else {
          Issue.record("\(length) bytes are not known to be cut")
          continue
        }
        #expect(expected > length && found == length)
      }
    }
  }

  @Test func aFileWithAnyBitChangedIsRefused() throws {
    let good = CheckpointFixture.bytes
    try withTemporaryFolder { folder in
      for offset in good.indices {
        var bytes = good
        bytes[offset] ^= 1 << UInt8(offset % 8)
        try write(bytes, to: folder + "/a")
        let found = try problem { _ = try Checkpoint.load(from: folder + "/a") }
        // In the length of the header, a change makes it longer than the file or than any.
        let isExpected = "\(found)".hasPrefix("altered") || offset <= 8
        #expect(isExpected, "byte \(offset): \(found)")
      }
    }
  }

  @Test func loadingWeightsComparesChecksumsToo() throws {
    try withTemporaryFolder { folder in
      let model = Kept()
      try Checkpoint(of: model).write(to: folder + "/a")
      var bytes = try content(folder + "/a")
      let last = bytes.count - 1
      let first = 8 + (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
      for offset in [first, first + 17] {
        bytes[offset] ^= 1
        try write(bytes, to: folder + "/a")
        let before = model.state()
        let found = try problem { try model.loadWeights(from: folder + "/a") }
        #expect("\(found)".contains("the checksum differs") && model.state() == before)
        bytes[offset] ^= 1
      }
      // What is not read is not compared: the last bytes are those of the generator's state, if it has any.
      #expect(last > first)
    }
  }

  @Test func bytesAfterTheEndAreAnAlteration() throws {
    try withFile(CheckpointFixture.bytes + [0]) { path in
      let found = try problemOfBoth(path)
      #expect("\(found)".hasPrefix("altered"))
    }
  }

  @Test(arguments: ["2", "17", "0", "-1", "x", ""]) func formatsOfLaterVersionsAreNewer(
    _ format: String
  ) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      let metadata = [("levin/format", format), ("levin/version", "9.1"), ("levin/other", "")]
      try SafeTensors.write([("rate", [1])], metadata: metadata, isChecked: true, to: path)
      let found = try problemOfBoth(path)
      if let number = Int(format), number > 1 {
        #expect(found == .newer(format: number, libraryVersion: "9.1"))
        #expect(CheckpointError(path: path, problem: found).description.contains("update Levin"))
      } else {
        #expect("\(found)".hasPrefix("altered"))
      }
    }
  }

  @Test func aCheckpointWithoutChecksumsIsAltered() throws {
    try withTemporaryFolder { folder in
      let metadata = ["levin/format": "1", "levin/model": "{}", "levin/run": "{}"]
      try SafeTensors.write([:], metadata: metadata, to: folder + "/a")
      #expect(try "\(problemOfBoth(folder + "/a"))".hasPrefix("altered"))
    }
  }

  // Files with right checksums and a content that no version writes.
  @Test(arguments: [
    ("{}", "[]"), ("{}", "{\"a\":null}"), ("{}", "{\"a\":{\"$tensor\":null}}"),
    ("{}", "{\"a\":{\"$real\":\"1\"}}"),
    ("{}", "{\"a\":{\"$integer\":\"x\"}}"), ("{}", "{\"$other\":1}"),
    ("{}", "{\"a\":{\"$real\":\"0x0\",\"b\":1}}"),
    ("{}", "{\"a\":1e999}"), ("{}", "{\"a\":9223372036854775808}"), ("{\"rate\":1}", "{}"),
    ("{", "{}"), ("{}", "{} {}"),
    ("{}", "{\"a\":{\"$tensor\":1}}"), ("{}", "{\"$tensor\":null}"),
  ])
  func contentsThatMakeNoSenseAreAnAlteration(_ model: String, _ run: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      let metadata = [("levin/format", "1"), ("levin/model", model), ("levin/run", run)]
      try SafeTensors.write([("rate", [1])], metadata: metadata, isChecked: true, to: path)
      #expect(try "\(problem { _ = try Checkpoint.load(from: path) })".hasPrefix("altered"))
    }
  }

  @Test func tensorsThatNoValueTakesAreAnAlteration() throws {
    try withTemporaryFolder { folder in
      let metadata = [("levin/format", "1"), ("levin/model", "{}"), ("levin/run", "{}")]
      try SafeTensors.write(
        [("levin/run/a", [1])], metadata: metadata, isChecked: true, to: folder + "/a")
      #expect(
        "\(try problem { _ = try Checkpoint.load(from: folder + "/a") })".contains("levin/run/a"))
    }
  }

  @Test func refusedStatesLeaveTheModelAsItWas() throws {
    let model = Kept()
    var checkpoint = Checkpoint(of: model)
    _ = model.generator.next()
    let before = model.state()
    model.isRefusing = true
    #expect(throws: StateError.self) { try checkpoint.restore(model) }
    #expect(model.state() == before)

    checkpoint.model["rate"] = .tensor([1, 2])
    checkpoint.model["mean"] = nil
    checkpoint.model["other"] = .tensor([1])
    let found = try problem { try checkpoint.restore(model) }
    let shapes = [CheckpointError.Mismatch(name: "rate", expected: "[1]", found: "[2]")]
    #expect(found == .otherArchitecture(missing: ["mean"], unexpected: ["other"], shapes: shapes))
    #expect(model.state() == before)
  }
}
