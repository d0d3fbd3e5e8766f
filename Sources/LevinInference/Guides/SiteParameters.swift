internal import LevinNN
internal import LevinTensor

/// A guide that knows which site each of its parameters belongs to.
protocol SiteParameters {
  var siteParameters: [SiteParameter] { get }
}

/// A parameter of a guide and the site it stands for.
struct SiteParameter {
  let site: String
  let parameter: Parameter
  let support: Constraint
}
