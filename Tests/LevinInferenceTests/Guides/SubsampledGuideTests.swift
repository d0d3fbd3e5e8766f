import Foundation
import Levin
import LevinTestKit
import Testing

/// Automatic guides for latent sites of plates that are looked at in parts.
@Suite struct SubsampledGuideTests {
  private static let data = Tensor([1.0, -2, 3, 0.5, -1, 2.5, 4, -3])

  // A local mean for each observation, whose posterior is a normal of mean y / 2 and variance 1 / 2.
  private static func local(_ indices: Tensor?) -> (Tensor) -> Void {
    { data in
      plate("data", 8, subsampleSize: indices == nil ? 4 : nil, subsample: indices) { indices in
        let z = sample("z", Normal(number(0), 1))
        sample("y", Normal(z, 1), observed: data[indices])
      }
    }
  }

  @Test func pointEstimatesAreThoseOfAllElements() throws {
    let model = Self.local(nil)
    let guide = AutoDelta(model, start: .feasible)
    let svi = SVI(model, guide, loss: TraceELBO()) { SGD($0, learningRate: 0.1) }
    try withSeed(1) { for _ in 0..<400 { try svi.step(Self.data) } }
    #expect(guide["z"].shape == [8])
    for (z, y) in zip(guide["z"].scalars, Self.data.scalars) { #expect(abs(z - y / 2) < 1e-6) }
  }

  @Test func normalsAreThoseOfAllElements() throws {
    let model = Self.local(nil)
    let guide = AutoNormal(model)
    let svi = SVI(model, guide, loss: TraceMeanFieldELBO(particles: 8)) {
      Adam($0, learningRate: 0.02)
    }
    try withSeed(1) { for _ in 0..<1500 { try svi.step(Self.data) } }
    let levels = try #require(guide.quantiles([0.15865525393, 0.5, 0.84134474607])["z"])
    #expect(levels.shape == [3, 8])
    for (element, y) in Self.data.scalars.enumerated() {
      let (low, middle, high) = (
        levels[0, element].item(), levels[1, element].item(), levels[2, element].item()
      )
      #expect(abs(middle - y / 2) < 0.12)
      #expect(abs((high - low) / 2 - 0.5.squareRoot()) < 0.12)
    }
  }

  // The loss at a subsample: the elements that are looked at, each for two.
  @Test func theIndicesOfTheModelAreThoseOfTheGuide() throws {
    let model = Self.local(Tensor([6, 1, 3, 0]))
    let start = Tensor((0..<8).map { Double($0) / 4 })
    let guide = AutoDelta(model, start: .values(["z": start]))
    let loss = try TraceELBO().loss(model: { model(Self.data) }, guide: { try guide(Self.data) })
    let expected = [6, 1, 3, 0].reduce(0.0) { total, index in
      let z = Double(index) / 4
      return total
        - 2 * (normalLogDensity(z, 0, 1) + normalLogDensity(Self.data[index].item(), z, 1))
    }
    #expect(abs(loss.item() - expected) < 1e-10)
  }

  @Test func batchesWithTheirIndicesTrainAllElements() throws {
    func model(_ batch: (Tensor, Tensor)) {
      plate("data", 8, subsample: batch.1) {
        let z = sample("z", Normal(number(0), 1))
        sample("y", Normal(z, 1), observed: batch.0)
      }
    }
    let indices = Tensor.arange(8)
    let guide = AutoDelta(model, start: .feasible)
    let module = try SVIModule(
      model, guide, loss: TraceELBO(), prototype: (Self.data[0..<3], indices[0..<3]),
      scaling: .byModel
    ) { SGD($0, learningRate: 0.1) }
    let loader = DataLoader(
      TensorDataset(Self.data, indices), batchSize: 3, shuffle: .seeded(1))
    _ = try quietTrainer(maxEpochs: 200).fit(module, train: loader)
    for (z, y) in zip(guide["z"].scalars, Self.data.scalars) { #expect(abs(z - y / 2) < 1e-4) }
  }

  @Test func innerAxesAndEventsStayWhereTheyAre() throws {
    func model(_ data: Tensor) {
      plate("columns", 6, subsampleSize: 2, dim: -2) { columns in
        plate("rows", 3, dim: -1) {
          let w = sample("w", Dirichlet(Tensor([2.0, 3, 4])))
          sample("y", Normal(w[.all, .all, 0], 1), observed: data[columns])
        }
      }
    }
    let data = Tensor.zeros([6, 3], dtype: .float64)
    let guide = AutoNormal(model)
    try withSeed(2) { try guide(data) }
    #expect(guide.median()["w"]?.shape == [6, 3, 3])
    let svi = SVI(model, guide, loss: TraceELBO()) { Adam($0, learningRate: 0.01) }
    let losses = try withSeed(3) { try (0..<5).map { _ in try svi.step(data) } }
    #expect(losses.allSatisfy { $0.isFinite })
  }

  @Test func sitesOfASubsampledSequentialPlateAreRefused() throws {
    func model(_ data: Tensor) {
      Plate("data", 8, subsampleSize: 2).sequential { sample("z \($0)", Normal(number(0), 1)) }
    }
    let error = inferenceError { try AutoDelta(model)(Self.data) }
    guard case .latentSiteInSubsample = error else { throw Unexpected(error) }
  }

  @Test func otherIndicesOfAGuideOfOnesOwnAreRefused() throws {
    let error = inferenceError {
      _ = try TraceELBO().loss(
        model: {
          plate("data", 10, subsample: Tensor([0, 1])) {
            _ = sample("y", Normal(number(0), 1), observed: Tensor([1.0, 2]))
          }
        },
        guide: { plate("data", 10, subsample: Tensor([4, 6])) {} })
    }
    guard case .subsamplesDiffer("data", model: [0, 1], guide: [4, 6]) = error else {
      throw Unexpected(error)
    }
  }

  private static func wide(_ indices: Tensor) {
    plate("data", 4, subsample: indices) { indices in
      let z = sample("z", Normal(number(0), 100))
      sample("y", Normal(z, 1), observed: Tensor([0.0, 10, 20, 30])[indices])
    }
  }

  // All elements in another order, one order or several, and parts in between.
  @Test(arguments: [
    [[3, 1, 0, 2]], [[3, 1, 0, 2], [0, 1, 2, 3]], [[0, 1, 2, 3], [2, 0], [3, 1]],
    [[2, 0], [3, 1, 0, 2], [3, 1]],
  ]) func elementsInAnotherOrderKeepTheirEstimates(orders: [[Int]]) throws {
    let guide = AutoDelta(Self.wide, start: .feasible)
    let svi = SVI(Self.wide, guide, loss: TraceELBO()) { SGD($0, learningRate: 0.2) }
    for step in 0..<300 { try svi.step(Tensor(orders[step % orders.count])) }
    for (z, y) in zip(guide["z"].scalars, [0.0, 10, 20, 30]) { #expect(abs(z - y) < 0.01) }
  }

  @Test func shuffledIndicesOfATrainerTrainTheirElements() throws {
    let guide = AutoDelta(Self.wide, start: .feasible)
    let module = try SVIModule(
      Self.wide, guide, loss: TraceELBO(), prototype: Tensor([0, 1, 2, 3]), scaling: .byModel
    ) { SGD($0, learningRate: 0.2) }
    let loader = DataLoader(
      TensorDataset(Tensor.arange(4)), batchSize: 4, shuffle: .seeded(1))
    _ = try quietTrainer(maxEpochs: 100).fit(module, train: loader)
    for (z, y) in zip(guide["z"].scalars, [0.0, 10, 20, 30]) { #expect(abs(z - y) < 0.01) }
  }

  // A start that follows from the prior belongs to the element that the run looks at, given values to all in order.
  @Test(arguments: [[3, 1, 0, 2], [3, 1]]) func startsBelongToTheirElements(order: [Int]) throws {
    func model(_ indices: Tensor) {
      plate("data", 4, subsample: indices) { indices in
        let z = sample("z", Normal(Tensor([0.0, 1, 2, 3])[indices], 1))
        sample("y", Normal(z, 1), observed: Tensor([0.0, 1, 2, 3])[indices])
      }
    }
    let mean = AutoDelta(model, start: .mean)
    try mean(Tensor(order))
    for index in order { #expect(mean["z"][index].item() == Double(index)) }
    let given = AutoDelta(model, start: .values(["z": Tensor([5.0, 6, 7, 8])]))
    try given(Tensor(order))
    #expect(given["z"].scalars == [5, 6, 7, 8])
  }

  @Test func aPlateMadeOutsideOfTheModelKeepsItsElements() throws {
    let data = Tensor([0.0, 10, 20, 30])
    let shared = Plate("data", 4, subsample: Tensor([3, 1]))
    func model(_: Tensor) {
      shared { indices in
        let z = sample("z", Normal(number(0), 100))
        sample("y", Normal(z, 1), observed: data[indices])
      }
    }
    let guide = AutoDelta(model, start: .feasible)
    let svi = SVI(model, guide, loss: TraceELBO()) { SGD($0, learningRate: 0.2) }
    for _ in 0..<100 { try svi.step(data) }
    for (z, y) in zip(guide["z"].scalars, [0.0, 10, 0, 30]) { #expect(abs(z - y) < 0.01) }
  }

  // Its axis is another one for each site.
  @Test func aPlateMayBeEnteredAtTwoDepths() throws {
    let data = Tensor([1.0, 2, 3, 4, 5, 6], shape: [3, 2])
    func model(_: Tensor) {
      let (a, b) = (Plate("a", 3), Plate("b", 2))
      let x = a { sample("x", Normal(number(0), 1)) }
      b {
        a {
          let w = sample("w", Normal(number(0), 1))
          sample("y", Normal(w + x.expandingDimensions(at: -1), 1), observed: data)
        }
      }
    }
    let guide = AutoDelta(model, start: .feasible)
    let svi = SVI(model, guide, loss: TraceELBO()) { SGD($0, learningRate: 0.1) }
    for _ in 0..<300 { try svi.step(data) }
    #expect(guide["x"].shape == [3] && guide["w"].shape == [3, 2])
    // Slopes of the log-joint: w = y - x - w, x = sum of y - x - w over a row.
    for row in 0..<3 {
      let x = guide["x"][row].item()
      for column in 0..<2 {
        #expect(abs(guide["w"][row, column].item() - (data[row, column].item() - x) / 2) < 1e-6)
      }
      #expect(abs(x - data[row].sum().item() / 4) < 1e-6)
    }
  }

  @Test(arguments: [[3, 1, 0, 2], nil], [[3, 1, 0, 2], nil])
  func anOrderOfTheModelOrTheGuideAloneIsRefused(ofModel: [Int]?, ofGuide: [Int]?) throws {
    let values = Tensor([-10.0, -5, 5, 10])
    func loss() throws -> Double {
      try TraceELBO().loss(
        model: {
          plate("d", 4, subsample: ofModel.map { Tensor($0) }) { indices in
            let z = sample("z", Normal(number(0), 10))
            sample("y", Normal(z, 1), observed: values[indices])
          }
        },
        guide: {
          plate("d", 4, subsample: ofGuide.map { Tensor($0) }) { indices in
            _ = sample("z", Delta(values[indices]))
          }
        }
      ).item()
    }
    if ofModel == ofGuide {
      let expected = values.scalars.reduce(0) {
        $0 - normalLogDensity($1, 0, 10) - normalLogDensity(0, 0, 1)
      }
      #expect(abs(try loss() - expected) < 1e-12)
    } else {
      let error = inferenceError { _ = try loss() }
      guard case .subsamplesDiffer("d", _, _) = error else { throw Unexpected(error) }
    }
  }

  @Test func platesThatCountDifferentlyInModelAndGuideAreRefused() throws {
    let error = inferenceError {
      _ = try TraceELBO().loss(
        model: {
          plate("d", 4, subsample: Tensor([0, 1])) { _ = sample("z", Normal(number(0), 10)) }
        },
        guide: { plate("other", 2) { _ = sample("z", Normal(number(0), 1)) } })
    }
    guard case .scalesDiffer("z", model: 2, guide: 1) = error else { throw Unexpected(error) }
  }
}
