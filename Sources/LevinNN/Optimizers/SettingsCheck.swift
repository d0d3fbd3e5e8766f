/// The first of the settings of an optimizer or a schedule that makes no sense, in a sentence.
struct SettingsCheck {
  /// The sentence; nil when all settings are fine so far.
  private(set) var problem: String?
  private let owner: String

  init(_ owner: String) { self.owner = owner }

  init(_ owner: String, learningRate: Double) {
    self.init(owner)
    notNegative("learning rate", learningRate)
  }

  /// Demands something of a setting unless there is a problem already.
  mutating func expect(_ isFine: Bool, _ sentence: @autoclosure () -> String) {
    if problem == nil, !isFine { problem = owner + ": " + sentence() }
  }

  mutating func notNegative(_ name: String, _ value: Double) {
    expect(
      value >= 0 && value.isFinite, "the \(name) is \(value), and must be a finite number from 0 up"
    )
  }

  mutating func betas(_ betas: (Double, Double)) {
    for (index, beta) in [("first", betas.0), ("second", betas.1)] {
      expect(
        (0..<1).contains(beta),
        "the \(index) of the betas is \(beta), and must be at least 0 and below 1")
    }
  }

  mutating func share(_ name: String, _ value: Double) {
    expect((0...1).contains(value), "the \(name) is \(value), and must be between 0 and 1")
  }

  mutating func positive(_ name: String, _ value: Int) {
    expect(value > 0, "the \(name) is \(value), and must be at least 1")
  }
}
