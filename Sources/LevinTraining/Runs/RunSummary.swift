internal import LevinTensor

/// What the folder of a run says of it.
public struct RunSummary: Sendable {
  /// The path of the folder.
  public let directory: String
  /// The name of the run: that of the folder that all its versions are in.
  public let name: String
  /// The version: the last part of the path, such as `version_3`.
  public let version: String
  /// The reason for the end; nil for a run that goes on or was killed.
  public let stopReason: StopReason?
  /// The words of whoever asked for the end.
  public let stopDetail: String?
  /// The error that the run ended with.
  public let error: String?
  /// The epochs completed; nil as long as they are not known.
  public let epochs: Int?
  /// The steps taken; nil as long as they are not known.
  public let steps: Int?
  /// The duration in seconds; nil as long as it is not known.
  public let seconds: Double?
  /// The time of the end, as ISO 8601 writes it.
  public let finished: String?
  /// The values by which the run is compared with others: the last ones of all metrics, unless somebody has put others here.
  public var metrics: [(name: String, value: Double)]

  /// Reads what a run has left.
  ///
  /// - Parameter directory: The folder of the run, such as `logs/zip/version_3`.
  /// - Throws: ``RunFileError`` for a file about the end that cannot be read; none is no error.
  public init(directory: String) throws(RunFileError) {
    let parts = directory.split(separator: "/").map(String.init)
    self.directory = directory
    version = parts.last ?? directory
    name = parts.dropLast().last ?? ""
    let path = "\(directory)/\(RunOutcome.fileName)"
    let hasEnded = fileStatus(at: path) != nil
    let fields = hasEnded ? try RunOutcome.fields(at: path) : [:]
    stopReason = fields["stop_reason"].map { StopReason(rawValue: $0) ?? .failed }
    (stopDetail, error, finished) = (fields["stop_detail"], fields["error"], fields["finished"])
    epochs = fields["epochs"].flatMap { Int($0) }
    steps = fields["steps"].flatMap { Int($0) }
    seconds = fields["seconds"].flatMap { Double($0) }
    metrics = hasEnded ? try RunOutcome.metrics(at: path) : []
  }

  /// The value of a metric; nil if the run has none.
  public subscript(_ name: String) -> Double? {
    metrics.last { ExactName.areSame($0.name, name) }?.value
  }
}
