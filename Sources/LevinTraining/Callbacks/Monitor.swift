/// The direction in which a metric gets better.
public enum MonitorMode: Sendable, Hashable {
  /// Lower is better.
  case min
  /// Higher is better.
  case max

  /// Whether a value is better than another by more than a difference; NaN is better than nothing.
  func isBetter(_ value: Double, than other: Double, by difference: Double = 0) -> Bool {
    switch self {
    case .min: value < other - difference
    case .max: value > other + difference
    }
  }

  /// The value that every other one is better than.
  var worst: Double { self == .min ? .infinity : -.infinity }
}

extension Trainer {
  /// The newest value of a metric that a callback watches.
  ///
  /// - Throws: ``TrainerError/unknownMetric(name:callback:known:)`` if nobody has logged it.
  func watched(_ name: String, by callback: Callback) throws -> Double {
    if let value = newestValue(of: name) { return value }
    throw TrainerError.unknownMetric(
      name: name, callback: "\(type(of: callback))", known: metrics.names)
  }

  /// Tells that a fit of at least one epoch never came to the moment at which a callback looks at its metric.
  ///
  /// - Throws: ``TrainerError/unknownMetric(name:callback:known:)`` if nobody can have logged it.
  func tellOfNoLook(at name: String, by callback: Callback) throws {
    if currentEpoch == 0 { return }
    if newestValue(of: name) == nil, !hasValidation { _ = try watched(name, by: callback) }
    warn(
      "\(type(of: callback)) has never looked at '\(name)': the fit ended before its first look; give it a shorter interval, "
        + "or the fit more epochs")
  }
}
