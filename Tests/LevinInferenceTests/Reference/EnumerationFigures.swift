import LevinTestKit

/// Pyro's figures for enumerated sites; `Tests/Fixtures/enumeration.py` made them.
struct EnumerationFigures: Decodable {
  var maskedPlate: Double
  var maskedChain: Double
  var maskedChainGradient: [Double]
  /// By the length of the chain.
  var guideChains: [String: Double]
  var crossing: Double

  static func load() throws -> EnumerationFigures { try Fixture.load("enumeration") }
}
