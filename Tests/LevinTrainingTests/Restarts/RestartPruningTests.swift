import Levin
import Testing

@testable import LevinTraining

/// The rules by which starts are told to end, on numbers.
@Suite struct RestartPruningTests {
  private func ended(
    _ pruning: RestartPruning, _ values: [Double], ended: [Double] = [], _ mode: MonitorMode = .min
  ) -> [Int] {
    let running = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($0, $1) })
    return pruning.hopeless(running, ended: ended, mode).keys.sorted()
  }

  private func epochs(_ pruning: RestartPruning, to last: Int) -> [Int] {
    (1...last).filter(pruning.isDue)
  }

  @Test func epochsOfComparisonsFollowTheRule() {
    #expect(epochs(.median(afterEpochs: 3), to: 12) == [3, 6, 9, 12])
    #expect(epochs(.margin(1, afterEpochs: 3, every: 4), to: 12) == [3, 7, 11])
    #expect(epochs(.halving(afterEpochs: 3), to: 30) == [3, 6, 12, 24])
    #expect(epochs(.halving(afterEpochs: 2, factor: 3), to: 60) == [2, 6, 18, 54])
    #expect(epochs(.halving(afterEpochs: 1, factor: 2), to: 20) == [1, 2, 4, 8, 16])
  }

  @Test func thoseWorseThanTheMedianEnd() {
    #expect(ended(.median(), [1, 5, 2, 4, 3]) == [1, 3])
    #expect(ended(.median(), [1, 5, 2, 4, 3], .max) == [0, 2])
    // The median of four is between the two in the middle.
    #expect(ended(.median(), [1, 2, 3, 4]) == [2, 3])
    #expect(ended(.median(), [7, 7, 7]) == [])
    #expect(ended(.median(), [7]) == [])
    // Those that have ended count.
    #expect(ended(.median(), [1, 2], ended: [8, 9, 10]) == [])
    #expect(ended(.median(), [1, 2], ended: [0, 0, 0]) == [0, 1])
  }

  @Test func thoseTooFarFromTheBestEnd() {
    #expect(ended(.margin(2), [1, 3, 3.5, -1, 1.5]) == [1, 2, 4])
    #expect(ended(.margin(2), [1, 3, 3.5, 5, 1.5], .max) == [0, 4])
    #expect(ended(.margin(2), [5, 6], ended: [1]) == [0, 1])
    #expect(ended(.margin(0), [2, 1, 1]) == [0])
  }

  @Test func thoseNotAmongTheBestEnd() {
    #expect(ended(.halving(), [1, 5, 2, 4, 3]) == [1, 3])
    #expect(ended(.halving(factor: 3), [1, 5, 2, 4, 3], .max) == [0, 2, 4])
    #expect(ended(.halving(), [1]) == [])
    // Of equals the first goes on.
    #expect(ended(.halving(), [3, 3, 3, 3]) == [2, 3])
    // Only those that run share the remaining seats.
    #expect(ended(.halving(), [1, 2], ended: [0, 0, 0]) == [1])
  }

  @Test(arguments: [RestartPruning.median(), .margin(1000), .halving()])
  func nanIsHopelessUnlessAllAre(_ rule: RestartPruning) {
    #expect(ended(rule, [.nan, 1, .nan, 1]) == [0, 2])
    #expect(ended(rule, [.nan, 1, .nan, 1], .max) == [0, 2])
    #expect(ended(rule, [.nan, .nan]) == [])
  }

  @Test func infinitiesAreNumbers() {
    #expect(ended(.margin(1), [.infinity, 1]) == [0])
    #expect(ended(.margin(1), [.infinity, .infinity]) == [])
    #expect(ended(.median(), [.infinity, 1, 2]) == [0])
  }

  @Test(arguments: [
    (RestartPruning.median(afterEpochs: 0), "afterEpochs"), (.median(every: 0), "every"),
    (.margin(-1), "margin"), (.margin(.nan), "margin"), (.halving(factor: 1), "factor"),
    (.halving(afterEpochs: -3), "afterEpochs"),
  ])
  func settingsAreChecked(_ pruning: RestartPruning, _ name: String) {
    let error = #expect(throws: TrainerError.self) {
      _ = try restarts(2, train: loader([1]), pruning: pruning) { _ in
        quietTrainer(1)
      } start: { _, _ in
        StartingPoint(Location())
      }
    }
    #expect(error?.description.contains("pruning: \(name)") == true, "\(String(describing: error))")
  }
}
