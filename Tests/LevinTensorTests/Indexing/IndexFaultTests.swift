import LevinTestKit
import Testing

@testable import LevinTensor

/// An index or a shape that does not fit, found when the tensor is made or when it is computed.
struct IndexFault: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var named: [String]
  var make: @Sendable () -> Void

  init(
    _ description: String, names named: [String], line: Int? = #line,
    _ make: @escaping @Sendable () -> Tensor
  ) {
    testDescription = description
    // A closure after the brackets begins on the same line.
    self.named = named + (line.map { ["IndexFaultTests.swift:\($0)"] } ?? [])
    self.make = { evaluateOrStop(make()) }
  }

  private static let x = Tensor.ones([2, 3])

  static let all: [IndexFault] = [
    .init("beyond the end", names: ["gather", "index 3", "axis 0 of size 2"]) { x[[0, 3]] },
    .init("before the front", names: ["index -4", "axis 1 of size 3"]) { x[1, Tensor([-4])] },
    .init("the first of several", names: ["index 2", "axis 0 of size 2"]) { x[[0, 2], [1, 9]] },
    .init("the second", names: ["linearIndex", "index 9", "axis 1 of size 3"], line: #line + 1) {
      x[[0, 1], [1, 9]]
    },
    .init("behind a new axis", names: ["index 5", "axis 1"]) { x[.newAxis, .all, [5]] },
    .init("of 32 bits", names: ["index 7"]) { x.gathered(at: Tensor([0, 7], dtype: .int32)) },
    .init("into nothing", names: ["index 0", "size 0"]) { Tensor.zeros([0])[[0]] },
    .init("along", names: ["takeAlong", "index 3"], line: #line + 1) {
      x.takingAlong(Tensor([3], shape: [1, 1]), axis: 1)
    },
    .init("to add", names: ["scatterAdd", "index -3"]) { x.adding(x, at: Tensor([0, -3])) },
    .init("to put", names: ["scatter", "index 3"]) { x.replacing(at: Tensor(3), with: 1) },
    .init("too many classes", names: ["index 4", "size 4"]) { Tensor([0, 4]).oneHot(classes: 4) },
    .init("a class below 0", names: ["index -1"]) { Tensor([0, -1]).oneHot(classes: 4) },
    .init("fewer classes than none", names: ["oneHot", "-3"], line: nil) {
      Tensor([0]).oneHot(classes: -3)
    },
    .init("no class at all", names: ["oneHot", "-2"]) { Tensor([-2, -5]).oneHot() },
    .init("too few indices to add", names: ["addingAlong", "[2, 1]", "[3, 1]"], line: nil) {
      Tensor.ones([3, 4]).addingAlong(1, at: Tensor([0, 1], shape: [2, 1]), axis: 1)
    },
    .init("too few indices to put", names: ["replacingAlong", "[2, 1]", "[3, 1]"], line: nil) {
      Tensor.ones([3, 4]).replacingAlong(Tensor([0, 1], shape: [2, 1]), axis: 1, with: 1)
    },
    .init("too few values to add", names: ["adding", "[3]", "[2, 4]"], line: nil) {
      Tensor.ones([3, 4]).adding(Tensor.ones([3]), at: Tensor([0, 1]))
    },
    .init("far in a long index", names: ["index 100000", "size 100000"], line: #line + 1) {
      Tensor.arange(100_000)[Tensor.arange(100_001)]
    },
    .init("in a long index of a short table", names: ["index -4", "size 3"], line: #line + 1) {
      Tensor([1.0, 2, 3])[2 - Tensor.arange(5000)]
    },
    .init("real", names: ["subscript", "float32", "int64"], line: nil) {
      x[Tensor([0.5 as Float])]
    },
    .init("true or false", names: ["gathered", "bool"], line: nil) { x.gathered(at: x .> 0) },
    .init("a mask of another shape", names: ["[3]", "[2, 3]"], line: nil) {
      x[[true, false, true]]
    },
    .init("indices that do not broadcast", names: ["[2]", "[3]"], line: nil) {
      x[[0, 1], [0, 1, 2]]
    },
    .init("values that do not fit", names: ["subscript", "[4]", "[2, 3]"], line: nil) {
      var changed = x
      changed[.all] = Tensor.ones([4])
      return changed
    },
    .init("values that do not fit indices", names: ["subscript", "[2]", "[3, 3]"], line: nil) {
      var changed = x
      changed[[0, 1, 0]] = Tensor.ones([2])
      return changed
    },
    .init("another rank along an axis", names: ["takingAlong", "[2]", "[2, 3]"], line: nil) {
      x.takingAlong(Tensor([0, 1]), axis: 1)
    },
    .init("a mask to replace that is too large", names: ["replacing", "[4]", "[2, 3]"], line: nil) {
      x.replacing(where: Tensor.ones([4]) .> 0, with: 1)
    },
  ]
}

@Suite struct IndexFaultTests {
  @Test(arguments: IndexFault.all.indices)
  func aFaultEndsTheProcessWithAMessageThatNamesIt(_ index: Int) async throws {
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in
      IndexFault.all[index].make()
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    let firstLine = message.split(separator: "\n").first { $0.contains("rror") } ?? ""
    let missing = IndexFault.all[index].named.filter { !firstLine.contains($0) }
    #expect(missing.isEmpty, "\(IndexFault.all[index]): \(firstLine)")
  }
}
