import Foundation
import Levin
import LevinTestKit
import LevinTraining
import Testing

@Suite struct RestartTests {
  private func table(
    _ count: Int = 6, threads: Int, sorted: Bool = false, seed: Int = 0
  ) throws -> RestartTable<Location> {
    try restarts(
      count, seed: seed, threads: threads, sorted: sorted,
      train: loader([1, 2, 3, 6], batchSize: 2), loss: "err", metrics: ["location"]
    ) { _ in
      quietTrainer(3)
    } start: { index, random in
      // Start 2 ends in a number that is not finite.
      let start = index == 2 ? Float.infinity : Float(random.uniform() * 10)
      return StartingPoint(Location(start, learningRate: 0.05), ["location_init": start])
    }
  }

  @Test func theTableIsTheSameForAnyNumberOfThreads() throws {
    let one = try table(threads: 1)
    let two = try table(threads: 2)
    let many = try table(threads: 7)
    #expect(one.description == two.description && two.description == many.description)
    #expect(one.rows.map { $0.model.location.item() }.filter(\.isFinite).count == 5)
    #expect(
      one.rows.map { $0.model.location.item() } == many.rows.map { $0.model.location.item() })
  }

  @Test func drawsWithoutAGeneratorBelongToTheirStart() throws {
    func starts(threads: Int) throws -> [Double]? {
      let table = try restarts(
        6, seed: 5, threads: threads, train: loader([1, 2], batchSize: 2)
      ) { _ in
        quietTrainer(1)
      } start: { _, _ in
        let start = Normal(0, 1).sample().item(as: Float.self)
        return StartingPoint(Location(start, learningRate: 0.05), ["start": start])
      }
      return table["start"]
    }
    let one = try #require(try starts(threads: 1))
    #expect(Set(one).count == 6)
    #expect(try starts(threads: 3) == one)
  }

  @Test func startsHaveTheChildrenOfTheSeed() throws {
    var root = PCG64(seed: 3)
    let expected = root.spawn(4).map { stream in
      var stream = stream
      return Double(Float(stream.uniform() * 10))
    }
    let starts = try #require(try table(4, threads: 2, seed: 3)["location_init"])
    #expect(starts[0] == expected[0] && starts[1] == expected[1] && starts[3] == expected[3])
  }

  @Test func columnsHaveTheNamesAskedFor() throws {
    let table = try table(threads: 2)
    #expect(table.columns == ["err", "location", "location_init"])
    #expect(table["err"]?.count == 6)
    #expect(table["nothing"] == nil)
    #expect(table["location"]?[0] == table.rows[0].result.metrics["location"])
  }

  @Test func rowsMayBeSortedWithFailuresLast() throws {
    let sorted = try table(threads: 2, sorted: true)
    let losses = try #require(sorted["err"])
    #expect(losses.dropLast().elementsEqual(losses.dropLast().sorted()))
    #expect(sorted.rows.last?.index == 2 && losses.last?.isNaN == true)
    #expect(sorted.best?.index == sorted.rows[0].index)
    #expect(Set(sorted.rows.map(\.index)) == Set(0..<6))
  }

  @Test func foldersAreNumberedInTheOrderOfTheStarts() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/re/version_4", withIntermediateDirectories: true)
      let table = try restarts(6, threads: 3, train: loader([1, 2])) { _ in
        let probe = Probe()
        probe.batchEnd = { trainer, _ in _ = try trainer.runDirectory() }
        return quietTrainer(2, directory: folder, name: "re", [probe])
      } start: { index, _ in
        StartingPoint(Location(Float(index)))
      }
      #expect(
        table.rows.map(\.result.directory) == (5..<11).map { "\(folder)/re/version_\($0)" })
    }
  }

  @Test func anotherErrorEndsAll() {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      _ = try restarts(4, threads: 2, train: loader([1])) { index in
        let probe = Probe()
        probe.batchEnd = { _, _ in if index == 1 { throw Stop() } }
        return quietTrainer(2, [probe])
      } start: { _, _ in
        StartingPoint(Location())
      }
    }
  }

  @Test(arguments: [(-1, 1, 0), (2, 0, 0), (2, 1, -1)])
  func settingsAreChecked(_ count: Int, _ threads: Int, _ seed: Int) {
    #expect(throws: TrainerError.self) { try self.table(count, threads: threads, seed: seed) }
  }

  @Test func thereMayBeNone() throws {
    let table = try table(0, threads: 2)
    #expect(table.description == "  err  location" && table.best == nil)
  }
}
