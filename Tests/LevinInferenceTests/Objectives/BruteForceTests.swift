import Foundation
import Levin
import LevinTestKit
import Testing

/// Sums over enumerated sites on random models, against sums over all of their values.
///
/// A long run, which `LEVIN_LONG_RUN=1` asks for, takes 2,000 models of each kind.
@Suite struct BruteForceTests {
  private static let seeds =
    0..<(ProcessInfo.processInfo.environment["LEVIN_LONG_RUN"] == "1" ? 2000 : 200)

  private static func loss(
    _ recipe: DiscreteRecipe, _ tables: [Tensor], maxPlateNesting: Int? = nil
  ) throws -> Tensor {
    try TraceEnumELBO(maxPlateNesting: maxPlateNesting).loss(
      model: { recipe.run(tables) }, guide: {})
  }

  @Test(arguments: seeds) func lossesAreSumsOverAllValues(seed: Int) throws {
    let recipe = RecipeMaker.recipe(seed: seed)
    let expected = BruteForce(recipe: recipe, tables: recipe.tables).loss
    let nesting = seed % 3 == 0 ? recipe.plateRank + 1 : nil
    let mine = try Self.loss(recipe, recipe.tensors, maxPlateNesting: nesting).item()
    #expect(abs(mine - expected) <= 1e-9 * max(1, abs(expected)), "\(mine) and \(expected)")
  }

  @Test(arguments: seeds) func lossesWithAGuideAreExpectations(seed: Int) throws {
    let recipe = RecipeMaker.recipe(seed: seed, isGuided: true)
    let expected = BruteForce(recipe: recipe, tables: recipe.tables).loss
    let mine = try TraceEnumELBO().loss(
      model: { recipe.run(recipe.tensors) }, guide: { recipe.runGuide(recipe.guideTensors) }
    ).item()
    #expect(abs(mine - expected) <= 1e-9 * max(1, abs(expected)), "\(mine) and \(expected)")
  }

  @Test(arguments: seeds) func gradientsAreThoseOfTheSums(seed: Int) throws {
    let recipe = RecipeMaker.recipe(seed: seed)
    let slopes = CentralDifferences(
      at: recipe.tables, shapes: recipe.nodes.map { recipe.tableShape($0) }
    ) { (try? Self.loss(recipe, $0)) ?? Tensor([Double.nan]) }.first()
    #expect(slopes.error < 1e-8, "\(slopes)")
  }

  @Test(arguments: seeds) func marginalsAreSharesOfTheSums(seed: Int) throws {
    let recipe = RecipeMaker.recipe(seed: seed)
    let marginals = try TraceEnumELBO().computeMarginals(
      model: { recipe.run(recipe.tensors) }, guide: {})
    let brute = BruteForce(recipe: recipe, tables: recipe.tables)
    for component in recipe.components {
      for (variable, share) in zip(
        brute.variables(component), brute.result(component).marginals)
      {
        let (name, indices) = Self.address(variable, in: recipe)
        let probs = try #require(marginals[name]).probs
        let mine = Self.pick(probs, at: indices).scalars
        let worst = zip(mine, share).map { abs($0 - $1) }.max() ?? .infinity
        #expect(mine.count == share.count && worst < 1e-9, "\(name) \(indices)")
      }
    }
  }

  @Test(arguments: seeds) func atTemperature0TheMostProbableValuesAreFound(seed: Int) throws {
    let recipe = RecipeMaker.recipe(seed: seed)
    let trace = try inferDiscrete(temperature: 0, firstAvailableDim: -1 - recipe.plateRank) {
      recipe.run(recipe.tensors)
    }
    let brute = BruteForce(recipe: recipe, tables: recipe.tables)
    for component in recipe.components {
      let values = brute.variables(component).map { variable in
        let (name, indices) = Self.address(variable, in: recipe)
        return Int(Self.pick(trace[name].value, at: indices).item())
      }
      let mine = brute.logJoint(component, values)
      let best = brute.result(component).maximum
      #expect(abs(mine - best) < 1e-9 * max(1, abs(best)), "\(mine) and \(best)")
    }
  }

  @Test(arguments: 0..<12) func atTemperature1ValuesAreDrawnFromThePosterior(seed: Int) throws {
    let recipe = RecipeMaker.recipe(seed: seed, componentCount: 1...1)
    let copies = 20_000
    let trace = try withSeed(seed) {
      try inferDiscrete(temperature: 1, firstAvailableDim: -2 - recipe.plateRank) {
        recipe.run(recipe.tensors, copies: copies)
      }
    }
    let brute = BruteForce(recipe: recipe, tables: recipe.tables)
    let component = recipe.components[0]
    for (variable, share) in zip(brute.variables(component), brute.result(component).marginals) {
      let (name, indices) = Self.address(variable, in: recipe)
      let values = Self.pick(trace[name].value, at: indices).scalars(as: Int.self)
      #expect(values.count == copies)
      for (value, p) in share.enumerated() {
        let frequency = Double(values.count { $0 == value }) / Double(copies)
        let error = (p * (1 - p) / Double(copies)).squareRoot()
        #expect(abs(frequency - p) < 5 * error + 1e-12, "\(name) \(indices): \(frequency), \(p)")
      }
    }
  }

  // The name of a variable's site, and its indices along the axes of the others of its plates, leftmost first.
  private static func address(
    _ variable: BruteForce.Variable, in recipe: DiscreteRecipe
  ) -> (String, [Int]) {
    let node = recipe.nodes[variable.node]
    var rest = variable.index
    var indices: [Int: Int] = [:]
    for frame in node.plates.reversed() {
      indices[frame] = rest % recipe.frames[frame].count
      rest /= recipe.frames[frame].count
    }
    let inner = node.plates.reversed().filter { !recipe.frames[$0].isSequential }
    return (recipe.name(node, indices), inner.compactMap { indices[$0] })
  }

  private static func pick(_ tensor: Tensor, at indices: [Int]) -> Tensor {
    indices.reduce(tensor) { $0[$1] }
  }
}
