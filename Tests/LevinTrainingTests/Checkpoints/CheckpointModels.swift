import Foundation
import Levin
import LevinTensor
import LevinTestKit
import Testing

@testable import LevinTraining

/// A model with a constrained parameter, a buffer, a part and a state of its own.
final class Kept: ExtraState {
  final class Part: Module {
    @Parameter var weight: Tensor = Tensor([[1, 2, 3], [4, 5, 6]] as [[Double]])
  }

  @Parameter(constraint: .positive) var rate: Tensor = [2]
  @Buffer var mean: Tensor = [0.5, 0.25]
  let part = Part()
  var generator = PCG64(seed: 5)
  var isRefusing = false

  func extraState() -> State { generator.state() }

  func restoreExtra(from state: State) throws {
    try generator.restore(from: state)
    if isRefusing { throw StateError.missing(path: "nothing") }
  }
}

/// A state with a value of every kind.
func variedState() -> State {
  var inner = State()
  inner[""] = .text("")
  inner["\u{E9}"] = .integer(1)
  inner["e\u{301}"] = .integer(2)
  inner["$tensor"] = .text("$real")
  inner["$$"] = .boolean(false)
  inner["a/b~c.d"] = .tensor(Tensor([[true], [false]]))
  inner["a"] = .tree(State())
  var state = State()
  state["tree"] = .tree(inner)
  state["text"] = .text("\"\\\u{0}\n\u{1F600} e\u{301}")
  state["numbers"] = .list(
    [0, -1, 1 << 53, 1 << 53 + 1, -(1 << 53) - 1, .max, .min].map { .integer($0) })
  state["reals"] = .list(
    [
      0, -0.0, 1, -1, 0.1, 1e16, 1e-5, 0x1p-1074, .greatestFiniteMagnitude, .infinity, -.infinity,
      .pi,
    ].map { .real($0) })
  state["truths"] = .list([
    .boolean(true), .list([]), .list([.tensor(Tensor(7 as Int)), .tree(inner)]),
  ])
  for dtype in DType.allCases {
    state["\(dtype)"] = .tensor(Tensor([0, 1, 1, 0]).cast(to: dtype))
    state["scalar \(dtype)"] = .tensor(Tensor(1).cast(to: dtype))
    state["empty \(dtype)"] = .tensor(Tensor.zeros([3, 0, 2]).cast(to: dtype))
  }
  state["special"] = .tensor(Tensor([.nan, .infinity, -0.0, 0x1p-149] as [Float]))
  return state
}

/// The bytes of a file.
func content(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(filePath: path)))
}

/// Writes a new file.
func write(_ bytes: [UInt8], to path: String) throws {
  unlink(path)
  try Data(bytes).write(to: URL(filePath: path))
}

/// The problem of the checkpoint error that `body` throws.
func problem(_ body: () throws -> Void) throws -> CheckpointError.Problem {
  let error = #expect(throws: CheckpointError.self) { try body() }
  return try #require(error).problem
}

/// A file that Levin writes, made by a script from the documentation of the format.
enum CheckpointFixture {
  private struct File: Decodable {
    var name: String
    var file: String
  }

  private struct Contents: Decodable { var written: [File] }

  /// The bytes of a checkpoint.
  static let bytes: [UInt8] = {
    let contents = try? Fixture.load("safetensors", as: Contents.self)
    guard let text = contents?.written.first(where: { $0.name == "checkpoint" })?.file else {
      preconditionFailure("Tests/Fixtures/safetensors.json cannot be read")
    }
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }()

  /// The checkpoint that these bytes hold.
  static var checkpoint: Checkpoint {
    var extra = State()
    extra["seen"] = .tensor(Tensor([1, 2] as [Int32]))
    extra["steps"] = .integer(5)
    var model = State()
    model["rawRate"] = .tensor([1.5])
    model["count"] = .tensor(Tensor(7 as Int))
    model["extraState"] = .tree(extra)
    var slashed = State()
    slashed["~"] = .tensor(Tensor([Float]()))
    var run = State()
    run["epoch"] = .integer(3)
    run["large"] = .integer(1 << 53 + 1)
    run["rate"] = .real(0.1)
    run["worst"] = .real(.infinity)
    run["zero"] = .real(-0.0)
    run["done"] = .boolean(true)
    run["$name"] = .text("\u{E9}")
    run["moments"] = .list([.tensor(Tensor([0.25, 0.5] as [Double])), .list([])])
    run["a/b"] = .tree(slashed)
    let origin = Checkpoint.Origin(
      libraryVersion: "0.0.0", instructionSet: "any", matrixBackend: "none",
      created: "2026-01-31T12:00:00Z")
    return Checkpoint(model: model, run: run, origin: origin, path: nil)
  }
}
