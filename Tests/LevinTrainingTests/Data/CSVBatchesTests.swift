import Foundation
import Levin
import LevinTestKit
import LevinTraining
import Testing

@Suite struct CSVBatchesTests {
  private func withRows<R>(_ count: Int, _ body: (String) throws -> R) throws -> R {
    try withTemporaryFolder { folder in
      let path = folder + "/rows.csv"
      let lines = (0..<count).map { "\($0),\(2 * $0 + 1),skipped" }
      let text = (["x,y,note"] + lines).joined(separator: "\n") + "\n"
      try Data(text.utf8).write(to: URL(filePath: path))
      return try body(path)
    }
  }

  private func batches(_ path: String, size: Int) -> CSVBatches<(Tensor, Tensor)> {
    CSVBatches(
      contentsOf: path, types: ["x": .float32, "y": .float32], batchSize: size
    ) { table in
      (try table.tensor(["x"]), try table["y"])
    }
  }

  @Test func rowsComeInBatches() throws {
    try withRows(7) { path in
      for epoch in 0..<2 {
        var stream = try batches(path, size: 3).makeBatches(epoch: epoch)
        var shapes: [[Int]] = []
        var targets: [Double] = []
        while let batch = try stream.next() {
          #expect(batch.observationCount == batch.content.0.count)
          shapes.append(batch.content.0.shape)
          targets += batch.content.1.scalars
        }
        #expect(shapes == [[3, 1], [3, 1], [1, 1]])
        #expect(targets == [1, 3, 5, 7, 9, 11, 13])
      }
      var rest = try batches(path, size: 3).makeBatches(epoch: 0, startingAt: 2)
      #expect(try rest.next()?.content.1.scalars == [13])
    }
  }

  @Test func aFaultComesWithItsBatch() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/rows.csv"
      try Data("x\n1\n2\n3\noops\n".utf8).write(to: URL(filePath: path))
      let source = CSVBatches(contentsOf: path, types: ["x": .float32], batchSize: 2) {
        try $0["x"]
      }
      var stream = try source.makeBatches(epoch: 0)
      #expect(try stream.next()?.content.scalars == [1, 2])
      let error = #expect(throws: CSVError.self) { try stream.next() }
      #expect(error?.line == 5 && error?.text == "oops")
      #expect(throws: CSVError.self) { try quietTrainer(1).fit(Location(), train: source) }
    }
  }

  @Test func typesThatDependOnAllRowsAreRefused() throws {
    try withRows(2) { path in
      for type in [CSVType.automatic, .categories] {
        let source = CSVBatches(contentsOf: path, types: ["x": type], batchSize: 2) { try $0["x"] }
        let error = #expect(throws: CSVError.self) { try source.checkSettings(for: .training) }
        #expect(error?.name == "x")
      }
      let unknown = CSVBatches(contentsOf: path, types: ["z": .int64], batchSize: 2) {
        try $0["z"]
      }
      #expect(throws: CSVError.self) { try unknown.checkSettings(for: .training) }
      #expect(throws: TrainerError.self) {
        try batches(path, size: 0).checkSettings(for: .training)
      }
    }
  }
}
