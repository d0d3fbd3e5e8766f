import Foundation
import Levin
import LevinTestKit
import LevinTraining
import Testing

/// The anonymous memory of this process in bytes; nil where the system does not tell.
private func anonymousBytes() -> Int? {
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
    let line = status.split(separator: "\n").first(where: { $0.hasPrefix("RssAnon:") }),
    let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
  else { return nil }
  return Int(kilobytes).map { $0 << 10 }
}

private func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

/// Makes a file of zeros of 10 GB that takes no room on the disk; false where files cannot have holes.
private func makeHugeArray(_ path: String, rows: Int, columns: Int) throws -> Bool {
  let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
  let padded = text.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n"
  let start = Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(padded.utf8.count), 0])
  try (start + Data(padded.utf8)).write(to: URL(filePath: path))
  guard truncate(path, off_t(128 + 4 * rows * columns)) == 0 else { return false }
  var status = stat()
  return stat(path, &status) == 0 && status.st_blocks < 1 << 20
}

@Suite struct FileDatasetTests {
  @Test func batchesAreThoseOfTensorsInMemory() throws {
    try withTemporaryFolder { folder in
      let x = Tensor((0..<40).map(Float.init), shape: [20, 2])
      let y = Tensor((0..<20).map { Double($0) / 3 })
      try x.write(toNPY: folder + "/x.npy")
      try y.write(toNPY: folder + "/y.npy")
      let files = FileDataset(
        try NumPyFile(folder + "/x.npy"), try NumPyFile(folder + "/y.npy"))
      let memory = TensorDataset(x, y)
      for shuffle in [Shuffle.none, .seeded(4)] {
        let pairs = zip(
          DataLoader(files, batchSize: 3, shuffle: shuffle).batches(epoch: 1),
          DataLoader(memory, batchSize: 3, shuffle: shuffle).batches(epoch: 1))
        for (a, b) in pairs {
          #expect(a.0.scalars == b.0.scalars && a.1.scalars == b.1.scalars)
          #expect(a.0.dtype == .float32 && a.1.dtype == .float64)
        }
      }
      var other = DataLoader(files, batchSize: 3)
      try (y + 1).write(toNPY: folder + "/y.npy")
      let changed = FileDataset(
        try NumPyFile(folder + "/x.npy"), try NumPyFile(folder + "/y.npy"))
      #expect(throws: StateError.self) {
        try other.restore(from: DataLoader(changed, batchSize: 3).state())
      }
    }
  }

  @Test(arguments: [0, 2]) func aFileThatIsCutEndsTheFitWithAnError(_ workers: Int) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x.npy"
      try Tensor.zeros([5000, 4]).write(toNPY: path)
      let probe = Probe()
      probe.batchEnd = { _, index in if index == 3 { truncate(path, 4000) } }
      let data = FileDataset(try NumPyFile(path))
      let error = #expect(throws: ArrayFileError.self) {
        try quietTrainer(1, [probe]).fit(
          Location(), train: DataLoader(data, batchSize: 50, workers: workers))
      }
      #expect(error?.problem == .cut(expected: 80_128, found: 4000))
    }
  }

  // In a process of its own, whose memory is that of this fit alone.
  @Test func dataLargerThanMemoryAreTrainedOn() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        let path = folder + "/huge.npy"
        guard try makeHugeArray(path, rows: 10_000_000, columns: 256) else {
          return say("skipped: this disk cannot hold files with holes")
        }
        let probe = Probe()
        probe.batchEnd = { trainer, index in if index == 19 { trainer.stop() } }
        let loader = DataLoader(
          FileDataset(try NumPyFile(path)), batchSize: 4096, shuffle: .seeded(0), workers: 1)
        let model = Location(1, learningRate: 0.1)
        let result = try quietTrainer(1, [probe]).fit(model, train: loader)
        precondition(result.steps == 20 && model.location.item() < 0.1)
        let last = try NumPyFile(path).rows(at: [9_999_999])
        precondition(last.scalars.allSatisfy { $0 == 0 })
        guard let bytes = anonymousBytes() else {
          return say("skipped: the system does not tell how much memory a process has")
        }
        precondition(bytes < 500 << 20, "\(bytes >> 20) MB of anonymous memory")
      }
    }
  }
}
