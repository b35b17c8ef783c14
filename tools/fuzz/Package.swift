// swift-tools-version:6.2

import PackageDescription

// A package of its own, so that nobody who builds the tool builds its fuzzers. It links only with the
// flags of tools/fuzz/build, which also make the compiler mark all modules for libFuzzer.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "refract-fuzz",
  products: [.executable(name: "refract-fuzz", targets: ["refract-fuzz"])],
  dependencies: [.package(name: "refract", path: "../..")],
  targets: [
    .systemLibrary(name: "CFuzzer"),
    .executableTarget(
      name: "refract-fuzz",
      dependencies: ["CFuzzer", .product(name: "Report", package: "refract")],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
