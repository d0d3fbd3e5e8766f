import Levin
import Testing

@testable import LevinTraining

@Suite struct ProfilerTests {
  private func profile(_ profiler: SimpleProfiler, _ text: Transcript, _ epochs: Int = 2) throws {
    let trainer = Trainer(
      TrainerSettings(maxEpochs: epochs), callbacks: [Probe()], progressBar: false, summary: false,
      console: text.console)
    trainer.profiler = profiler
    try trainer.fit(
      Location(), train: loader([1, 2, 3], batchSize: 1), validation: loader([1]))
  }

  @Test func everyKindOfWorkHasItsCountAndTime() throws {
    // Each look at the clock takes a second.
    var time = 0.0
    let profiler = SimpleProfiler(
      now: {
        time += 1
        return time
      })
    try profile(profiler, Transcript())
    let counts = Dictionary(uniqueKeysWithValues: profiler.rows.map { ($0.name, $0.count) })
    #expect(counts["trainingStep"] == 6 && counts["computing steps"] == 6)
    #expect(counts["validation"] == 2 && counts["reading batches"] == 6)
    #expect((counts["callback Probe"] ?? 0) > 20)
    let row = try #require(profiler.rows.first { $0.name == "computing steps" })
    #expect(row.seconds == 6)
  }

  @Test func theTableComesAtTheEnd() throws {
    let text = Transcript()
    let profiler = SimpleProfiler()
    try profile(profiler, text)
    let lines = profiler.description.split(separator: "\n").map(String.init)
    #expect(text.lines.suffix(lines.count) == lines[...])
    #expect(lines[0].contains("us each") && lines.contains { $0.hasPrefix("trainingStep") })
    #expect(lines.last?.hasPrefix("whole fit") == true)
  }

  @Test func itAddsUpOverFits() throws {
    let profiler = SimpleProfiler()
    try profile(profiler, Transcript())
    try profile(profiler, Transcript(), 1)
    #expect(profiler.rows.first { $0.name == "validation" }?.count == 3)
  }
}
