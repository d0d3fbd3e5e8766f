/// Settings of a run by name, in the order in which they should be listed.
public typealias Hyperparameters = KeyValuePairs<String, any Sendable>

/// A module whose settings belong in the records of a run.
///
/// The folder of the run gets them as `hparams.yaml`, in the order of the list:
///
///     var hyperparameters: Hyperparameters {
///       ["learning_rate": 0.1, "layers": [64, 64], "optimizer": optimizerSettings]
///     }
public protocol HyperparameterProviding {
  /// The settings, each one of these:
  ///
  /// - numbers, Booleans, strings, URLs, dates and durations;
  /// - cases of enumerations, by their raw value or their name;
  /// - arrays, sets, tuples without labels, and tensors of at most 100 elements, written as lists;
  /// - dictionaries (sorted by their keys), `KeyValuePairs`, tuples with labels, and structs with their
  ///   stored properties, written as maps;
  /// - optionals of these, where `nil` is written as `null`.
  ///
  /// Anything else ends a fit with ``TrainerError/invalidHyperparameter(name:problem:)`` before its first
  /// step.
  var hyperparameters: Hyperparameters { get }
}
