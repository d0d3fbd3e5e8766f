import Foundation
import Levin
import LevinTensor
import LevinTestKit
import Testing

@testable import LevinTraining

/// A checkpoint gives back what was written, to the last bit.
@Suite struct CheckpointTests {
  private func roundTrip(_ checkpoint: Checkpoint) throws -> Checkpoint {
    try withTemporaryFolder { folder in
      try checkpoint.write(to: folder + "/a")
      return try .load(from: folder + "/a")
    }
  }

  @Test func everyKindOfValueComesBack() throws {
    let state = variedState()
    let read = try roundTrip(Checkpoint(model: state, run: state))
    #expect(read.run == state && read.model == state)
    #expect(read.run.names == state.names)
  }

  @Test func bytesAreThoseThatTheDocumentationGives() throws {
    try withTemporaryFolder { folder in
      let checkpoint = CheckpointFixture.checkpoint
      try checkpoint.write(to: folder + "/a")
      #expect(try content(folder + "/a") == CheckpointFixture.bytes)
      try write(CheckpointFixture.bytes, to: folder + "/b")
      let read = try Checkpoint.load(from: folder + "/b")
      #expect(read.model == checkpoint.model && read.run == checkpoint.run)
      #expect(read.origin == checkpoint.origin && read.path == folder + "/b")
    }
  }

  @Test func everyRealNumberComesBackBitByBit() throws {
    var random = PCG64(seed: 1)
    var numbers = (0..<20_000).map { _ in Double(bitPattern: random.next()) }
    numbers += [0x7FF0_0000_0000_0001, 0xFFF8_0000_DEAD_BEEF, 0x7FF8_0000_0000_0000].map {
      Double(bitPattern: $0)
    }
    var run = State()
    run["numbers"] = .list(numbers.map { .real($0) })
    let read = try roundTrip(Checkpoint(model: State(), run: run)).run.list("numbers")
    let bits = read.map { value -> UInt64 in
      guard case .real(let number) = value else { return 0 }
      return number.bitPattern
    }
    #expect(bits == numbers.map(\.bitPattern))
  }

  @Test func tensorsComeBackBitByBit() throws {
    let bits: [UInt32] = [0x7FC0_1234, 0xFF80_0001, 0x8000_0000, 1]
    let tensor = Tensor(bits.map { Float(bitPattern: $0) })
    var model = State()
    model["x"] = .tensor(tensor)
    try withTemporaryFolder { folder in
      try Checkpoint(model: model).write(to: folder + "/a")
      let bytes = bits.flatMap { bits in (0..<4).map { UInt8(bits >> (8 * $0) & 0xFF) } }
      let end = try content(folder + "/a").suffix(16)
      #expect(Array(end) == bytes)
    }
  }

  @Test func generatorsGoOnWhereTheyWere() throws {
    var generator = PCG64(seed: 3)
    _ = generator.next()
    _ = generator.normal()
    var run = State()
    run["generator"] = .tree(generator.state())
    var other = PCG64(seed: 4)
    try other.restore(from: roundTrip(Checkpoint(model: State(), run: run)).run.tree("generator"))
    #expect((0..<100).allSatisfy { _ in other.next() == generator.next() })
  }

  @Test func aModelAndItsOptimizerComeBack() throws {
    let (model, other) = (Kept(), Kept())
    model.rate = [7.5]
    model.mean = [3, 4]
    _ = model.generator.next()
    let optimizer = Adam(model.parameters, learningRate: 0.3)
    let update = optimizer.proposeUpdate([[1], nil])
    for (parameter, value) in update.values { parameter.wrappedValue = value.exp() }
    update.adoptState()
    var run = State()
    run["optimizer"] = .tree(optimizer.state())

    let read = try roundTrip(Checkpoint(of: model, run: run))
    try read.restore(other)
    #expect(other.state() == model.state())
    let next = Adam(other.parameters, learningRate: 1)
    try next.restore(from: read.run.tree("optimizer"))
    #expect(next.state() == optimizer.state())
  }

  @Test func aCheckpointHoldsWhatWasThereWhenItWasMade() throws {
    let model = Kept()
    let checkpoint = Checkpoint(of: model)
    model.rate = [9]
    #expect(try roundTrip(checkpoint).model == Kept().state())
  }

  @Test func pythonSeesParametersUnderTheirPlainNames() throws {
    try withTemporaryFolder { folder in
      try Checkpoint(of: Kept()).write(to: folder + "/a")
      let file = try SafeTensors(folder + "/a")
      #expect(file.names.filter { !$0.hasPrefix("levin/") } == ["rate", "part.weight", "mean"])
      // A constraint's numbers are unconstrained.
      let unconstrained = transform(to: .positive).inverse([2]).item()
      #expect(try file["rate"].item() == unconstrained)
    }
  }

  @Test func originsTellTimeAndMachine() throws {
    let origin = Checkpoint(model: State()).origin
    #expect(
      try #/20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\dZ/#.wholeMatch(in: origin.created) != nil)
    #expect(["Levin", "OpenBLAS", "Accelerate"].contains(origin.matrixBackend))
    #expect(try #/(x86_64|arm64) (base|avx2|avx512)/#.wholeMatch(in: origin.instructionSet) != nil)
    #expect(origin.warning == nil)
    #expect(CheckpointFixture.checkpoint.origin.warning?.contains("'any'") == true)
  }

  @Test func thousandsOfTensorsComeBack() throws {
    var model = State()
    for index in 0..<10_000 { model["layers.\(index).weight"] = .tensor([Float(index), 1]) }
    let clock = ContinuousClock()
    try withTemporaryFolder { folder in
      let writing = try clock.measure { try Checkpoint(model: model).write(to: folder + "/a") }
      var read = Checkpoint(model: State())
      let reading = try clock.measure { read = try .load(from: folder + "/a") }
      #expect(read.model == model)
      print("10,000 tensors: written in \(writing), read in \(reading)")
    }
  }

  // MARK: What cannot be written

  @Test func namesKeptForTheRunAreRefused() throws {
    var model = State()
    model["levin/x"] = .tensor([1])
    let refused = try problem { try Checkpoint(model: model).write(to: "/nowhere/a") }
    #expect("\(refused)".contains("levin/x") && "\(refused)".hasPrefix("unusableState"))
    var other = State()
    other["__metadata__"] = .tensor([1])
    let kept = try problem { try Checkpoint(model: other).write(to: "/nowhere/a") }
    #expect("\(kept)".contains("__metadata__"))
    // Below other names they are free.
    var run = State()
    run["levin/x"] = .tensor([1])
    run["__metadata__"] = .tensor([1])
    #expect(try roundTrip(Checkpoint(model: State(), run: run)).run == run)
  }

  @Test func statesThatAreTooDeepAreRefused() throws {
    func nested(_ depth: Int) -> State {
      var state = State()
      state["a"] = depth > 1 ? .tree(nested(depth - 1)) : .real(.nan)
      return state
    }
    #expect(try roundTrip(Checkpoint(model: State(), run: nested(50))).run == nested(50))
    let refused = try problem {
      try Checkpoint(model: State(), run: nested(51)).write(to: "/nowhere/a")
    }
    #expect("\(refused)".contains("more than 50"))
  }

  @Test func aTensorThatCannotBeComputedIsAnErrorAndNoEnd() throws {
    var run = State()
    run["factor"] = .tensor(Tensor([[1, 2], [2, 1]]).cholesky())
    try withTemporaryFolder { folder in
      let refused = try problem {
        try Checkpoint(model: State(), run: run).write(to: folder + "/a")
      }
      #expect("\(refused)".contains("cholesky"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/a"))
    }
  }
}
