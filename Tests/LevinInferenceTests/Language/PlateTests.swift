import Levin
import Testing

/// Plates: their axes, how they spread distributions, and how they look at a part of their elements.
@Suite struct PlateTests {
  @Test func anAxisIsCountedFromTheRight() {
    let trace = Trace {
      plate("rows", 3, dim: -2) { sample("x", Normal(0, 1)) }
      plate("columns", 4, dim: -1) { sample("y", Normal(0, 1)) }
    }
    #expect(trace["x"].value.shape == [3, 1])
    #expect(trace["y"].value.shape == [4])
  }

  @Test func automaticAxesAreTheRightmostFreeOnes() {
    var dims: [Int?] = []
    let trace = Trace {
      plate("outer", 2, dim: -3) {
        plate("a", 3) {
          plate("b", 4) { plate("c", 5) { dims = sampleDims("x") } }
        }
      }
    }
    #expect(dims == [-3, -1, -2, -4])
    #expect(trace["x"].value.shape == [5, 2, 4, 3])
  }

  private func sampleDims(_ name: String) -> [Int?] {
    let trace = Trace { sample(name, Normal(0, 1)) }
    return trace[name].plates.map(\.dim)
  }

  @Test func siblingsUseTheSameAxis() {
    let trace = Trace {
      plate("a", 3) { sample("x", Normal(0, 1)) }
      plate("b", 4) { sample("y", Normal(0, 1)) }
    }
    #expect(trace["x"].plates.map(\.dim) == [-1])
    #expect(trace["y"].plates.map(\.dim) == [-1])
    #expect(trace["y"].value.shape == [4])
  }

  @Test func theInnerOfTwoAutomaticPlatesIsOnTheLeft() {
    let trace = Trace {
      plate("dims", 2) { plate("components", 3) { sample("locs", Normal(0, 4)) } }
    }
    #expect(trace["locs"].value.shape == [3, 2])
    #expect(trace["locs"].plates.map(\.name) == ["dims", "components"])
  }

  @Test(arguments: [true, false]) func keptPlatesNestInEitherOrder(isRowFirst: Bool) {
    let trace = withSeed(1) {
      Trace {
        let rows = Plate("rows", 3, dim: -2)
        let columns = Plate("columns", 2, dim: -1)
        let (outer, inner) = isRowFirst ? (rows, columns) : (columns, rows)
        rows { sample("scale", LogNormal(0, 0.5)) }
        outer { inner { sample("x", Normal(0, 1)) } }
        columns { sample("y", Normal(0, 1)) }
      }
    }
    #expect(trace["scale"].value.shape == [3, 1])
    #expect(trace["x"].value.shape == [3, 2])
    #expect(trace["y"].value.shape == [2])
  }

  @Test func aDistributionIsSpreadOverThePlate() {
    let trace = withSeed(1) {
      Trace { plate("components", 3, dim: -2) { sample("scale", LogNormal(0, 0.5)) } }
    }
    #expect(trace["scale"].distribution?.batchShape == [3, 1])
    #expect(trace["scale"].value.shape == [3, 1])
    #expect(Set(trace["scale"].value.scalars).count == 3)
  }

  @Test func eachElementOfAnObservationCounts() {
    let trace = Trace { plate("data", 4) { sample("x", Normal(0, 1), observed: number(1.0)) } }
    #expect(trace["x"].logProb.shape == [4])
    #expect(abs(trace.logProbSum.item() - 4 * normalLogDensity(1, 0, 1)) < 1e-5)
  }

  @Test func axesMovedIntoTheEventLeaveOneLogProbabilityForEachElement() {
    let data = Tensor([1.0, 2, 3, 4, 5, 6], shape: [3, 2])
    let trace = Trace {
      plate("data", 3) { sample("x", Normal(.zeros([2]), 1).toEvent(1), observed: data) }
    }
    #expect(trace["x"].distribution?.batchShape == [3])
    #expect(trace["x"].distribution?.eventShape == [2])
    #expect(trace["x"].logProb.shape == [3])
    let first = normalLogDensity(1, 0, 1) + normalLogDensity(2, 0, 1)
    #expect(abs(trace["x"].logProb.scalars[0] - first) < 1e-6)
  }

