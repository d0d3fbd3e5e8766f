import Levin
import Testing

@Suite struct FaultyStepTests {
  private let weight = Parameter(wrappedValue: [2])

  // A loss whose Cholesky factor exists while the corner is below 1 in magnitude.
  private func loss(_ corner: Double) -> Tensor {
    let w = weight.wrappedValue
    let matrix = concatenate([w / w, w * 0 + corner, w * 0 + corner, w / w]).reshaped(to: [2, 2])
    return w.square().sum() + matrix.cholesky().diagonal().log().sum()
  }

  @Test func aFaultIsTheCulpritAndNothingIsAdopted() throws {
    var average: Tensor = [0]
    let optimizer = Adam([weight], learningRate: 0.5)
    var step = Step(loss(3), optimizer: optimizer)
    step.adopt([weight.wrappedValue + 1]) { average = [9] }
    let failure = try #require(throws: Step.NonFinite.self) { try step.take() }
    guard case .fault(let error)? = failure.culprit else {
      Issue.record("\(String(describing: failure.culprit))")
      return
    }
    #expect(error.operation == "cholesky" && error.problem == .notPositiveDefinite(minor: 2))
    #expect(error.origin?.contains("FaultyStepTests.swift") == true)
    #expect(failure.loss.isNaN && failure.description.hasPrefix("the step failed: cholesky: "))
    #expect(weight.wrappedValue.item() == 2 && average.item() == 0)
  }

  // Adam's first step moves by the learning rate, a second one with a memory of the failed step would not.
  @Test func aLoopMayGoOnAfterIt() throws {
    let optimizer = Adam([weight], learningRate: 0.5)
    for _ in 0..<3 {
      var step = Step(loss(3), optimizer: optimizer)
      #expect(throws: Step.NonFinite.self) { try step.take() }
    }
    var step = Step(loss(0), optimizer: optimizer)
    #expect(try step.take() == 4)
    #expect(abs(weight.wrappedValue.item() - 1.5) < 1e-5)
  }

  @Test func theStepItselfMayBeTakenAgain() throws {
    var step = Step(loss(3), optimizer: SGD([weight], learningRate: 1))
    let first = #expect(throws: Step.NonFinite.self) { try step.take() }
    let second = #expect(throws: Step.NonFinite.self) { try step.take() }
    #expect(first?.culprit == second?.culprit)
  }

  @Test func aPendingBufferIsForgotten() throws {
    final class Counting: Module {
      @Buffer var mean: Tensor = [0]
    }
    let module = Counting()
    withMode(.training) { module.mean = [5] }
    var step = Step(
      weight.wrappedValue.sum() * Tensor([1.0])[Tensor([2])].sum(),
      optimizer: SGD([weight], learningRate: 1), buffers: module.buffers)
    #expect(throws: Step.NonFinite.self) { try step.take() }
    #expect(module.mean.item() == 0)
  }

  @Test func aFaultInTheGradientAloneIsFoundToo() throws {
    let matrix = Parameter(wrappedValue: [[1, 2], [2, 4]])
    var step = Step(
      matrix.wrappedValue.determinant().sum(), optimizer: SGD([matrix], learningRate: 1))
    let failure = try #require(throws: Step.NonFinite.self) { try step.take() }
    guard case .fault(let error)? = failure.culprit else {
      Issue.record("\(String(describing: failure.culprit))")
      return
    }
    #expect(error.problem == .singular(pivot: 2))
  }
}

@Suite struct NonFiniteInputTests {
  private let weight = Parameter(wrappedValue: [1, 2, 3])

  private func failure(_ loss: Tensor) throws -> Step.NonFinite {
    var step = Step(loss, optimizer: SGD([weight], learningRate: 1))
    return try #require(throws: Step.NonFinite.self) { try step.take() }
  }

  @Test func aNaNOfTheDataIsNamedWithItsIndex() throws {
    let x = Tensor([1, 2, 3, 4, .nan, 6] as [Float], shape: [2, 3])
    let found = try failure((x * weight.wrappedValue).square().mean())
    #expect(found.input?.index == [1, 1] && found.input?.shape == [2, 3])
    #expect(found.element?.index == [1] && found.culprit == .gradient(0))
    #expect(found.description.contains("an input of shape [2, 3] is nan at [1, 1]"))
  }

  @Test func soItIsBehindOperationsWithoutGradient() throws {
    let y = Tensor([1, .nan] as [Float])
    let found = try failure(((y.log() + 1) * weight.wrappedValue.sum()).sum())
    #expect(found.input?.index == [1])
  }

  @Test func constantsThatAreInfiniteAreNoInputs() throws {
    let masked = `where`(
      Tensor([true, false, true]), weight.wrappedValue, Tensor(Float.infinity))
    #expect(try failure(masked.sum()).input == nil)
  }

  @Test func ofAParameterTheElementIsNamed() throws {
    weight.wrappedValue = [1, .nan, 3]
    let found = try failure(weight.wrappedValue.sum())
    #expect(found.culprit == .parameter(0) && found.element?.index == [1] && found.input == nil)
  }
}
