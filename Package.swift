// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "levin",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "LevinTensor", targets: ["LevinTensor"])
  ],
  targets: [
    .target(
      name: "LevinKernels",
      // Without optimisation the loops run a hundred times slower, and so would every debug test.
      cSettings: [.unsafeFlags(["-O3"], .when(configuration: .debug))],
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "LevinTensor", dependencies: ["LevinKernels"]),
    .plugin(
      name: "House",
      capability: .command(
        intent: .custom(
          verb: "house",
          description: "Checks the format, the sizes and the layering of the sources."))),

    .target(name: "LevinTestKit", dependencies: ["LevinTensor"], path: "Tests/TestKit"),
    tests(of: "LevinTensor"),
  ],
  swiftLanguageModes: [.v6]
)

/// The tests of one module, in a folder named after it.
func tests(of module: String) -> Target {
  .testTarget(
    name: "\(module)Tests",
    dependencies: [.target(name: module), "LevinTestKit"])
}

for target in package.targets where target.type != .plugin && target.name != "LevinKernels" {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
}
