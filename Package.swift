// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "levin",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Levin", targets: ["Levin"]),
    .library(name: "LevinCSV", targets: ["LevinCSV"]),
    .library(name: "LevinJSONLines", targets: ["LevinJSONLines"]),
    .library(name: "LevinPlots", targets: ["LevinPlots"]),
    .executable(name: "levin-runs", targets: ["levin-runs"]),
  ],
  targets: [
    .target(
      name: "LevinKernels",
      // Without optimisation the loops run a hundred times slower, and so would every debug test.
      cSettings: [.unsafeFlags(["-O3"], .when(configuration: .debug))],
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "LevinTensor", dependencies: ["LevinKernels"]),
    .target(name: "LevinNN", dependencies: ["LevinTensor"]),
    .target(name: "LevinDistributions", dependencies: ["LevinTensor"]),
    .target(name: "LevinTraining", dependencies: ["LevinNN", "LevinTensor"]),
    .target(
      name: "LevinInference",
      dependencies: ["LevinDistributions", "LevinNN", "LevinTensor", "LevinTraining"]),
    .target(
      name: "Levin",
      dependencies: [
        "LevinDistributions", "LevinInference", "LevinNN", "LevinTensor", "LevinTraining",
      ]),

    .target(name: "LevinCSV", dependencies: ["Levin"], path: "Plugins/CSVLogger"),
    .target(name: "LevinJSONLines", dependencies: ["Levin"], path: "Plugins/JSONLinesLogger"),
    .target(name: "LevinPlots", dependencies: ["Levin"], path: "Plugins/Plots"),
    .executableTarget(
      name: "levin-runs", dependencies: ["Levin", "LevinCSV", "LevinJSONLines", "LevinPlots"],
      path: "Plugins/RunsCommand"),
    .plugin(
      name: "House",
      capability: .command(
        intent: .custom(
          verb: "house",
          description: "Checks the format, the sizes and the layering of the sources."))),

    example("zero-inflated-poisson", folder: "ZeroInflatedPoisson"),
    example("beta-mixture", folder: "BetaMixture"),
    example("count-regression", folder: "CountRegression"),
    example("gaussian-mixture", folder: "GaussianMixture"),
    .executableTarget(
      name: "mini-pyro", dependencies: ["LevinDistributions", "LevinTensor"],
      path: "Examples/MiniPyro"),

    .executableTarget(
      name: "benchmarks",
      dependencies: [
        "Levin", "LevinCSV", "LevinJSONLines", "LevinNN", "LevinPlots", "LevinTensor",
        "LevinTraining",
      ],
      path: "Tests/Benchmarks", exclude: ["RESULTS.md", "peers", "run"]),
    .executableTarget(
      name: "accuracy", dependencies: ["LevinTensor"], path: "Tests/Accuracy",
      exclude: ["RESULTS.md"]),
    .target(name: "LevinTestKit", dependencies: ["Levin", "LevinTensor"], path: "Tests/TestKit"),
    tests(of: "LevinTensor"),
    tests(of: "LevinNN"),
    tests(of: "LevinDistributions"),
    tests(of: "LevinTraining"),
    tests(of: "LevinInference"),
    tests(of: "LevinCSV"),
    tests(of: "LevinJSONLines"),
    tests(of: "LevinPlots"),
    .testTarget(
      name: "LevinRunsTests", dependencies: ["Levin", "LevinCSV", "LevinTestKit", "levin-runs"]),
    tests(of: "Levin"),
    .testTarget(
      name: "ExamplesTests",
      dependencies: [
        "Levin", "LevinTestKit", "beta-mixture", "count-regression", "gaussian-mixture",
        "zero-inflated-poisson",
      ]),
  ],
  swiftLanguageModes: [.v6]
)

/// An executable that reads like a user's own script.
func example(_ name: String, folder: String) -> Target {
  .executableTarget(
    name: name, dependencies: ["Levin", "LevinCSV", "LevinPlots"], path: "Examples/\(folder)")
}

/// The tests of one module, in a folder named after it.
func tests(of module: String) -> Target {
  .testTarget(
    name: "\(module)Tests",
    dependencies: (module == "Levin" ? [] : [.target(name: module)]) + ["Levin", "LevinTestKit"])
}

for target in package.targets where target.type != .plugin && target.name != "LevinKernels" {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
  if target.name == "LevinTensor" {
    // Planning walks graphs, and takes five times as long without optimisation.
    target.swiftSettings?.append(.unsafeFlags(["-O"], .when(configuration: .debug)))
  }
}
