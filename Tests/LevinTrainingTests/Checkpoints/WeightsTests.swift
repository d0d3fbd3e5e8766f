import Foundation
import Levin
import LevinTensor
import LevinTestKit
import Testing

@testable import LevinTraining

/// Weights are loaded from checkpoints and from other programs' files, all of them or none.
@Suite struct WeightsTests {
  private let weight = Tensor([[6, 5, 4], [3, 2, 1]] as [[Double]])

  @Test func weightsComeFromACheckpoint() throws {
    let (model, other) = (Kept(), Kept())
    model.rate = [7.5]
    model.part.weight = weight
    model.mean = [3, 4]
    try withTemporaryFolder { folder in
      var run = State()
      run["optimizer"] = .tensor([1, 2, 3])
      try Checkpoint(of: model, run: run).write(to: folder + "/a")
      let generator = other.generator.state()
      let unmatched = try other.loadWeights(from: folder + "/a")
      #expect(unmatched.missing.isEmpty && unmatched.unexpected.isEmpty)
      #expect(other.$rate.unconstrained.item() == model.$rate.unconstrained.item())
      #expect(other.part.weight.scalars == weight.scalars && other.mean.scalars == [3, 4])
      #expect(other.generator.state() == generator)
    }
  }

  @Test func weightsComeFromAnotherProgram() throws {
    try withTemporaryFolder { folder in
      // As PyTorch would save a module with these names, in another order.
      try SafeTensors.write(
        ["mean": [1, 2], "part.weight": weight, "rate": [0.5]], metadata: ["format": "pt"],
        to: folder + "/a")
      let model = Kept()
      try withMode(.training) { _ = try model.loadWeights(from: folder + "/a") }
      #expect(model.$rate.unconstrained.item() == 0.5 && model.mean.scalars == [1, 2])
      #expect(model.part.weight.scalars == weight.scalars)
      // They are parameters as before.
      let gradient = gradients(of: model.part.weight.sum(), at: [model.part.weight])
      #expect(gradient[0]?.scalars == [1, 1, 1, 1, 1, 1])
    }
  }

  @Test func missingAndUnexpectedNamesAreListed() throws {
    try withTemporaryFolder { folder in
      try SafeTensors.write(
        ["rate": [0.5], "levin/x": [1], "part.bias": [1], "part.weight": weight], to: folder + "/a")
      let model = Kept()
      let before = model.state()
      let found = try problem { try model.loadWeights(from: folder + "/a") }
      let unexpected = ["levin/x", "part.bias"]
      #expect(found == .otherArchitecture(missing: ["mean"], unexpected: unexpected, shapes: []))
      let message = CheckpointError(path: "a", problem: found).description
      #expect(message.contains("the model needs 'mean'") && message.contains("'part.bias'"))
      #expect(model.state() == before)

      let unmatched = try model.loadWeights(from: folder + "/a", strict: false)
      #expect(unmatched.missing == ["mean"] && unmatched.unexpected == unexpected)
      #expect(model.$rate.unconstrained.item() == 0.5 && model.mean.scalars == [0.5, 0.25])
    }
  }

  @Test(arguments: [true, false]) func shapesAndDTypesAreComparedBeforeAnythingChanges(
    _ strict: Bool
  ) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      let model = Kept()
      let before = model.state()
      try SafeTensors.write(["rate": [0.5], "part.weight": weight[0], "mean": [1, 2]], to: path)
      let shape = CheckpointError.Mismatch(name: "part.weight", expected: "[2, 3]", found: "[3]")
      #expect(
        try problem { try model.loadWeights(from: path, strict: strict) }
          == .otherArchitecture(missing: [], unexpected: [], shapes: [shape]))
      try SafeTensors.write(
        [
          "rate": [0.5], "part.weight": weight.cast(to: .float32),
          "mean": Tensor([1, 2] as [Int32]),
        ], to: path)
      #expect(
        try problem { try model.loadWeights(from: path, strict: strict) }
          == .otherDType([
            .init(name: "part.weight", expected: "float64", found: "float32"),
            .init(name: "mean", expected: "float32", found: "int32"),
          ]))
      #expect(model.state() == before)
    }
  }

  @Test func halfPrecisionFitsSinglePrecision() throws {
    let header = #"{"mean":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#
    let length = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0]
    try withTemporaryFolder { folder in
      try write(length + header.utf8 + [0x80, 0x3F, 0x00, 0xC0], to: folder + "/a")
      let model = Kept()
      try model.loadWeights(from: folder + "/a", strict: false)
      #expect(model.mean.scalars == [1, -2])
      let unread = header.replacingOccurrences(of: "\"BF16\"", with: "\"F8_X\"").utf8
      try write(
        [UInt8(unread.count), 0, 0, 0, 0, 0, 0, 0] + unread + [1, 2, 3, 4], to: folder + "/b")
      let found = try problem { try model.loadWeights(from: folder + "/b", strict: false) }
      #expect(found == .otherDType([.init(name: "mean", expected: "float32", found: "F8_X")]))
    }
  }

  @Test func longListsOfNamesAreCutShort() throws {
    try withTemporaryFolder { folder in
      let tensors = (0..<50).map { (name: "x\($0)", tensor: Tensor(1)) }
      try SafeTensors.write(tensors, to: folder + "/a")
      let found = try problem { try Kept().loadWeights(from: folder + "/a") }
      #expect(CheckpointError(path: "a", problem: found).description.contains("'x19' and 30 more"))
    }
  }
}
