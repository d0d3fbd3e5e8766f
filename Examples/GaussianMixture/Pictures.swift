import LevinPlots

extension Components {
  /// The centres of groups in the plane, and ellipses of two standard deviations around them.
  var marks: [Mark] {
    let centres = Mark.scatter(
      components.map { $0.locs[0] }, components.map { $0.locs[1] }, label: "centres", size: 8)
    return [centres]
      + components.map { component in
        let variances = component.scales.map { $0 * $0 }
        return .ellipse(
          mean: component.locs, covariance: [variances[0], 0, 0, variances[1]],
          color: Theme.light.cycle[1])
      }
  }
}