  @Test func aPlateIsASiteWithItsIndicesAsValue() {
    let trace = Trace { plate("data", 4) { sample("x", Normal(0, 1)) } }
    #expect(trace["data"].kind == .plate)
    #expect(trace["data"].value.scalars == [0, 1, 2, 3])
    #expect(trace["data"].logProbSum.item() == 0)
  }

  @Test func theBodyIsGivenTheIndices() {
    let data = Tensor([1.0, 2, 3, 4])
    let indices = Tensor([3, 1])
    let seen = plate("data", 4, subsample: indices) { data[$0].scalars }
    #expect(seen == [4, 2])
  }

  @Test func allElementsAreLookedAtWithoutADraw() {
    let untouched = nextDraw()
    #expect(nextDraw { plate("data", 10) {} } == untouched)
    #expect(nextDraw { plate("data", 10, subsampleSize: 10) {} } == untouched)
    #expect(nextDraw { plate("data", 10, subsampleSize: 3) {} } != untouched)
    #expect(nextDraw { plate("data", 10, subsample: Tensor([1, 2])) {} } == untouched)
    #expect(Plate("data", 5, subsampleSize: 5).indices.scalars == [0, 1, 2, 3, 4])
  }

  @Test func aSubsampleHasDistinctIndicesThatChangeFromRunToRun() {
    let runs = withSeed(1) {
      (0..<20).map { _ in Plate("data", 50, subsampleSize: 10).indices.scalars(as: Int.self) }
    }
    #expect(runs.allSatisfy { Set($0).count == 10 && Set($0).isSubset(of: 0..<50) })
    #expect(Set(runs).count == 20)
  }

  @Test func subsamplingPlatesMultiply() {
    let trace = Trace {
      plate("outer", 12, subsampleSize: 3) {
        plate("inner", 10, subsampleSize: 5) { sample("x", Normal(0, 1)) }
        sample("y", Normal(0, 1))
      }
      sample("z", Normal(0, 1))
    }
    #expect(trace["x"].scale == 8 && trace["x"].value.shape == [5, 3])
    #expect(trace["y"].scale == 4)
    #expect(trace["z"].scale == 1)
  }

  @Test func aSubsampledSumIsUnbiased() {
    var random = PCG64(seed: 4)
    let data = random.normal(loc: 1, scale: 2, shape: [40], dtype: .float64)
    func total(_ count: Int?) -> Double {
      Trace {
        plate("data", 40, subsampleSize: count) { indices in
          sample("x", Normal(0, 1), observed: data[indices])
        }
      }.logProbSum.item()
    }
    let full = total(nil)
    let draws = withSeed(7) { (0..<1000).map { _ in total(8) } }
    let mean = draws.reduce(0, +) / 1000
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 999
    #expect(abs(mean - full) < 5 * (variance / 1000).squareRoot())
    #expect(variance > 1)
  }

  @Test func aSequentialPlateTakesNoAxisAndScales() {
    let trace = Trace {
      plate("data", 2) {
        let visited = Plate("groups", 8, subsample: Tensor([5, 2])).sequential { index in
          sample("x \(index)", Normal(0, 1))
          return index
        }
        #expect(visited == [5, 2])
      }
    }
    #expect(trace.sites.map(\.name) == ["data", "groups", "x 5", "x 2"])
    #expect(trace["x 5"].value.shape == [2])
    #expect(trace["x 5"].scale == 4)
    #expect(trace["x 5"].plates.map(\.dim) == [-1, nil])
    #expect(trace["x 2"].plates.map(\.index) == [0, 2])
  }

  @Test func aSequentialPlateEqualsAVectorisedOne() {
    let data = Tensor([1.0, 2, 3])
    let together = Trace { plate("data", 3) { sample("x", Normal(0, 1), observed: data) } }
    let apart = Trace {
      Plate("data", 3).sequential { sample("x \($0)", Normal(0, 1), observed: data[$0]) }
    }
    #expect(abs(together.logProbSum.item() - apart.logProbSum.item()) < 1e-6)
  }
}
