import Levin
import LevinTestKit

/// The contents of `Fixtures/notebooks.json`: what the notebooks print and PyTorch computes.
struct Notebooks: Decodable {
  struct Single: Decodable {
    let epochs: [Int]
    let trajectory: [[Double]]
    let printed: [String: Double]
  }

  struct BetaMixture: Decodable {
    struct Start: Decodable {
      let concentrations: [[Double]]
      let logits: [Double]

      enum CodingKeys: String, CodingKey {
        case concentrations = "beta_params"
        case logits = "mixture_logits"
      }
    }

    struct Final: Decodable {
      let concentrations: [[Double]]
      let weights: [Double]
    }

    let seed: Int
    let start: Start
    let epochs: [Int]
    let loss: [Double]
    let final: Final

    enum CodingKeys: String, CodingKey {
      case seed = "torch_seed"
      case start = "init"
      case epochs, loss, final
    }
  }

  static let shared: Notebooks = {
    do {
      return try Fixture.load("notebooks")
    } catch {
      preconditionFailure("Tests/Fixtures/notebooks.json: \(error)")
    }
  }()

  let single: Single
  let zipRestarts: [[String: Double]]
  let distZIPRestarts: [[String: Double]]
  let betaMixture: BetaMixture

  enum CodingKeys: String, CodingKey {
    case single = "zip_single"
    case zipRestarts = "zip_restarts"
    case distZIPRestarts = "distzip_restarts"
    case betaMixture = "beta_mixture"
  }
}

/// The largest distance between numbers; infinite when their counts differ or one is NaN.
func distance(_ mine: [Double], _ theirs: [Double]) -> Double {
  guard mine.count == theirs.count else { return .infinity }
  let distances = zip(mine, theirs).map { ($0 - $1).magnitude }
  return distances.contains(where: \.isNaN) ? .infinity : distances.max() ?? 0
}

/// A trainer of 100 epochs that says nothing.
func quietTrainer(_ callbacks: [Callback] = []) -> Trainer {
  Trainer(
    maxEpochs: 100, callbacks: callbacks, checkpoints: false, progressBar: false, summary: false)
}

/// All observations as one batch.
func fullBatch(_ data: Tensor) -> DataLoader<Tensor> {
  DataLoader(TensorDataset(data), batchSize: data.count)
}

/// Keeps what was logged, epoch by epoch.
final class History: Callback {
  private(set) var epochs: [[String: Double]] = []

  override func onMetrics(
    _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
  ) {
    epochs.append(Dictionary(record.metrics.map { ($0.name, $0.value.value) }) { $1 })
  }
}
