extension InferenceError {
  /// The message of an error about shapes and plates.
  var shapeDescription: String {
    switch self {
    case .plateBeyondNesting(let plate, let dim, let maximum):
      "plate '\(plate)' has dim \(dim), beyond maxPlateNesting \(maximum); set maxPlateNesting to at "
        + "least \(-dim), or leave it out; a firstAvailableDim has to be at most \(dim - 1)"
    case .unexplainedAxis(let site, let dim, let size, let shapes):
      "site '\(site)' has size \(size) along dim \(dim), where there is no plate; put it inside a plate "
        + "of that size, move the axis into the event by toEvent(_:), or correct the shape of its "
        + "parameters or data\n\(shapes)"
    case .eventRanksDiffer(let site, let model, let guide):
      "site '\(site)' has events of \(model) axes in the model and of \(guide) in the guide; write the same "
        + "toEvent(_:) in both"
    case .shapesDiffer(let site, let model, let guide):
      "site '\(site)' has shape \(model) in the model and \(guide) in the guide; put it inside the same plates "
        + "in both, or correct the shape of its parameters"
    case .subsamplesDiffer(let plate, let model, let guide):
      "plate '\(plate)': the model looks at the elements \(Self.list(model)) and the guide at "
        + "\(Self.list(guide)); give both the same indices, or the model none"
    case .scalesDiffer(let site, let model, let guide):
      "site '\(site)' counts \(model) times in the model and \(guide) times in the guide, by the plates around it; put it "
        + "into plates of the same names and sizes in both"
    default: ""
    }
  }

  /// The message of an error about a batch that is a part of the data.
  var batchDescription: String {
    switch self {
    case .latentSiteInBatch(let site, let plate):
      "the latent site '\(site)' is inside plate '\(plate)', which lies along a batch; an automatic guide has values "
        + "for all elements of a plate, so give the batch the indices of its observations, as in "
        + "plate(\"\(plate)\", size, subsample: indices), and make the SVIModule with scaling: .byModel"
    case .noBatchPlate(let count, let total):
      "the batch has \(count) of \(total) observations, and no plate around an observation has \(count) elements; put "
        + "the observations into plate(\"data\", batch.count), by which they count for all data, or make the "
        + "SVIModule with scaling: .byModel"
    case .severalBatchPlates(let site, let plates):
      "the plates \(Self.list(plates)), around site '\(site)' or other observations, all have the size of the batch, so "
        + "it is not known which one lies along it; choose another batch size, make the SVIModule with a prototype of "
        + "another number of observations, or with scaling: .byModel"
    case .scaledTwice(let site, let plate, let count, let total):
      "the batch has \(count) of \(total) observations, for which the trainer lets them count, and site '\(site)' counts "
        + "for others already, by "
        + (plate.map { "the subsample of plate '\($0)'; write plate(\"\($0)\", batch.count)" }
          ?? "withScale; take it away")
        + ", or make the SVIModule with scaling: .byModel"
    default: ""
    }
  }

  // The first indices of a subsample.
  static func list(_ indices: [Int]) -> String {
    "[" + indices.prefix(8).map(String.init).joined(separator: ", ")
      + (indices.count > 8 ? ", …]" : "]")
  }

  static func list(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: ", ")
  }

  /// Of what enumerated sites cannot be.
  var enumerationDescription: String {
    switch self {
    case .notEnumerable(let name):
      "the site '\(name)' says enumerate: .parallel, and its distribution has no list of its values; write it as single "
        + "numbers of a Categorical or a Bernoulli inside a plate, without toEvent(_:), or let the guide draw it"
    case .siteEnumeratedInGuide(let name):
      "the guide enumerates '\(name)', so its values have the probabilities of the guide and no posterior that goes with "
        + "them; leave '\(name)' to the model, or let the guide draw it"
    case .impossibleObservations(let names):
      "no values of the enumerated sites can explain the observations: the log-probability of "
        + "\(Self.list(names)) is -inf or NaN for all of them; correct the data, leave them out by withMask, or choose "
        + "distributions that can produce them"
    case .crossedPlates(let site, let variables, let plates) where plates.count == 1:
      "site '\(site)' depends on the enumerated sites \(Self.list(variables)), of which the guide enumerates those inside "
        + "plate \(Self.list(plates)) and the model one outside, which all elements share; enumerate all of them in the "
        + "model, or all in the guide"
    case .crossedPlates(let site, let variables, let plates):
      "site '\(site)' depends on the enumerated sites \(Self.list(variables)) of the plates "
        + "\(Self.list(plates)), which cross each other; enumerated sites need plates nested in one "
        + "another, so draw one of them in the guide"
    default: ""
    }
  }
}
