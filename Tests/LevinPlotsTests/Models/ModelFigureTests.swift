import Foundation
import Levin
import Testing

@testable import LevinPlots

@Suite struct ModelFigureTests {
  private final class Bell: DistributionModule {
    @Parameter var location: Tensor = [2]
    func forward() -> any Distribution { Normal(location, 0.5) }
    func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
      -forward().logProb(batch).mean()
    }
    func configureOptimizers() -> OptimizerConfiguration {
      .init(SGD(parameters, learningRate: 0.1))
    }
  }

  @Test func theDensityOfAModelStandsOverItsData() throws {
    let figure = Figure.fit(of: Bell(), to: [1.0, 2, 2.5, 3, 3.2])
    let marks = figure.grid[0][0].marks
    let line = try #require(marks[1].shape as? LineShape)
    for (x, y) in zip(line.x, line.y) {
      let z = (x - 2) / 0.5
      let density = exp(-0.5 * z * z) / (0.5 * (2 * Double.pi).squareRoot())
      #expect(abs(y - density) < 1e-6)
    }
    #expect(line.x[0] < 1 && line.x[399] > 3.2 && marks[0].shape is BarsShape)
  }

  @Test func countsHaveTheirProbabilities() throws {
    let figure = Figure.fit(of: Poisson(rate: 2), to: [0.0, 1, 4])
    let stems = try #require(figure.grid[0][0].marks[1].shape as? StemsShape)
    #expect(stems.x == [0, 1, 2, 3, 4])
    let expected = [1.0, 2, 2, 4 / 3.0, 2 / 3.0].map { $0 * exp(-2) }
    for (a, b) in zip(stems.y, expected) { #expect(abs(a - b) < 1e-6) }
  }

  @Test func outsideOfTheSupportThereIsNothing() throws {
    let figure = Figure.fit(of: Gamma(2, 1), to: [0.01, 3])
    let line = try #require(figure.grid[0][0].marks[1].shape as? LineShape)
    #expect(line.x[0] < 0 && line.y[0] == 0 && line.y.allSatisfy(\.isFinite))
    #expect(line.y.max().map { abs($0 - exp(-1)) < 1e-4 } == true)
  }

  @Test func barsOfARootogramHangFromTheExpectedCounts() throws {
    let figure = Figure.rootogram(of: Poisson(rate: 1), to: [0.0, 0, 0, 0, 1, 2])
    let shape = try #require(figure.grid[0][0].marks[0].shape as? BarsShape)
    let roots = [1.0, 1, 0.5].map { (6 * exp(-1) * $0).squareRoot() }
    for (bar, (root, count)) in zip(shape.bars, zip(roots, [4.0, 1, 1])) {
      #expect(abs(bar.top - root) < 1e-6 && abs(bar.top - bar.foot - count.squareRoot()) < 1e-6)
    }
  }

  @Test func aTableOfStartsIsShownFromTheBest() throws {
    let data = DataLoader(TensorDataset(Tensor([Float(1), 2, 3])), batchSize: 3)
    let table = try restarts(4, train: data) { _ in
      Trainer(maxEpochs: 1, checkpoints: false, progressBar: false, summary: false)
    } start: { index, _ in
      let model = Bell()
      model.location = [[9, 2, 5, 3][index]]
      return StartingPoint(model)
    }
    let points = try #require(Figure.restarts(table).grid[0][0].marks[0].shape as? PointShape)
    #expect(points.x == [1, 2, 3, 4] && points.y == points.y.sorted())
    #expect(points.y[0] == table.sorted().rows[0].score)
  }
}
