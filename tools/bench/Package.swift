// swift-tools-version:6.2

import PackageDescription

// A package of its own, so that nobody who builds the tool builds its benchmarks.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "refract-bench",
  products: [.executable(name: "refract-bench", targets: ["refract-bench"])],
  dependencies: [
    .package(name: "refract", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
  ],
  targets: [
    .target(name: "CAllocations"),
    .executableTarget(
      name: "refract-bench",
      dependencies: [
        "CAllocations",
        .product(name: "Simulation", package: "refract"),
        .product(name: "Ingest", package: "refract"),
        .product(name: "Collectives", package: "refract"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
