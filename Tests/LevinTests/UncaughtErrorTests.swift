import Levin
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A use that throws, and that a script need not catch.
private struct Failure: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let run: @Sendable () throws -> Void

  init(_ description: String, _ run: @escaping @Sendable () throws -> Void) {
    (testDescription, self.run) = (description, run)
  }

  private static func model(_ data: Tensor) {
    let mean = sample("mean", Normal(0, 1))
    plate("data", data.count) { sample("x", Normal(mean, 1), observed: data) }
  }

  // The sites of the guide are not those of the model.
  private static func stranger(_ data: Tensor) { sample("other", Normal(0, 1)) }

  private static let indefinite = Tensor([1, 2, 2, 1] as [Float], shape: [2, 2])

  static let all: [Failure] = [
    .init("an index") { try evaluate(Tensor([1.0, 2])[Tensor([5])]) },
    .init("a matrix") { _ = try indefinite.checked.cholesky() },
    .init("an array file") { _ = try Tensor(contentsOfNPY: "/nowhere/a.npy") },
    .init("an array file to write") { try Tensor([1]).write(toNPY: "/nowhere/a.npy") },
    .init("an archive") { _ = try NumPyArchive("/nowhere/a.npz") },
    .init("a file of a run") { _ = try RunFile(creating: "/nowhere/a") },
    .init("a folder of a run") {
      _ = try Trainer(maxEpochs: 1, directory: "/dev/null/logs").runDirectory()
    },
    .init("a parameter") { try Normal(0, -1).validate() },
    .init("a parameter that is looked at") {
      _ = try withParameterChecks { Normal(0, -1).logProb(Tensor(0.5)) }
    },
    .init("a state") {
      var random = PCG64(seed: 0)
      try random.restore(from: State())
    },
    .init("a state of other names") {
      var state = State()
      state["a"] = .integer(1)
      try state.expectOnly(["b"])
    },
    .init("a step") {
      let parameter = Parameter(wrappedValue: Tensor([Float.nan]))
      let optimizer = SGD([parameter], learningRate: 0.1)
      var step = Step(parameter.wrappedValue.sum(), optimizer: optimizer)
      _ = try step.take()
    },
    .init("a step of inference") {
      let svi = SVI(model, AutoNormal(model), loss: TraceELBO()) { Adam($0, learningRate: 0.1) }
      try svi.step([1, Tensor(Float.nan)])
    },
    .init("a loss") {
      _ = try TraceELBO().loss(model: { model([1, 2]) }, guide: { stranger([1, 2]) })
    },
    .init("a temperature") {
      _ = try inferDiscrete(temperature: 0, firstAvailableDim: -2) { model([1, 2]) }
    },
  ]
}

@Suite struct UncaughtErrorTests {
  // As it ends a script, an error that nobody catches does not flush.
  @Test(arguments: Failure.all.indices)
  func whatWasPrintedBeforeAnErrorIsNotLost(_ index: Int) async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      [index] in
      print("printed before")
      do {
        try Failure.all[index].run()
        print("no error")
      } catch {}
      _exit(0)
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    #expect(output.hasSuffix("printed before\n"), "\(Failure.all[index])")
  }
}
