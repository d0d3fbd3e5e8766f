/// A double in a fixture; infinities and NaN, which JSON has no numbers for, stand there as strings.
public struct FixtureNumber: Decodable, Sendable {
  /// The number itself.
  public let value: Double

  /// Reads a number, or the word for one.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let text = try? container.decode(String.self) else {
      value = try container.decode(Double.self)
      return
    }
    guard let number = Double(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is the word for no number")
    }
    value = number
  }
}
