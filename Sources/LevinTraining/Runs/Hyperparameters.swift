/// Settings of a run by name, in the order in which they should be listed.
public typealias Hyperparameters = KeyValuePairs<String, any Sendable>

/// A module whose settings belong in the records of a run.
public protocol HyperparameterProviding {
  /// The settings: numbers, truth values, texts, and arrays of these.
  var hyperparameters: Hyperparameters { get }
}
