import Levin
import LevinTestKit
import Testing

/// Observations that their distributions cannot produce: refused before anything is learnt from them.
@Suite struct SupportWatchTests {
  private final class RateGuide: Guide {
    @Parameter var raw: Tensor = [0.5]

    func callAsFunction(_ data: Tensor) { sample("rate", Delta(raw.exp().sum())) }
  }

  private static func poisson(_ data: Tensor) {
    let rate = sample("rate", Gamma(2, 1))
    plate("data", data.count) { sample("x", Poisson(rate: rate), observed: data) }
  }

  private func svi(_ model: @escaping (Tensor) -> Void, _ guide: RateGuide = RateGuide()) -> SVI<
    Tensor
  > {
    SVI(model, guide, loss: TraceELBO()) { SGD($0, learningRate: 0.01) }
  }

  private func expectRefused(
    _ data: [Float], index: [Int], _ model: @escaping (Tensor) -> Void = poisson
  ) throws {
    let guide = RateGuide()
    let before = guide.raw.item()
    let error = inferenceError { _ = try svi(model, guide).step(Tensor(data)) }
    guard case .outsideSupport(let found) = error else { throw Unexpected(error) }
    #expect(found.site == "x" && found.index == index && found.distribution == "Poisson")
    #expect(found.value.isNaN ? data[index[0]].isNaN : Float(found.value) == data[index[0]])
    #expect(found.description.contains("an integer from 0 up"))
    #expect(guide.raw.item() == before)
  }

  @Test(arguments: [[3, 2.5, 1], [3, -1.5, 2], [3, .nan, 1], [3, .infinity, 0]] as [[Float]])
  func anImpossibleCountIsRefusedWithSiteAndIndex(data: [Float]) throws {
    try expectRefused(data, index: [1])
  }

  @Test func dataUnderAMaskMayBeAnything() throws {
    func model(_ data: Tensor) {
      let rate = sample("rate", Gamma(2, 1))
      plate("data", 3) {
        withMask(Tensor([true, false, true])) { sample("x", Poisson(rate: rate), observed: data) }
      }
    }
    let svi = svi(model)
    let loss = try svi.step(Tensor([3, .nan, 1] as [Float]))
    #expect(loss.isFinite)
    #expect(try svi.step([3, -1.5, 1]).isFinite)
    try expectRefused([3, -1, 2.5], index: [2], model)
  }

  @Test func otherDataOfALaterStepAreLookedAtToo() throws {
    let svi = svi(Self.poisson)
    for _ in 0..<3 { try svi.step([3, 2, 1]) }
    let error = inferenceError { _ = try svi.step([3, 2, 0.5]) }
    guard case .outsideSupport = error else { throw Unexpected(error) }
    #expect(try svi.step([1, 0, 1]).isFinite)
  }

  @Test func elementsOfASubsampleAreLookedAtWhenTheyAreChosen() throws {
    let data = Tensor((0..<20).map { $0 == 13 ? Float(0.5) : 2 })
    let svi = svi { _ in
      let rate = sample("rate", Gamma(2, 1))
      plate("data", 20, subsampleSize: 4) { sample("x", Poisson(rate: rate), observed: data[$0]) }
    }
    let error = inferenceError {
      try withSeed(1) { for _ in 0..<100 { try svi.step(data) } }
    }
    guard case .outsideSupport(let found) = error else { throw Unexpected(error) }
    #expect(found.value == 0.5)
  }

  @Test func anEventOutsideIsNamedByItsIndexInTheBatch() throws {
    let rows = Tensor([0.5, 0.5, 0.9, 0.3], shape: [2, 2])
    let svi = svi { _ in
      sample("rate", Gamma(2, 1))
      plate("rows", 2) { sample("x", Dirichlet(Tensor([1.0, 1])), observed: rows) }
    }
    let error = inferenceError { _ = try svi.step(rows) }
    guard case .outsideSupport(let found) = error else { throw Unexpected(error) }
    #expect(found.index == [1] && found.value == 0.9)
  }

  private func module(_ prototype: Tensor) throws -> SVIModule<Tensor> {
    try SVIModule(Self.poisson, RateGuide(), loss: TraceELBO(), prototype: prototype) {
      SGD($0, learningRate: 0.01)
    }
  }

