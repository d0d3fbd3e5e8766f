import LevinNN
import LevinTensor

/// A tensor that a file offers.
struct FoundTensor {
  let name: String
  let shape: [Int]
  /// The dtype that it is read as; nil if it cannot be.
  let dtype: DType?
  let dtypeName: String

  init(name: String, _ tensor: Tensor) {
    (self.name, shape, dtype) = (name, tensor.shape, tensor.dtype)
    dtypeName = "\(tensor.dtype)"
  }

  init(_ entry: SafeTensors.Entry) {
    (name, shape, dtype) = (entry.name, entry.shape, entry.dtype)
    dtypeName = entry.dtype.map { "\($0)" } ?? entry.storedDType
  }
}

/// The tensors that a file offers beside the parameters and buffers that a model has.
struct WeightsComparison {
  /// A parameter or a buffer.
  enum Target {
    case parameter(Parameter)
    case buffer(Buffer)

    var value: Tensor {
      switch self {
      case .parameter(let parameter): parameter.unconstrained
      case .buffer(let buffer): buffer.wrappedValue
      }
    }
  }

  /// What both have, by name.
  private(set) var matches: [(name: String, target: Target)] = []
  private(set) var missing: [String] = []
  let unexpected: [String]
  private var shapes: [CheckpointError.Mismatch] = []
  private var dtypes: [CheckpointError.Mismatch] = []

  init(_ module: any Module, _ found: [FoundTensor]) {
    let walk = ModuleWalk(module)
    let targets =
      walk.parameters.map { ($0.name, Target.parameter($0.parameter)) }
      + walk.buffers.map { ($0.name, Target.buffer($0.buffer)) }
    let known = Set(targets.map { ExactName($0.0) })
    unexpected = found.map(\.name).filter { !known.contains(ExactName($0)) }
    let offers = Dictionary(uniqueKeysWithValues: found.map { (ExactName($0.name), $0) })
    for (name, target) in targets {
      guard let offer = offers[ExactName(name)] else {
        missing.append(name)
        continue
      }
      matches.append((name, target))
      compare(offer, target.value)
    }
  }

  private mutating func compare(_ offer: FoundTensor, _ value: Tensor) {
    if offer.shape != value.shape {
      shapes.append(.init(name: offer.name, expected: "\(value.shape)", found: "\(offer.shape)"))
    }
    if offer.dtype != value.dtype {
      dtypes.append(.init(name: offer.name, expected: "\(value.dtype)", found: offer.dtypeName))
    }
  }

  /// Makes sure that shapes and dtypes agree and, unless `isStrict` is false, that names do.
  func requireMatch(path: String, isStrict: Bool = true) throws(CheckpointError) {
    let (missing, unexpected) = isStrict ? (missing, unexpected) : ([], [])
    if !missing.isEmpty || !unexpected.isEmpty || !shapes.isEmpty {
      throw CheckpointError(
        path: path,
        problem: .otherArchitecture(missing: missing, unexpected: unexpected, shapes: shapes))
    }
    if !dtypes.isEmpty { throw CheckpointError(path: path, problem: .otherDType(dtypes)) }
  }
}
