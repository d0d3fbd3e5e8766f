internal import Foundation
internal import LevinTensor

extension Checkpoint {
  /// The settings of the ``ConfiguredModule`` that the fit was of.
  ///
  /// - Throws: ``CheckpointError`` when there are none, or none of this type.
  public func configuration<Settings: Decodable>(
    _ type: Settings.Type = Settings.self
  ) throws -> Settings {
    func failure(_ reason: String) -> CheckpointError {
      CheckpointError(path: path ?? "the checkpoint", problem: .noConfiguration(reason))
    }
    guard case .text(let text)? = run[ConfigurationText.name] else {
      throw failure("its module was no ConfiguredModule")
    }
    do { return try ConfigurationText.decoder.decode(type, from: Data(text.utf8)) } catch {
      throw failure("they are no \(type): \(ConfigurationText.words(for: error))")
    }
  }
}
