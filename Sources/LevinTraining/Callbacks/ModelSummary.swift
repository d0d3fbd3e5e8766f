internal import LevinNN
internal import LevinTensor

/// The list of parameters that a fit begins with, on standard error.
///
/// A trainer has one by itself, unless `summary` is false. One of a subclass among the callbacks takes its place.
open class ModelSummary: Callback {
  /// A line for each parameter with its name, shape and number of elements, and their total.
  open func text(of module: any LightningModule) -> String {
    let parameters = module.namedParameters
    let rows = parameters.map { name, parameter in
      let value = parameter.wrappedValue
      return (name: name, shape: "\(value.shape)", count: "\(value.elementCount)")
    }
    let total = parameters.reduce(0) { $0 + $1.parameter.wrappedValue.elementCount }
    let nameWidth = rows.map(\.name.count).max() ?? 0
    let shapeWidth = rows.map(\.shape.count).max() ?? 0
    let countWidth = rows.map(\.count.count).max() ?? 0
    let lines = rows.map { row in
      "  \(Text.padded(row.name, to: nameWidth))  \(Text.padded(row.shape, to: shapeWidth))  "
        + Text.aligned(row.count, to: countWidth)
    }
    let heading =
      "\(type(of: module)): \(Text.counted(parameters.count, "parameter")), "
      + "\(Text.counted(total, "number")) in all"
    return ([heading] + lines).joined(separator: "\n")
  }
}
