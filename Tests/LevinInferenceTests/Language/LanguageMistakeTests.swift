import Levin
import Testing

/// A mistake in a model that ends the process, and what the message must name.
struct ModelMistake: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var named: [String]
  var make: @Sendable () -> Void

  init(_ description: String, names named: [String], _ make: @escaping @Sendable () -> Void) {
    (testDescription, self.named, self.make) = (description, named, make)
  }

  static let all: [ModelMistake] = [
    .init(
      "two sites of one name", names: ["'x'", "name of its own", "Trace Shapes:", "x dist 3 |"]
    ) {
      _ = Trace {
        plate("data", 3) { sample("x", Normal(0, 1)) }
        sample("x", Normal(0, 1))
      }
    },
    .init("a deterministic site and a sample of one name", names: ["'x'"]) {
      _ = Trace {
        deterministic("x", [1])
        sample("x", Normal(0, 1))
      }
    },
    .init("a parameter and a sample of one name", names: ["'x'"]) {
      _ = Trace {
        parameter("x", [1])
        sample("x", Normal(0, 1))
      }
    },
    .init("a plate and a sample of one name", names: ["'x'"]) {
      _ = Trace { plate("x", 2) { sample("x", Normal(0, 1)) } }
    },
    .init("a site that a trace lacks", names: ["'b'", "'a'"]) {
      _ = Trace { sample("a", Normal(0, 1)) }["b"]
    },
    .init("a plate of no elements", names: ["'data'", "0", "at least 1"]) { plate("data", 0) {} },
    .init("an axis counted from the left", names: ["'data'", "dim is 0", "negative"]) {
      plate("data", 3, dim: 0) {}
    },
    .init("a subsample of more elements than there are", names: ["'data'", "5 of 3", "1 to 3"]) {
      plate("data", 3, subsampleSize: 5) {}
    },
    .init("an empty subsample", names: ["'data'", "0 of 3"]) {
      plate("data", 3, subsampleSize: 0) {}
    },
    .init("a plate inside itself", names: ["'data'", "inside itself", "name of its own"]) {
      let data = Plate("data", 3)
      data { data {} }
    },
    .init("an axis that is taken", names: ["'b'", "dim -1", "'a'", "leave dim out"]) {
      plate("a", 2) { plate("b", 3, dim: -1) {} }
    },
    .init(
      "a batch of another size",
      names: ["'data'", "'x'", "dim -1", "11", "3", "toEvent", "mu dist"]
    ) {
      _ = Trace {
        sample("mu", Normal(0, 1))
        plate("data", 3) { sample("x", Normal(.zeros([11]), 1)) }
      }
    },
    .init("a guide that looks at fewer elements", names: ["'data'", "2", "5", "alike"]) {
      let guide = Trace { plate("data", 10, subsampleSize: 2) {} }
      withReplay(of: guide) { plate("data", 10, subsampleSize: 5) {} }
    },
    .init("a scale of 0", names: ["withScale", "0.0", "above 0"]) { withScale(0) {} },
    .init("a scale that is not finite", names: ["withScale", "inf"]) { withScale(.infinity) {} },
    .init("a negative history", names: ["markov", "-1"]) { markov(0..<2, history: -1) { _ in } },
    .init("an enumeration on the left", names: ["firstAvailableDim", "0", "negative"]) {
      withEnumeration(firstAvailableDim: 0) {}
    },
    .init("an estimate that a guide lacks", names: ["AutoDelta", "'b'", "a"]) {
      let guide = AutoDelta<Tensor>({ _ in sample("a", Normal(0, 1)) })
      try? guide([0])
      _ = guide["b"]
    },
  ]
}

@Suite struct LanguageMistakeTests {
  @Test(arguments: ModelMistake.all.indices)
  func aMistakeEndsTheProcessWithAMessageThatNamesIt(_ index: Int) async throws {
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in
      ModelMistake.all[index].make()
    }
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let message = lines.drop { !$0.contains("rror") }.joined(separator: "\n")
    let missing = ModelMistake.all[index].named.filter { !message.contains($0) }
    #expect(missing.isEmpty, "\(ModelMistake.all[index]): \(message)")
  }
}
