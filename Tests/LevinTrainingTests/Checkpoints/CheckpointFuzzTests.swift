import Foundation
import Levin
import LevinTensor
import LevinTestKit
import Testing

@testable import LevinTraining

/// Good checkpoints with changes in the length, the JSON and the data: they give a state, or a typed error and an
/// unchanged model, and never end the process or hang.
///
/// `LEVIN_LONG_RUN=1` asks for 300,000 of them.
@Suite struct CheckpointFuzzTests {
  @Test func alteredFilesGiveAStateOrAnError() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      let sources = try Self.files(folder).map(AlteredSafeTensors.init)
      var random = PCG64(seed: 12)
      var kinds: [String: Int] = [:]
      let model = Kept()
      var before = model.state()
      for index in 0..<AlteredSafeTensors.count {
        try Self.write(sources[index % sources.count].altered(&random), to: path)
        do throws(CheckpointError) {
          let checkpoint = try Checkpoint.load(from: path)
          kinds["loaded", default: 0] += 1
          if checkpoint.path != path { Issue.record("\(checkpoint)") }
        } catch { kinds[Self.kind(error, path), default: 0] += 1 }
        do throws(CheckpointError) {
          try model.loadWeights(from: path, strict: index % 2 == 0)
          kinds["weights loaded", default: 0] += 1
          before = model.state()
        } catch {
          kinds["weights " + Self.kind(error, path), default: 0] += 1
          if index % 16 == 0, model.state() != before {
            Issue.record("a half-loaded model after \(error)")
          }
        }
      }
      for kind in [
        "loaded", "altered", "cut", "foreign", "weights loaded",
        "weights otherArchitecture",
        "weights otherDType", "weights altered",
      ] {
        #expect(kinds[kind, default: 0] > 5, "\(kinds)")
      }
    }
  }

  private static func files(_ folder: String) throws -> [[UInt8]] {
    try Checkpoint(of: Kept(), run: variedState()).write(to: folder + "/varied")
    try Checkpoint(of: Kept()).write(to: folder + "/small")
    return [CheckpointFixture.bytes]
      + (try ["small", "small", "varied"].map { try content("\(folder)/\($0)") })
  }

  private static func kind(_ error: CheckpointError, _ path: String) -> String {
    if !error.description.hasPrefix(path) { Issue.record("\(error)") }
    return String("\(error.problem)".prefix { $0.isLetter })
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    unlink(path)
    let file = try #require(fopen(path, "wb"))
    defer { fclose(file) }
    fwrite(bytes, 1, bytes.count, file)
  }
}
