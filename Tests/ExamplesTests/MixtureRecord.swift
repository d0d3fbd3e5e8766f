import Foundation
import Levin
import LevinTestKit

@testable import gaussian_mixture

/// Pyro's results for a data set of a mixture model: `Fixtures/gmm/<name>.json` and `.csv`.
struct MixtureRecord: Decodable, Sendable {
  /// A fit by Adam: where it began, the loss of each step, and where it ended.
  struct Run: Decodable, Sendable {
    let steps: Int
    let losses: [Double]
    let lossAfterLastStep: Double
    let initial: [String: Numbers]
    let final: [String: Numbers]

    /// The initial values by the names of the sites.
    var start: [String: Tensor] {
      Dictionary(
        uniqueKeysWithValues: initial.map {
          ($0.key.split(separator: ".")[1].description, $0.value)
        }
      ).mapValues { $0.tensor() }
    }

    enum CodingKeys: String, CodingKey {
      case steps, losses, final
      case lossAfterLastStep = "loss_after_last_step"
      case initial = "init"
    }
  }

  struct Exact: Decodable, Sendable {
    let optimum: Optimum
    let lossAtTruth: Double

    enum CodingKeys: String, CodingKey {
      case optimum
      case lossAtTruth = "loss_at_truth"
    }
  }

  struct Optimum: Decodable, Sendable {
    let loss: Double
    let weights: Numbers
    let scale: Numbers
    let locs: Numbers
  }

  /// Numbers in nested arrays, or one alone.
  struct Numbers: Decodable, Sendable {
    let shape: [Int]
    let values: [Double]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        (shape, values) = ([], [number])
        return
      }
      let rows = try container.decode([Numbers].self)
      shape = [rows.count] + (rows.first?.shape ?? [])
      values = rows.flatMap(\.values)
    }

    func tensor(_ dtype: DType = .float32) -> Tensor { Tensor(values, shape: shape, dtype: dtype) }
  }

  /// Every run, by the name that the file has for it.
  let runs: [String: Run]
  /// The values of the sites that the data were simulated with.
  let truth: [String: Numbers]
  let formatShapes: [String: String]
  let exact: Exact
  let maxPlateNesting: Int

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func value<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
      try container.decode(type, forKey: Key(stringValue: name))
    }
    truth = try value("true")
    formatShapes = try value("format_shapes")
    exact = try value("map")
    maxPlateNesting = try value("max_plate_nesting")
    let names = container.allKeys.map(\.stringValue).filter {
      $0.hasPrefix("default_init") || $0 == "best_of_100" || $0 == "from_truth"
    }
    runs = try Dictionary(uniqueKeysWithValues: names.map { ($0, try value($0)) })
  }

  /// The model of each data set.
  static let models: [String: Model] = [
    "gmm1d": mixture, "gmm2d_shared": sharedScaleMixture, "gmm2d_component": componentScaleMixture,
    "gmm2d_component_alt": alternateComponentScaleMixture, "gmm2d_dimension": dimensionScaleMixture,
  ]

  static let names = models.keys.sorted()

  static let all: [String: MixtureRecord] = Dictionary(
    uniqueKeysWithValues: names.map { name in
      do {
        return (name, try Fixture.load("gmm/\(name)"))
      } catch {
        preconditionFailure("Tests/Fixtures/gmm/\(name).json: \(error)")
      }
    })

  /// The observations: a vector, or rows of two.
  static func data(_ name: String, dtype: DType = .float32) -> Tensor {
    guard let text = try? Fixture.text("gmm/\(name).csv") else {
      preconditionFailure("Tests/Fixtures/gmm/\(name).csv cannot be read")
    }
    let rows = text.split(separator: "\n").dropFirst().map { row in
      row.split(separator: ",").compactMap { Double($0) }
    }
    let shape = rows[0].count == 1 ? [rows.count] : [rows.count, rows[0].count]
    return Tensor(rows.flatMap { $0 }, shape: shape, dtype: dtype)
  }
}
