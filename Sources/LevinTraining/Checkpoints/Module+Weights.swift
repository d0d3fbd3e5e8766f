public import LevinNN
import LevinTensor

/// The names that a file and a model do not have in common.
public struct UnmatchedWeights: Sendable, Hashable {
  /// Parameters and buffers of the model that the file has not; they kept their values.
  public let missing: [String]
  /// Tensors of the file that the model has not; they were left out.
  public let unexpected: [String]
}

extension Module {
  /// Takes over the parameters and buffers from a checkpoint, or from any safetensors file with matching names.
  ///
  /// The names are those of `namedParameters` and `namedBuffers`; what else a checkpoint holds is left out. The numbers
  /// of a parameter with a constraint are the unconstrained ones. Everything is read and compared before the first
  /// value is changed. A tensor that the format has and Levin has not is read as the dtype that ``SafeTensors`` names,
  /// so `F16` and `BF16` fit parameters of `float32`.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - strict: Whether both must have the same names. Shapes and dtypes of common names must agree in any case.
  /// - Returns: The names that are not common to both, none if `strict` is true.
  /// - Throws: ``CheckpointError``: there is no such file, it is no safetensors file, it is cut or altered (a checkpoint is
  ///   compared with its checksums), from a newer version, or of another model; the last lists all names, shapes and
  ///   dtypes that differ. The model is unchanged then.
  @discardableResult
  public func loadWeights(
    from path: String, strict: Bool = true
  ) throws(CheckpointError) -> UnmatchedWeights {
    let file = try Checkpoint.open(path)
    let isCheckpoint = file.metadata(Checkpoint.formatName) != nil
    let found = file.entries.filter { !isCheckpoint || !Checkpoint.isReserved($0.name) }
    let comparison = WeightsComparison(self, found.map(FoundTensor.init))
    try comparison.requireMatch(path: path, isStrict: strict)
    let values: [Tensor]
    do throws(ArrayFileError) {
      values = try comparison.matches.map { (match) throws(ArrayFileError) in try file[match.name] }
    } catch { throw CheckpointError(error) }
    for (match, value) in zip(comparison.matches, values) { match.target.take(value) }
    return UnmatchedWeights(missing: comparison.missing, unexpected: comparison.unexpected)
  }
}

extension WeightsComparison.Target {
  /// Takes over a value of the same shape and dtype that nobody else holds.
  fileprivate func take(_ value: Tensor) {
    switch self {
    case .parameter(let parameter): parameter.adopt(value)
    // In training a buffer would wait for the end of a step.
    case .buffer(let buffer): withMode(.evaluation) { buffer.wrappedValue = value }
    }
  }
}