  @Test(arguments: [3, 8], [false, true])
  func aFitLooksAtAllDataBeforeItsFirstStep(batchSize: Int, dropLast: Bool) throws {
    let data = Tensor([1, 2, 0, 3, 1, 2, 4, 2.5] as [Float])
    let module = try module([1, 2, 3])
    let loader = DataLoader(
      TensorDataset(data), batchSize: batchSize, shuffle: .seeded(1), dropLast: dropLast)
    let before = module.guide.parameters[0].wrappedValue.item()
    let error = inferenceError { _ = try quietTrainer().fit(module, train: loader) }
    guard case .outsideSupport(let found) = error else { throw Unexpected(error) }
    #expect((found.firstIndex ?? 0) + found.index[0] == 7 && found.value == 2.5)
    #expect(module.guide.parameters[0].wrappedValue.item() == before)
  }

  // Numbers below the larger of the enumerated bounds are possible with the other one.
  @Test func aSupportThatDependsOnAnEnumeratedSiteAllowsWhatOneValueAllows() throws {
    func model(_ data: Tensor) {
      sample("rate", Gamma(2, 1))
      plate("data", 2) {
        let c = sample("c", Categorical(probs: [0.5, 0.5]), enumerate: .parallel)
        let bound = AffineTransform(Tensor([0, 3] as [Float])[c], 1)
        sample("x", TransformedDistribution(LogNormal(0, 1), [bound]), observed: data)
      }
    }
    let svi = SVI(model, RateGuide(), loss: TraceEnumELBO()) { SGD($0, learningRate: 0.01) }
    #expect(try svi.step([0.5, 5]).isFinite)
    let error = inferenceError { _ = try svi.step([0.5, -1]) }
    guard case .outsideSupport(let found) = error else { throw Unexpected(error) }
    #expect(found.index == [1])
  }

  private func finding(_ body: () throws -> Void) throws -> ImpossibleObservation {
    let error = inferenceError(body)
    guard case .outsideSupport(let found) = error else { throw Unexpected(error) }
    return found
  }

  @Test func anElementOfAnEventIsNamedByItsIndexAndValue() throws {
    let rows = Tensor([1, 2, 3, 4.5, 5, 6] as [Float], shape: [3, 2])
    let svi = svi { _ in
      let rate = sample("rate", Gamma(2, 1))
      plate("rows", 3) {
        sample("x", Poisson(rate: rate).expanded(to: [3, 2]).toEvent(1), observed: rows)
      }
    }
    let found = try finding { _ = try svi.step(rows) }
    #expect(found.index == [1, 1] && found.value == 4.5)
  }

  @Test func anElementOfASubsampleIsNamedByItsIndexAmongAll() throws {
    let data = Tensor([1, 2, 3, 4.5, 5, 6] as [Float])
    let svi = svi { _ in
      let rate = sample("rate", Gamma(2, 1))
      plate("data", 6, subsample: Tensor([5, 3])) {
        sample("x", Poisson(rate: rate), observed: data[$0])
      }
    }
    let found = try finding { _ = try svi.step(data) }
    #expect(found.index == [3] && found.value == 4.5)
  }

  @Test func theSameDataUnderAnotherMaskAreLookedAt() throws {
    let data = Tensor([3, 2.5, 1] as [Float])
    let svi = svi { mask in
      let rate = sample("rate", Gamma(2, 1))
      plate("data", 3) { withMask(mask) { sample("x", Poisson(rate: rate), observed: data) } }
    }
    let (some, all) = (Tensor([true, false, true]), Tensor([true, true, true]))
    for _ in 0..<2 { _ = try svi.step(some) }
    #expect(try finding { _ = try svi.step(all) }.index == [1])
    _ = try svi.step(some)
    // A mask that is computed anew each time.
    #expect(try finding { _ = try svi.step(.!(some .& .!some)) }.index == [1])
  }

  @Test func theSameDataOfAnotherDistributionAreLookedAt() throws {
    let data = Tensor([3, 2.5, 1] as [Float])
    var isCount = false
    let svi = svi { _ in
      let rate = sample("rate", Gamma(2, 1))
      plate("data", 3) {
        sample("x", isCount ? Poisson(rate: rate) : Normal(rate, 1), observed: data)
      }
    }
    _ = try svi.step(data)
    isCount = true
    #expect(try finding { _ = try svi.step(data) }.index == [1])
  }
}
